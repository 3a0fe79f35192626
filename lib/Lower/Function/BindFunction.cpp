//===- BindFunction.cpp - a function's tensors become the caller's memory -===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bufferisation would choose a signature by itself. Here the caller's buffers and
// the weight section are fixed first, so that it computes results where the caller
// wants them and copies no weight.
//===----------------------------------------------------------------------===//
#include "CallFields.h"
#include "CallKernels.h"
#include "SettledSizes.h"
#include "SizesFunction.h"

#include "llmc/Lower/Passes.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace llmc {
#define GEN_PASS_DEF_BINDFUNCTION
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

class FunctionBinder {
public:
  FunctionBinder(func::FuncOp function, const Signature &signature)
      : function(function), signature(signature),
        module(function->getParentOfType<ModuleOp>()), symbols(module),
        b(function.getLoc(), function.getContext()) {}

  LogicalResult run() {
    FailureOr<SettledSizes> settled = settleSizes(function);
    if (failed(settled) || failed(planCall(*settled)))
      return failure();
    SmallVector<Type> types = CallArguments::getTypes(
        b.getContext(), signature.inputs.size(), signature.outputs.size());
    Block &body = function.getBody().front();
    unsigned tensors = body.getNumArguments();
    for (Type type : types)
      body.addArgument(type, function.getLoc());
    CallArguments arguments(ValueRange(body.getArguments()).drop_front(tensors),
                            signature.inputs.size());
    b.setInsertionPointToStart(&body);
    bindInputs(arguments);
    bindResults(arguments, settled->results);
    function.walk([&](ParamOp param) { bindParam(arguments, param); });
    body.eraseArguments(0, tensors);
    function->removeAttr(function.getArgAttrsAttrName());
    function->removeAttr(function.getResAttrsAttrName());
    function.setType(b.getFunctionType(types, {}));
    return callKernels(function, signature.inputs.size());
  }

private:
  //===--- sizes --------------------------------------------------------------===//

  /// Where a size of an input, or of one of the same symbol, stands among a call's;
  /// nothing for any other value.
  std::optional<int64_t> findPlace(Value value) {
    auto dim = value.getDefiningOp<tensor::DimOp>();
    std::optional<int64_t> index = dim ? dim.getConstantIndex() : std::nullopt;
    auto argument = dim ? dyn_cast<BlockArgument>(dim.getSource()) : nullptr;
    if (!index || !argument ||
        argument.getOwner() != &function.getBody().front())
      return std::nullopt;
    return getPlace(argument.getArgNumber(), *index);
  }

  int64_t getPlace(size_t wanted, int64_t wantedDim) {
    StringRef symbol = signature.inputs[wanted].symbols[wantedDim];
    int64_t place = 0;
    for (auto [i, input] : llvm::enumerate(signature.inputs))
      for (int64_t d = 0; d < input.type.getRank(); ++d, ++place)
        if ((i == wanted && d == wantedDim) ||
            (!symbol.empty() && input.symbols[d] == symbol))
          return place;
    llvm_unreachable("an input has its sizes");
  }

  LogicalResult planCall(const SettledSizes &settled) {
    // A size has one value there, so that equal ones are seen to be equal.
    DenseMap<int64_t, Value> known; // by place
    SizesFunction plan(
        module, [&](auto &builder, const CallNumbers &call, Value value) {
          std::optional<int64_t> at = findPlace(value);
          if (at && !known.contains(*at))
            known[*at] = loadSize(builder, call.sizes, *at);
          return at ? known[*at] : Value();
        });
    int64_t place = 0;
    for (auto [output, sizes] : llvm::zip(signature.outputs, settled.results))
      for (Value size : sizes)
        if (!plan.setOutputSize(place++, size))
          return function.emitError("no lowering yet for result '")
                 << output.name
                 << "': its size depends on more than the sizes of inputs";
    for (auto [a, c] : settled.equal)
      plan.requireEqual(a, c);
    for (auto [small, large] : settled.atMost)
      plan.requireAtMost(small, large);
    return success();
  }

  //===--- memory -------------------------------------------------------------===//

  Value view(Value memory, RankedTensorType type, ValueRange sizes,
             int64_t offset = 0) {
    auto memref = MemRefType::get(type.getShape(), type.getElementType());
    Value at = arith::ConstantIndexOp::create(b, offset);
    return memref::ViewOp::create(b, memref, memory, at, sizes);
  }

