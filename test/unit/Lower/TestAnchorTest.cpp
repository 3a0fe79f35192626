//===- TestAnchorTest.cpp - an anchor op that only this file knows --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What somebody adds who tries an idea: an op, what it takes into its kernel and
// the loops that compute it. Kernel formation, planning, barriers and variants
// come by themselves.
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include "llmc/Driver/Pipelines.h"
#include "llmc/Lower/Cpu/TileBuilder.h"

#include "mlir/Parser/Parser.h"
#include <gmock/gmock.h>

using namespace llmc;
using namespace llmc::test;
using namespace mlir;

namespace {

/// result[t, d] = input[t, D - 1 - d]
class ReverseOp
    : public Op<ReverseOp, OpTrait::ZeroRegions, OpTrait::ZeroSuccessors,
                OpTrait::OneResult, OpTrait::OneOperand,
                MemoryEffectOpInterface::Trait> {
public:
  using Op::Op;
  static StringRef getOperationName() { return "toy.reverse"; }
  static ArrayRef<StringRef> getAttributeNames() { return {}; }
  static void
  getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {}
};

struct ReverseAnchor
    : llm::KernelAnchorOpInterface::ExternalModel<ReverseAnchor, ReverseOp> {
  std::string getDecline(Operation *op) const {
    auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
    return type && type.getRank() == 2 ? "" : "it reverses rows of rank 2";
  }
  bool absorbsUser(Operation *, Operation *user) const {
    return llm::isElementwise(user);
  }
};

struct ReverseTiler
    : CpuTilerOpInterface::ExternalModel<ReverseTiler, ReverseOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    Value input = args.get(op->getOperand(0));
    int64_t columns = llm::getMatrixShape(op->getResult(0).getType()).back();
    auto [begin, end] = b.share(b.dim(input, 0));
    b.loop(begin, end, 1, [&](Value row) {
      b.loop(b.index(0), b.index(columns), 1, [&](Value column) {
        Value from = arith::SubIOp::create(b, b.index(columns - 1), column);
        Value x = b.broadcast(b.load(input, {row, from}), 1);
        Value at[] = {row, column};
        for (auto [value, result] :
             llvm::zip(args.getYield().getValues(), args.results))
          b.storeVector(evaluateElementwise(
                            b, {args, at, 1, {}}, value,
                            [&](Value v) {
                              return v.getDefiningOp<ReverseOp>() ? x : Value();
                            }),
                        result, at);
      });
    });
  }
};

class ToyDialect : public Dialect {
public:
  explicit ToyDialect(MLIRContext *context)
      : Dialect("toy", context, TypeID::get<ToyDialect>()) {
    addOperations<ReverseOp>();
    ReverseOp::attachInterface<ReverseAnchor, ReverseTiler>(*context);
  }
  static StringRef getDialectNamespace() { return "toy"; }
};

/// rows, then `make` of them, then relu.
void finish(Graph &graph, bool reversed) {
  Operand x = graph.rows(37);
  if (reversed)
    x = graph.emit("\"toy.reverse\"(" + x.name + ") : (" + x.type + ") -> " +
                       x.type,
                   x.type);
  graph.finish(graph.emit("llm.act relu " + x.name + " : " + x.type, x.type));
}

} // namespace

TEST(TestAnchor, LowersFromOneFile) {
  Graph plain(41), graph(41);
  finish(plain, false);
  finish(graph, true);
  graph.getContext().getOrLoadDialect<ToyDialect>();
  auto expected =
      parseSourceString<ModuleOp>(plain.text(), &plain.getContext());
  auto module = parseSourceString<ModuleOp>(graph.text(), &graph.getContext());
  ASSERT_TRUE(expected && module);

  // The elementwise op rides in its kernel.
  OwningOpRef<ModuleOp> scheduled(module->clone());
  ASSERT_FALSE(runStage(Stage::schedule, *scheduled, {}, {"avx2"}));
  std::vector<std::string> kernels;
  scheduled->walk(
      [&](llm::KernelOp kernel) { kernels.push_back(kernel.getName().str()); });
  EXPECT_EQ(kernels, (std::vector<std::string>{"embed", "reverse_relu"}));

  Interpreter reference(*expected, plain.weights());
  CompiledStep compiled(*module, graph.weights());
  ASSERT_TRUE(compiled.ok());
  for (const std::string &variant : compiled.variants())
    for (const ReferenceBatch &batch : stepsOf(graph, {1, 9})) {
      auto logits = reference.step(batch);
      ASSERT_TRUE(bool(logits));
      compiled.start(variant, 2);
      std::vector<float> reversed = compiled.run(batch);
      for (size_t i = 0; i < reversed.size(); ++i)
        ASSERT_EQ(reversed[i], logits->values[i / 37 * 37 + 36 - i % 37]);
    }
}

/// Its refusal is the compiler's.
TEST(TestAnchor, SaysWhatItCannotDo) {
  Graph graph(42);
  Operand x = graph.heads(2, 8);
  Operand y = graph.emit("\"toy.reverse\"(" + x.name + ") : (" + x.type +
                             ") -> " + x.type,
                         x.type);
  graph.finish(graph.collapse(y, 2, 8));
  graph.getContext().getOrLoadDialect<ToyDialect>();
  auto module = parseSourceString<ModuleOp>(graph.text(), &graph.getContext());
  llvm::Error error = runStage(Stage::schedule, *module, {}, {"avx2"});
  EXPECT_THAT(
      llvm::toString(std::move(error)),
      ::testing::HasSubstr("no lowering yet for this form of "
                           "'toy.reverse': it reverses rows of rank 2"));
}
