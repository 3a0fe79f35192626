//===- StepDrawing.cpp - the kernels of a step as a graph -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepDrawing.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;
using namespace mlir::llm;

namespace {

constexpr double boxWidth = 260, boxHeight = 24, pitch = 38;

/// "576 f32", "1536 int8_act", "cache".
std::string describeType(Type type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (auto packed = dyn_cast<PackedType>(type))
    stream << packed.getCols() << " int8";
  else if (auto tensor = dyn_cast<RankedTensorType>(type)) {
    llvm::interleave(tensor.getShape().drop_front(), stream, " x ");
    stream << (tensor.getRank() > 1 ? " " : "") << tensor.getElementType();
  } else
    stream << "cache";
  return text;
}

class StepDrawing {
public:
  StepDrawing(Svg &svg, double x, double y) : svg(svg), x(x), y(y) {}

  void draw(func::FuncOp step) {
    svg.text(x, y, "One step, kernel by kernel", Svg::Anchor::start, true);
    y += 20;
    drawBlock(step.getBody().front(), /*depth=*/0);
    for (auto &[from, to] : edges)
      drawEdge(from, to);
  }

private:
  void drawBlock(Block &block, int depth) {
    for (Operation &op : block) {
      if (auto kernel = dyn_cast<KernelOp>(op))
        drawKernel(kernel);
      if (auto loop = dyn_cast<scf::ForOp>(op))
        drawLoop(loop, depth);
    }
  }

  void drawKernel(KernelOp kernel) {
    int here = rows++;
    tops.push_back(y);
    svg.frame(x, y, boxWidth, boxHeight);
    svg.text(x + 8, y + 16, kernel.getName());
    if (kernel.getNumResults())
      svg.text(x + boxWidth - 8, y + 16,
               describeType(kernel.getResult(0).getType()), Svg::Anchor::end);
    for (Value input : kernel.getInputs())
      if (int from = find(input); from >= 0)
        edges.insert({from, here});
    for (Value result : kernel.getResults())
      owner[result] = here;
    y += pitch;
  }

  void drawLoop(scf::ForOp loop, int depth) {
    double top = y - 6, margin = 14.0 * (depth + 1);
    int64_t turns = 0;
    if (auto count = loop.getStaticTripCount())
      turns = count->getSExtValue();
    svg.text(x + boxWidth - 8, y + 8,
             std::to_string(turns) + " times the same layer", Svg::Anchor::end);
    y += 20;
    for (auto [inside, start] :
         llvm::zip(loop.getRegionIterArgs(), loop.getInitArgs()))
      owner[inside] = find(start);
    drawBlock(*loop.getBody(), depth + 1);
    auto next = cast<scf::YieldOp>(loop.getBody()->getTerminator());
    for (auto [result, yielded] :
         llvm::zip(loop.getResults(), next.getOperands()))
      owner[result] = find(yielded);
    svg.axis({x - margin, top}, {x - margin, y - 8});
    svg.axis({x - margin, top}, {x - margin + 10, top});
    svg.axis({x - margin, y - 8}, {x - margin + 10, y - 8});
    y += 8;
  }

  /// The kernel whose value this is; -1 for weights and the batch.
  int find(Value value) {
    while (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
        value.getDefiningOp()))
      value = value.getDefiningOp()->getOperand(0);
    auto it = owner.find(value);
    return it == owner.end() ? -1 : it->second;
  }

  void drawEdge(int from, int to) {
    if (to == from + 1)
      return svg.axis({x + boxWidth / 2, tops[from] + boxHeight},
                      {x + boxWidth / 2, tops[to]});
    double bend = std::min(24.0 + 9.0 * (to - from), 200.0);
    svg.arc({x + boxWidth, tops[from] + boxHeight - 6},
            {x + boxWidth, tops[to] + 6}, bend);
  }

  Svg &svg;
  double x, y;
  int rows = 0;
  std::vector<double> tops; // of each kernel's box
  llvm::DenseMap<Value, int> owner;
  std::set<std::pair<int, int>> edges;
};

} // namespace

void llmc::drawStep(ModuleOp module, Svg &svg, double x, double y) {
  for (auto step : module.getOps<func::FuncOp>())
    if (step.getName().split('.').first == "step")
      return StepDrawing(svg, x, y).draw(step);
}
