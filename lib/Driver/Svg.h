//===- Svg.h - a page of drawings -------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_SVG_H
#define LLMC_LIB_DRIVER_SVG_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <utility>

namespace llmc {

/// Scalable Vector Graphics 1.1 of boxes, lines and words; units are pixels.
class Svg {
public:
  using Point = std::pair<double, double>;
  enum class Anchor { start, middle, end };

  /// `color` counts through a palette that also the colour-blind tell apart.
  void rect(double x, double y, double width, double height, int color);
  /// A box with an outline and no colour of its own.
  void frame(double x, double y, double width, double height);
  /// Half transparent; `title` shows where a pointer rests.
  void circle(double x, double y, double radius, int color,
              llvm::StringRef title);
  void line(llvm::ArrayRef<Point> points, int color);
  void axis(Point from, Point to);
  /// An edge from the right side of one box to that of another one, bent by
  /// `bend` to the right.
  void arc(Point from, Point to, double bend);
  void text(double x, double y, llvm::StringRef words,
            Anchor anchor = Anchor::start, bool isTitle = false);

  /// The page: as large as what was drawn.
  std::string finish() const;

private:
  void reach(double x, double y);

  std::string body;
  double width = 0, height = 0;
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_SVG_H
