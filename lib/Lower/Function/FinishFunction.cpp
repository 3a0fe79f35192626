//===- FinishFunction.cpp - the function meets the ABI --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every variant gets an entry of the C type LlmrtCallFn, the function that plans a
// call one of the type LlmrtSizesFn; constants say what the function takes and gives.
//===----------------------------------------------------------------------===//
#include "../Cpu/Isa.h"
#include "../Entries.h"
#include "../ModelTables.h"
#include "../RawMemory.h"
#include "CallFields.h"
#include "SizesFunction.h"

#include "llmc/Lower/Passes.h"
#include "llmc/Lower/Signature.h"
#include "llmrt/abi.h"

namespace llmc {
#define GEN_PASS_DEF_FINISHFUNCTION
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

class FunctionFinisher {
public:
  FunctionFinisher(ModuleOp module, const Signature &signature)
      : module(module), signature(signature),
        b(module.getLoc(), module.getContext()), tables(b) {
    b.setInsertionPointToEnd(module.getBody());
  }

  LogicalResult run() {
    entries.emplace(b);
    std::vector<TableEntry> variants = createVariants();
    if (variants.empty())
      return module.emitError("no function @main of a known instruction set: "
                              "run llm-split-generics first");
    for (auto function : module.getOps<func::FuncOp>())
      setTarget(function, nullptr);
    AddressOf sizes = createSizes();
    ModelFields model;
    model.variants = std::move(variants);
    model.weightBytes = getWeightBytes();
    model.signature = createSignature(sizes);
    tables.addModel(model);
    return success();
  }

private:
  //===--- entries ----------------------------------------------------------------===//

  std::vector<TableEntry> createVariants() {
    std::vector<TableEntry> variants;
    for (const Isa *isa : getIsas()) {
      auto function =
          module.lookupSymbol<func::FuncOp>(("main." + isa->getName()).str());
      if (!function)
        continue;
      std::string symbol = ("llmrt_call." + isa->getName()).str();
      entries->createShared(
          symbol, function, offsetof(LlmrtCall, barrier),
          [&](Value call) { return loadFields(call, function); });
      auto entry = module.lookupSymbol<LLVM::LLVMFuncOp>(symbol);
      int64_t bits = getCpuBits(entry.getTargetFeaturesAttr());
      AddressOf name =
          tables.addString("llmrt_variant." + isa->getName(), isa->getName());
      variants.push_back({name, bits, /*step=*/AddressOf{},
                          /*sample=*/AddressOf{}, AddressOf{symbol},
                          /*kernels=*/AddressOf{}, /*kernelCount=*/int64_t(0),
                          int64_t(LLMRT_DEVICE_CPU), /*image=*/int64_t(0)});
    }
    return variants;
  }

  /// What CallArguments names, from the descriptor.
  SmallVector<Value> loadFields(Value call, func::FuncOp function) {
    SmallVector<Value> arguments;
    auto wrap = [&](Value address) {
      Type type = function.getArgumentTypes()[arguments.size()];
      arguments.push_back(wrapAddress(b, address, cast<MemRefType>(type)));
    };
    auto loadPointer = [&](Value base, size_t offset) {
      return entries->load(base, offset, entries->pointer);
    };
    wrap(loadPointer(call, offsetof(LlmrtCall, weights)));
    wrap(loadPointer(call, offsetof(LlmrtCall, workspace)));
    Value inputs = loadPointer(call, offsetof(LlmrtCall, inputs));
    for (size_t i = 0; i < signature.inputs.size(); ++i)
      wrap(loadPointer(inputs, i * sizeof(void *)));
    Value outputs = loadPointer(call, offsetof(LlmrtCall, outputs));
    for (size_t i = 0; i < signature.outputs.size(); ++i)
      wrap(loadPointer(outputs, i * sizeof(void *)));
    wrap(loadPointer(call, offsetof(LlmrtCall, sizes)));
    return arguments;
  }

  AddressOf createSizes() {
    auto plan = module.lookupSymbol<func::FuncOp>(sizesFunctionName);
    assert(plan && "llm-bind-function makes it");
    entries->create(
        "llmrt_sizes", plan, {entries->pointer, entries->pointer, entries->i64},
        entries->i64, [&](ValueRange given) -> Value {
          SmallVector<Value> arguments;
          for (auto [address, type] :
               llvm::zip(given.drop_back(), plan.getArgumentTypes()))
            arguments.push_back(
                wrapAddress(b, address, cast<MemRefType>(type)));
          arguments.push_back(entries->toIndex(given.back()));
          auto call = func::CallOp::create(b, plan, arguments);
          Value unfit = arith::ConstantIntOp::create(b, -1, 64);
          return arith::SelectOp::create(b, call.getResult(0),
                                         call.getResult(1), unfit);
        });
    return {"llmrt_sizes"};
  }

  //===--- tables -----------------------------------------------------------------===//

  AddressOf createTensors(const std::string &side,
                          ArrayRef<TensorSignature> tensors) {
    std::vector<TableEntry> entries;
    for (auto [i, tensor] : llvm::enumerate(tensors)) {
      std::string symbol = "llmrt_" + side + std::to_string(i);
      std::vector<TableEntry> sizes, names;
      for (auto [d, size] : llvm::enumerate(tensor.type.getShape())) {
        sizes.push_back({ShapedType::isDynamic(size) ? int64_t(-1) : size});
        names.push_back({tables.addString(
            symbol + ".symbol" + std::to_string(d), tensor.symbols[d])});
      }
      AddressOf name = tables.addString(symbol + ".name", tensor.name);
      bool scalar = sizes.empty();
      entries.push_back(
          {name,
           scalar ? AddressOf{} : tables.addTable(symbol + ".sizes", sizes, 8),
           scalar ? AddressOf{}
                  : tables.addTable(symbol + ".symbols", names, 8),
           int32_t(*getElementKind(tensor.type.getElementType(), tensor.dtype)),
           int32_t(sizes.size())});
    }
    if (entries.empty())
      return {};
    return tables.addTable("llmrt_" + side + "s", entries, sizeof(LlmrtTensor));
  }

  AddressOf createSignature(const AddressOf &sizes) {
    TableEntry entry = {createTensors("input", signature.inputs),
                        createTensors("output", signature.outputs),
                        int64_t(signature.inputs.size()),
                        int64_t(signature.outputs.size()), sizes};
    return tables.addTable("llmrt_signature", {entry}, sizeof(LlmrtSignature));
  }

  int64_t getWeightBytes() {
    int64_t bytes = 0;
    for (auto weight : module.getOps<WeightOp>())
      bytes = std::max(bytes, *weight.getOffset() +
                                  mlir::llm::getWeightBytes(weight.getType()));
    return llvm::alignTo(bytes, 64);
  }

  ModuleOp module;
  const Signature &signature;
  ImplicitLocOpBuilder b;
  ModelTables tables;
  std::optional<Entries> entries;
};

struct FinishFunction : impl::FinishFunctionBase<FinishFunction> {
  void runOnOperation() override {
    FailureOr<Signature> signature = readSignature(getOperation());
    if (failed(signature) ||
        failed(FunctionFinisher(getOperation(), *signature).run()))
      signalPassFailure();
  }
};

} // namespace
} // namespace llmc
