//===- MakeStateful.cpp - a decoder's graph becomes a step over a cache ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Without it, an export without caches would compute all tokens again for each.
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace llmc {
#define GEN_PASS_DEF_MAKESTATEFUL
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

struct MakeStateful : impl::MakeStatefulBase<MakeStateful> {
  explicit MakeStateful(const WeightStore *store) : store(store) {}
  const WeightStore *store;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    Graph graph(main, store);
    Value logits = findLogits(graph);
    if (graph.ids && !logits && graph.unsized())
      return refuse(graph.unsized(), graph.whyUnsized());
    if (!graph.ids || !logits)
      return refuse(main, "no input of it chooses rows of a table and leads to "
                          "an output of scores per token");
    StepConverter converter(graph, module);
    if (failed(converter.convert(logits)))
      return refuse(converter.failedAt() ? converter.failedAt() : main,
                    converter.reason());
    applied(main, getArgument(), [&] {
      return "a graph of " + std::to_string(converter.facts().layers) +
             " attentions became a step over a cache";
    });
    describeModel(module, converter.facts());
    main.erase();
    auto step = module.lookupSymbol<func::FuncOp>("step");
    eraseDead(step); // what became part of other ops
    converter.weights().settle(step);
  }

  /// Keeps the reason in the module, for whoever needs a step.
  void refuse(Operation *op, const std::string &reason) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    if (auto name = dyn_cast<NameLoc>(op->getLoc()))
      stream << "node '" << name.getName().getValue() << "' ";
    stream << "(" << op->getName().getStringRef() << ") " << reason;
    getOperation()->setAttr(declinedAttrName,
                            StringAttr::get(&getContext(), text));
    decline(op, getArgument(), reason);
  }

  /// How many rows the table has that the tokens choose from; -1 if none is known.
  static int64_t countWords(const Graph &graph) {
    for (Operation &op : graph.function.getBody().front())
      if (isa<onnx::GatherOp, onnx::MicrosoftGatherBlockQuantizedOp>(op) &&
          graph.isIds(op.getOperand(1)))
        if (const Graph::Sizes *table = graph.sizes(op.getOperand(0)))
          return table->front();
    return -1;
  }

  /// The output that can be logits: as many as the table has words rather than
  /// another number; of the last token alone scores of other things are no logits.
  static Value findLogits(const Graph &graph) {
    Operation *end = graph.function.getBody().front().getTerminator();
    int64_t words = countWords(graph);
    Value best;
    int bestRank = 0;
    for (Value value : end->getOperands()) {
      if (!StepConverter::isLogits(graph, value))
        continue;
      const Graph::Sizes &sizes = *graph.sizes(value);
      bool isWhole = sizes.size() == 3 && sizes[1] == graph.lengths().seq;
      bool areWords = sizes.back() == words;
      int rank = isWhole ? 1 + 2 * areWords : 2 * areWords;
      if (rank > bestRank) {
        best = value;
        bestRank = rank;
      }
    }
    return best;
  }

  /// Completes what the importer knows of the model.
  static void describeModel(ModuleOp module, const StepFacts &facts) {
    Builder builder(module.getContext());
    NamedAttrList model;
    if (auto known = module->getAttrOfType<DictionaryAttr>("llm.model"))
      model.append(known.getValue());
    auto set = [&](StringRef key, int64_t value) {
      model.set(key, builder.getI64IntegerAttr(value));
    };
    set("vocabulary", facts.vocabulary);
    set("layers", facts.layers);
    set("embedding_length", facts.hidden);
    set("heads", facts.heads);
    set("kv_heads", facts.kvHeads);
    set("head_dim", facts.headDim);
    model.set("tied_embeddings", builder.getBoolAttr(facts.tiedHead));
    if (facts.positions)
      set("context_length", facts.positions);
    if (facts.cacheType)
      model.set("cache", TypeAttr::get(facts.cacheType));
    module->setAttr("llm.model", model.getDictionary(module.getContext()));
  }
};

} // namespace

std::unique_ptr<Pass> createMakeStatefulPass(const WeightStore *store) {
  return std::make_unique<MakeStateful>(store);
}
} // namespace llmc
