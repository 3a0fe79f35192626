//===- Pictures.cpp - a compiled model, drawn -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Pictures.h"

#include "Report.h"
#include "StepDrawing.h"
#include "Svg.h"

#include "llvm/Support/FormatVariadic.h"

using namespace llmc;
using namespace mlir::llm;

namespace {

constexpr double chartWidth = 520, chartHeight = 220, left = 80;

class Page {
public:
  explicit Page(Compiler &compiler) : compiler(compiler) {}

  llvm::Expected<std::string> draw() {
    double y = 30;
    if (llvm::Error error = drawMemory(y))
      return std::move(error);
    drawWeights(y + chartHeight + 100);
    drawStep(compiler.getModule(), svg, left + chartWidth + 200, y);
    return svg.finish();
  }

private:
  //===--- memory -------------------------------------------------------------===//

  llvm::Error drawMemory(double top) {
    const CompileOptions &options = compiler.getOptions();
    svg.text(left, top, "Memory of a run, at most", Svg::Anchor::start, true);
    auto most =
        compiler.getMemoryContract(options.maxBatch, options.maxContext);
    if (!most)
      return most.takeError();
    drawFrame(top + 20, double(most->total()),
              "0 to " + std::to_string(options.maxContext) +
                  " positions of each sequence");
    int color = 0;
    for (int64_t batch = 1;; batch = std::min(2 * batch, options.maxBatch)) {
      if (llvm::Error error =
              drawBatch(top + 20, batch, double(most->total()), color++))
        return error;
      if (batch == options.maxBatch)
        return llvm::Error::success();
    }
  }

  llvm::Error drawBatch(double top, int64_t batch, double scale, int color) {
    constexpr int64_t steps = 32;
    std::vector<Svg::Point> points;
    uint64_t bytes = 0;
    for (int64_t i = 1; i <= steps; ++i) {
      int64_t context =
          std::max<int64_t>(1, compiler.getOptions().maxContext * i / steps);
      auto contract = compiler.getMemoryContract(batch, context);
      if (!contract)
        return contract.takeError();
      bytes = contract->total();
      points.push_back({left + chartWidth * i / steps,
                        top + chartHeight * (1 - double(bytes) / scale)});
    }
    svg.line(points, color);
    svg.text(left + chartWidth + 6, points.back().second + 4,
             std::to_string(batch) +
                 (batch == 1 ? " sequence: " : " sequences: ") +
                 formatBytes(bytes));
    return llvm::Error::success();
  }

  /// Axes from 0 to `most` bytes.
  void drawFrame(double top, double most, const std::string &below) {
    svg.axis({left, top}, {left, top + chartHeight});
    svg.axis({left, top + chartHeight}, {left + chartWidth, top + chartHeight});
    for (int part = 0; part <= 4; ++part)
      svg.text(left - 6, top + chartHeight * (1 - part / 4.0) + 4,
               formatBytes(uint64_t(most * part / 4)), Svg::Anchor::end);
    svg.text(left + chartWidth / 2, top + chartHeight + 18, below,
             Svg::Anchor::middle);
  }

  //===--- weights ------------------------------------------------------------===//

  using Bar = std::map<std::string, uint64_t>; // bytes by encoding

  static void add(Bar &bar, WeightOp weight) {
    std::string name = getEncodingName(getEncoding(weight.getType()));
    bar[llvm::StringRef(name).split('<').first.str()] +=
        getWeightBytes(weight.getType());
  }

  /// What is read once a step, then a bar per layer.
  std::vector<Bar> collectBars() {
    mlir::SymbolTable symbols(compiler.getModule());
    std::vector<Bar> bars(1);
    llvm::DenseSet<mlir::Operation *> inTables;
    for (auto table : compiler.getModule().getOps<WeightTableOp>())
      for (auto [layer, entry] : llvm::enumerate(
               table.getEntries().getAsRange<mlir::FlatSymbolRefAttr>())) {
        auto weight = symbols.lookup<WeightOp>(entry.getAttr());
        bars.resize(std::max(bars.size(), layer + 2));
        if (inTables.insert(weight).second)
          add(bars[layer + 1], weight);
      }
    for (auto weight : compiler.getModule().getOps<WeightOp>())
      if (!inTables.contains(weight))
        add(bars[0], weight);
    return bars;
  }

  void drawWeights(double top) {
    svg.text(left, top, "Weights", Svg::Anchor::start, true);
    std::vector<Bar> bars = collectBars();
    std::map<std::string, int> colors;
    uint64_t most = 1;
    for (const Bar &bar : bars) {
      uint64_t sum = 0;
      for (auto &[name, bytes] : bar) {
        colors.try_emplace(name, int(colors.size()));
        sum += bytes;
      }
      most = std::max(most, sum);
    }
    drawFrame(top + 20, double(most),
              "outside the layers, then layer by layer in the order of the "
              "step");
    double width = chartWidth / bars.size();
    for (auto [index, bar] : llvm::enumerate(bars)) {
      double bottom = top + 20 + chartHeight;
      for (auto &[name, bytes] : bar) {
        double height = chartHeight * bytes / most;
        bottom -= height;
        svg.rect(left + width * index + 1, bottom, std::max(1.0, width - 2),
                 height, colors[name]);
      }
    }
    double y = top + 30;
    for (auto &[name, color] : colors) {
      svg.rect(left + chartWidth + 8, y - 9, 10, 10, color);
      svg.text(left + chartWidth + 24, y, name);
      y += 18;
    }
  }

  Compiler &compiler;
  Svg svg;
};

} // namespace

llvm::Expected<std::string> llmc::drawModel(Compiler &compiler) {
  return Page(compiler).draw();
}
