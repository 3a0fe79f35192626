//===- SweepTable.cpp - the builds of a sweep, side by side ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SweepTable.h"

#include "Svg.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>

using namespace llmc;

namespace {

/// A column of figures.
struct Column {
  const char *title, *key;
  double scale;
  int digits;
  const char *unit = "";

  size_t width() const {
    constexpr size_t widestFigure = 8;
    return std::max(llvm::StringRef(title).size(), widestFigure);
  }
};

constexpr Column columns[] = {
    {"bits per weight", "bits_per_weight", 1, 2},
    {"MB", "weight_bytes", 1e-6, 1},
    {"perplexity", "perplexity", 1, 3},
    {"KL, mean", "kl_mean", 1, 5},
    {"KL, 99 %", "kl_p99", 1, 3},
    {"same likeliest token", "top1_agreement", 100, 2, " %"},
    {"s to compile", "compile_seconds", 1, 1},
};
constexpr Column speedColumn = {"decode, tokens/s", "decode_tokens_per_s", 1,
                                1};

} // namespace

static llvm::SmallVector<Column> listColumns(bool hasSpeed) {
  auto list = llvm::to_vector(llvm::ArrayRef(columns));
  if (hasSpeed)
    list.push_back(speedColumn);
  return list;
}

std::string llmc::writeTableHead(size_t width, bool hasSpeed) {
  std::string text, rule;
  llvm::raw_string_ostream line(text), below(rule);
  line << "| " << llvm::left_justify("build", width) << " |";
  below << "| " << std::string(width, '-') << " |";
  for (const Column &column : listColumns(hasSpeed)) {
    line << " " << llvm::right_justify(column.title, column.width()) << " |";
    below << " " << std::string(column.width(), '-') << " |";
  }
  return text + "\n" + rule + "\n";
}

std::string llmc::writeTableRow(const SweepRow &row, size_t width,
                                bool hasSpeed) {
  std::string text;
  llvm::raw_string_ostream line(text);
  line << "| " << llvm::left_justify(*row.getString("build"), width) << " |";
  for (const Column &column : listColumns(hasSpeed)) {
    std::string figure;
    if (std::optional<double> value = row.getNumber(column.key))
      llvm::raw_string_ostream(figure)
          << llvm::format("%.*f", column.digits, *value * column.scale)
          << column.unit;
    line << " " << llvm::right_justify(figure, column.width()) << " |";
  }
  return text + "\n";
}

//===----------------------------------------------------------------------===//
// The picture
//===----------------------------------------------------------------------===//

namespace {

constexpr double left = 80, top = 60, width = 640, height = 380, dot = 6;

struct Point {
  std::string name;
  double megabytes, divergence;
};

class Picture {
public:
  explicit Picture(llvm::ArrayRef<Point> points) : points(points) {
    for (const Point &point : points) {
      most = std::max(most, point.megabytes);
      low = std::min(low, std::floor(std::log10(point.divergence)));
      high = std::max(high, std::ceil(std::log10(point.divergence)));
    }
    if (high <= low)
      high = low + 1;
  }

  std::string draw() {
    svg.text(left, 30, "Size against divergence from the reference",
             Svg::Anchor::start, true);
    drawAxes();
    for (const Point &point : points) {
      const double x = placeSize(point.megabytes),
                   y = placeDivergence(point.divergence);
      svg.rect(x - dot / 2, y - dot / 2, dot, dot, 0);
      svg.text(x + dot, y + 4, point.name);
    }
    return svg.finish();
  }

private:
  double placeSize(double megabytes) const {
    return left + width * megabytes / most;
  }
  double placeDivergence(double divergence) const {
    return top + height * (high - std::log10(divergence)) / (high - low);
  }

  void drawAxes() {
    svg.axis({left, top}, {left, top + height});
    svg.axis({left, top + height}, {left + width, top + height});
    for (double power = low; power <= high; ++power)
      svg.text(left - 6, placeDivergence(std::pow(10.0, power)) + 4,
               spell("%g", std::pow(10.0, power)), Svg::Anchor::end);
    for (int part = 0; part <= 4; ++part)
      svg.text(placeSize(most * part / 4), top + height + 18,
               spell("%.4g", most * part / 4), Svg::Anchor::middle);
    svg.text(left + width / 2, top + height + 38, "MB of weights",
             Svg::Anchor::middle);
    svg.text(left - 60, top - 12, "mean KL divergence, nats");
  }

  static std::string spell(const char *format, double number) {
    std::string text;
    llvm::raw_string_ostream(text) << llvm::format(format, number);
    return text;
  }

  llvm::ArrayRef<Point> points;
  double most = 0, low = INFINITY, high = -INFINITY; // MB; powers of ten
  Svg svg;
};

} // namespace

std::string llmc::drawSweep(llvm::ArrayRef<SweepRow> rows) {
  std::vector<Point> points;
  for (const SweepRow &row : rows)
    if (double divergence = row.getNumber("kl_mean").value_or(0);
        divergence > 0)
      points.push_back({row.getString("build")->str(),
                        row.getNumber("weight_bytes").value_or(0) / 1e6,
                        divergence});
  return points.empty() ? "" : Picture(points).draw();
}