  /// What nobody may write: weights and inputs.
  Value read(Value memref, RankedTensorType type) {
    return bufferization::ToTensorOp::create(b, type, memref,
                                             /*restrict=*/true);
  }

  void bindInputs(const CallArguments &arguments) {
    DenseMap<int64_t, Value> known; // by place
    for (auto [i, input] : llvm::enumerate(signature.inputs)) {
      SmallVector<Value> sizes;
      for (int64_t d = 0; d < input.type.getRank(); ++d) {
        if (!input.type.isDynamicDim(d))
          continue;
        int64_t place = getPlace(i, d);
        if (!known.contains(place))
          known[place] = loadSize(b, arguments.getSizes(), place);
        sizes.push_back(known[place]);
      }
      inputs.push_back(
          read(view(arguments.getInput(i), input.type, sizes), input.type));
    }
  }

  /// Outputs are named in front, so that what computes a result may write there. They
  /// are tensors first: a value that lies in one output and is another is then seen to
  /// be read, and written to the memory behind all that reads it.
  void bindResults(const CallArguments &arguments,
                   ArrayRef<SmallVector<Value>> results) {
    SizeSlices slices(b, [&](Value value) {
      std::optional<int64_t> place = findPlace(value);
      return place ? loadSize(b, arguments.getSizes(), *place) : Value();
    });
    SmallVector<Value> outputs, tensors;
    for (auto [i, output] : llvm::enumerate(signature.outputs)) {
      SmallVector<Value> sizes;
      for (auto [d, size] : llvm::enumerate(results[i]))
        if (output.type.isDynamicDim(d))
          sizes.push_back(slices.get(size));
      outputs.push_back(view(arguments.getOutput(i), output.type, sizes));
      tensors.push_back(bufferization::ToTensorOp::create(
          b, output.type, outputs.back(), /*restrict=*/true,
          /*writable=*/true));
    }
    Block &body = function.getBody().front();
    for (auto [i, tensor] : llvm::enumerate(inputs))
      body.getArgument(i).replaceAllUsesWith(tensor);
    Operation *end = body.getTerminator();
    b.setInsertionPoint(end);
    SmallVector<Value> made;
    for (auto [value, tensor] : llvm::zip(end->getOperands(), tensors))
      made.push_back(bufferization::MaterializeInDestinationOp::create(
                         b, tensor.getType(), value, tensor)
                         .getResult());
    for (auto [value, output] : llvm::zip(made, outputs))
      bufferization::MaterializeInDestinationOp::create(
          b, Type(), value, output, /*restrict=*/true, /*writable=*/true);
    end->setOperands({});
  }

  void bindParam(const CallArguments &arguments, ParamOp param) {
    auto type = dyn_cast<RankedTensorType>(param.getType());
    if (!type || param.getIndex())
      return; // the contract of the stage names what is left
    auto weight = symbols.lookup<WeightOp>(param.getWeight());
    b.setInsertionPoint(param);
    Value memref =
        view(arguments.getWeights(), type, {}, weight.getOffset().value_or(0));
    param.replaceAllUsesWith(read(memref, type));
    param.erase();
  }

  func::FuncOp function;
  const Signature &signature;
  ModuleOp module;
  SymbolTable symbols;
  ImplicitLocOpBuilder b;
  SmallVector<Value> inputs; // as tensors, by number
};

struct BindFunction : impl::BindFunctionBase<BindFunction> {
  /// And those of the kernels' loops.
  void getDependentDialects(DialectRegistry &registry) const override {
    BindFunctionBase::getDependentDialects(registry);
    registry
        .insert<scf::SCFDialect, vector::VectorDialect, math::MathDialect>();
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto function : llvm::to_vector(module.getOps<func::FuncOp>())) {
      if (!getTarget(function)) {
        function.emitError("llm-bind-function: needs functions with a target: "
                           "run llm-clone-targets first");
        return signalPassFailure();
      }
      FailureOr<Signature> signature = readSignature(function);
      if (failed(signature))
        return signalPassFailure();
      // Before the function's attributes, which it is made of, go.
      module->setAttr(signatureAttr, toAttribute(&getContext(), *signature));
      if (failed(FunctionBinder(function, *signature).run()))
        return signalPassFailure();
      applied(function, getArgument(), [&] {
        return std::to_string(signature->inputs.size()) + " inputs and " +
               std::to_string(signature->outputs.size()) +
               " outputs lie with the caller";
      });
    }
  }
};

} // namespace
} // namespace llmc
