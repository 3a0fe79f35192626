//===- SweepKnee.cpp - where a growing parameter begins to cost -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SweepKnee.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <map>

using namespace llmc;

namespace {

/// A build in a series.
struct Point {
  size_t row;
  double number, nats;
};

/// One number in a build's name.
struct Number {
  size_t begin, end;
  double value;
};

} // namespace

/// Digits with a point among them, and those of KEPT:OF.
static std::vector<Number> findNumbers(llvm::StringRef name) {
  std::vector<Number> found;
  for (size_t at = name.find_first_of("0123456789");
       at != llvm::StringRef::npos;
       at = name.find_first_of("0123456789", found.back().end)) {
    llvm::StringRef text = name.drop_front(at).take_while(
        [](char c) { return llvm::isDigit(c) || c == '.' || c == ':'; });
    auto [kept, of] = text.split(':');
    double number = 0, all = 0;
    if (kept.getAsDouble(number))
      number = NAN;
    if (text.contains(':'))
      number = of.getAsDouble(all) || all <= 0 ? NAN : 1 - number / all;
    found.push_back({at, at + text.size(), number});
  }
  return found;
}

/// Whether rows are all in one order, and far enough apart for a slope.
static bool isSeries(llvm::ArrayRef<Point> points) {
  if (points.size() < 3)
    return false;
  const bool grows = points[1].number > points[0].number;
  for (size_t i = 1; i < points.size(); ++i)
    if (grows ? !(points[i].number > points[i - 1].number)
              : !(points[i].number < points[i - 1].number))
      return false;
  return true;
}

static double getSlope(const Point &from, const Point &to) {
  return (to.nats - from.nats) / std::abs(to.number - from.number);
}

/// The point at which the slope grows most, if it grows anywhere.
static Knee findKnee(llvm::StringRef series, llvm::ArrayRef<Point> points) {
  Knee knee{series.str(), 0, 0, 0};
  double most = 1e-6; // less is how logs are rounded
  for (size_t i = 1; i + 1 < points.size(); ++i) {
    const double before = getSlope(points[i - 1], points[i]),
                 behind = getSlope(points[i], points[i + 1]);
    if (behind - before > most) {
      most = behind - before;
      knee.row = points[i].row;
      knee.before = before;
      knee.behind = behind;
    }
  }
  return knee;
}

std::vector<Knee> llmc::findKnees(llvm::ArrayRef<SweepRow> rows) {
  llvm::MapVector<std::string, std::vector<Point>,
                  std::map<std::string, unsigned>>
      all;
  std::vector<Point> origin;
  for (auto [i, row] : llvm::enumerate(rows)) {
    const std::string name = row.getString("build")->str();
    const double nats = std::log(row.getNumber("perplexity").value_or(NAN));
    if (name == "reference")
      origin = {{i, 0, nats}};
    for (const Number &number : findNumbers(name)) {
      const size_t length = number.end - number.begin;
      const bool isPattern =
          llvm::StringRef(name).substr(number.begin, length).contains(':');
      std::string series = name;
      series.replace(number.begin, length, isPattern ? "*:*" : "*");
      auto &points = all[series];
      const bool isShare =
          llvm::StringRef(series).starts_with("--sparsify=*") &&
          !llvm::StringRef(series).contains(' ');
      if (points.empty() && isShare)
        points = origin;
      points.push_back({i, number.value, nats});
    }
  }
  std::vector<Knee> knees;
  for (auto &[series, points] : all)
    if (isSeries(points))
      if (Knee knee = findKnee(series, points); knee.behind > knee.before)
        knees.push_back(std::move(knee));
  return knees;
}

std::string llmc::describeKnee(const Knee &knee,
                               llvm::ArrayRef<SweepRow> rows) {
  return llvm::formatv("knee of {0}: {1} (the log of the perplexity grows by "
                       "{2:f4} before and {3:f4} behind it, for 1 more)\n",
                       knee.series, *rows[knee.row].getString("build"),
                       knee.before, knee.behind)
      .str();
}
