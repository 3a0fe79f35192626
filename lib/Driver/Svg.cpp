//===- Svg.cpp - a page of drawings -----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Svg.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llmc;

static llvm::StringRef getColor(int color) {
  // Okabe and Ito, "Color Universal Design" (2008).
  static const llvm::StringRef palette[] = {"#0072b2", "#e69f00", "#009e73",
                                            "#cc79a7", "#56b4e9", "#d55e00",
                                            "#f0e442", "#999999"};
  return palette[color % std::size(palette)];
}

static std::string escape(llvm::StringRef words) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::printHTMLEscaped(words, stream);
  return text;
}

void Svg::reach(double x, double y) {
  width = std::max(width, x);
  height = std::max(height, y);
}

void Svg::rect(double x, double y, double w, double h, int color) {
  reach(x + w, y + h);
  body += llvm::formatv("<rect x='{0:f1}' y='{1:f1}' width='{2:f1}' "
                        "height='{3:f1}' fill='{4}'/>\n",
                        x, y, w, h, getColor(color));
}

void Svg::frame(double x, double y, double w, double h) {
  reach(x + w, y + h);
  body += llvm::formatv("<rect x='{0:f1}' y='{1:f1}' width='{2:f1}' "
                        "height='{3:f1}' rx='4' class='frame'/>\n",
                        x, y, w, h);
}

void Svg::circle(double x, double y, double radius, int color,
                 llvm::StringRef title) {
  reach(x + radius, y + radius);
  body += llvm::formatv("<circle cx='{0:f1}' cy='{1:f1}' r='{2:f1}' "
                        "fill='{3}' fill-opacity='0.5'><title>{4}</title>"
                        "</circle>\n",
                        x, y, radius, getColor(color), escape(title));
}

void Svg::line(llvm::ArrayRef<Point> points, int color) {
  std::string list;
  for (auto [x, y] : points) {
    reach(x, y);
    list += llvm::formatv("{0:f1},{1:f1} ", x, y);
  }
  body += llvm::formatv("<polyline points='{0}' fill='none' stroke='{1}' "
                        "stroke-width='2'/>\n",
                        list, getColor(color));
}

void Svg::axis(Point from, Point to) {
  reach(to.first, to.second);
  body +=
      llvm::formatv("<path d='M{0:f1} {1:f1} L{2:f1} {3:f1}' class='axis'/>\n",
                    from.first, from.second, to.first, to.second);
}

void Svg::arc(Point from, Point to, double bend) {
  reach(from.first + bend, to.second);
  body += llvm::formatv("<path d='M{0:f1} {1:f1} C{2:f1} {1:f1} {2:f1} {4:f1} "
                        "{3:f1} {4:f1}' class='axis'/>\n",
                        from.first, from.second, from.first + bend, to.first,
                        to.second);
}

void Svg::text(double x, double y, llvm::StringRef words, Anchor anchor,
               bool isTitle) {
  static const llvm::StringRef anchors[] = {"start", "middle", "end"};
  double size = isTitle ? 9.0 : 7.2; // about a letter's width
  reach(x + (anchor == Anchor::start ? size * words.size() : 0), y + 4);
  body += llvm::formatv("<text x='{0:f1}' y='{1:f1}' text-anchor='{2}'{3}>{4}"
                        "</text>\n",
                        x, y, anchors[size_t(anchor)],
                        isTitle ? " class='title'" : "", escape(words));
}

std::string Svg::finish() const {
  return llvm::formatv(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{0:f0}' "
      "height='{1:f0}' viewBox='0 0 {0:f0} {1:f0}'>\n"
      "<style>text{{font:12px sans-serif}.title{{font:bold 15px sans-serif}"
      ".axis{{stroke:#777;fill:none}.frame{{stroke:#333;fill:#fff}</style>\n"
      "<rect width='100%' height='100%' fill='#fff'/>\n{2}</svg>\n",
      width + 20, height + 20, body);
}
