//===- Roofline.cpp - kernels against what the machine can ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Roofline.h"

#include "Median.h"
#include "Svg.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>
#include <tuple>

using namespace llmc;

static double leastSeconds(const KernelTime &kernel,
                           const MachineLimits &limits, bool floats) {
  const bool isFloats =
      floats || llvm::StringRef(kernel.name).contains("attention");
  const double peak =
      isFloats ? std::max(limits.bf16, limits.f32) : limits.int8;
  return std::max(kernel.bytes / limits.read, kernel.operations / peak);
}

static KernelPhase readPhase(llvm::ArrayRef<llvm::json::Object> rounds,
                             llvm::StringRef key, std::string name,
                             const MachineLimits &limits, bool floats) {
  struct Found {
    KernelTime kernel;
    std::vector<double> seconds;
  };
  llvm::MapVector<llvm::StringRef, Found> found;
  for (const llvm::json::Object &round : rounds) {
    const llvm::json::Object *phase = round.getObject(key);
    const llvm::json::Array *kernels =
        phase ? phase->getArray("kernels") : nullptr;
    if (!kernels)
      continue;
    for (const llvm::json::Value &each : *kernels) {
      const llvm::json::Object &kernel = *each.getAsObject();
      llvm::StringRef called = kernel.getString("kernel").value_or("");
      Found &one = found[called];
      one.kernel = {called.str(), 0, kernel.getNumber("bytes").value_or(0),
                    kernel.getNumber("operations").value_or(0)};
      one.seconds.push_back(kernel.getNumber("seconds").value_or(0));
    }
  }
  KernelPhase phase{std::move(name), {}};
  for (auto &[called, one] : found) {
    one.kernel.seconds = median(one.seconds);
    one.kernel.leastSeconds = leastSeconds(one.kernel, limits, floats);
    phase.kernels.push_back(one.kernel);
  }
  llvm::sort(phase.kernels, [](const KernelTime &a, const KernelTime &b) {
    return std::tie(b.seconds, a.name) < std::tie(a.seconds, b.name);
  });
  return phase;
}

std::vector<KernelPhase>
llmc::readPhases(llvm::ArrayRef<llvm::json::Object> rounds,
                 const MachineLimits &limits, FloatProducts floats) {
  std::vector<KernelPhase> phases = {
      readPhase(rounds, "prefill_kernels", "prompt", limits, floats.prompts),
      readPhase(rounds, "decode_kernels", "generated rows", limits,
                floats.generated)};
  llvm::erase_if(phases,
                 [](const KernelPhase &each) { return each.kernels.empty(); });
  return phases;
}

static double totalSeconds(const KernelPhase &phase) {
  double total = 0;
  for (const KernelTime &kernel : phase.kernels)
    total += kernel.seconds;
  return total;
}

std::string llmc::writeKernelTable(const KernelPhase &phase) {
  constexpr double least = 0.005; // of the phase
  const double total = totalSeconds(phase);
  double limit = 0;
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "| " << phase.name << ": kernel | % of time | GB/s | GOP/s | % of its "
      << "limit |\n|---|---:|---:|---:|---:|\n";
  for (const KernelTime &kernel : phase.kernels) {
    limit += kernel.leastSeconds;
    if (kernel.seconds < least * total)
      continue;
    out << llvm::format(
        "| %s | %.1f | %.1f | %.1f | %.0f |\n", kernel.name.c_str(),
        100 * kernel.seconds / total, kernel.bytes / kernel.seconds / 1e9,
        kernel.operations / kernel.seconds / 1e9, 100 * kernel.share());
  }
  out << llvm::format("| all | 100 | | | %.0f |\n", 100 * limit / total);
  return text;
}

//===----------------------------------------------------------------------===//
// The picture
//===----------------------------------------------------------------------===//

namespace {

constexpr double left = 80, top = 60, width = 680, height = 400;
// Powers of ten: operations per byte, and per second.
constexpr int x0 = -2, x1 = 4, y0 = 8, y1 = 14;

class RooflinePicture {
public:
  explicit RooflinePicture(const MachineLimits &limits) : limits(limits) {}

  std::string draw(llvm::ArrayRef<KernelPhase> phases) {
    svg.text(left, 30, "Kernels under the roofs of the machine",
             Svg::Anchor::start, true);
    drawAxes();
    drawRoof("bytes", limits.int8);
    drawRoof("bf16", limits.bf16);
    drawRoof("f32", limits.f32);
    for (auto [color, phase] : llvm::enumerate(phases))
      drawPhase(phase, int(color));
    return svg.finish();
  }

private:
  static Svg::Point place(double perByte, double perSecond) {
    auto inside = [](double value, double low, double high) {
      return (std::clamp(std::log10(value), low, high) - low) / (high - low);
    };
    return {left + width * inside(perByte, x0, x1),
            top + height * (1 - inside(perSecond, y0, y1))};
  }

  void drawAxes() {
    svg.axis({left, top}, {left, top + height});
    svg.axis({left, top + height}, {left + width, top + height});
    for (int power = x0; power <= x1; ++power)
      svg.text(place(std::pow(10, power), 1).first, top + height + 18,
               spell(std::pow(10, power)), Svg::Anchor::middle);
    for (int power = y0; power <= y1; ++power)
      svg.text(left - 6, place(1, std::pow(10, power)).second + 4,
               spell(std::pow(10, power - 9)), Svg::Anchor::end);
    svg.text(left + width / 2, top + height + 38, "operations per byte",
             Svg::Anchor::middle);
    svg.text(left - 60, top - 12, "GOP/s");
  }

  /// What memory lets through, up to what is multiplied.
  void drawRoof(llvm::StringRef type, double peak) {
    if (peak <= 0)
      return;
    const double low = std::pow(10, x0), high = std::pow(10, x1);
    const Svg::Point end = place(high, peak);
    constexpr int gray = 7;
    svg.line(
        {place(low, limits.read * low), place(peak / limits.read, peak), end},
        gray);
    svg.text(end.first, end.second - 5, ("products of " + type).str(),
             Svg::Anchor::end);
  }

  void drawPhase(const KernelPhase &phase, int color) {
    constexpr double swatch = 10, line = 18;
    const double y = top + line * color, total = totalSeconds(phase);
    svg.rect(left + 12, y, swatch, swatch, color);
    svg.text(left + 28, y + swatch, phase.name);
    for (const KernelTime &kernel : phase.kernels) {
      if (kernel.operations <= 0 || kernel.bytes <= 0)
        continue; // what multiplies nothing is under no roof
      auto [x, at] = place(kernel.operations / kernel.bytes,
                           kernel.operations / kernel.seconds);
      svg.circle(x, at, 2 + 18 * std::sqrt(kernel.seconds / total), color,
                 phase.name + ": " + kernel.name + ", " +
                     std::to_string(std::lround(100 * kernel.share())) +
                     " % of its limit");
    }
  }

  static std::string spell(double number) {
    std::string text;
    llvm::raw_string_ostream(text) << llvm::format("%g", number);
    return text;
  }

  const MachineLimits &limits;
  Svg svg;
};

} // namespace

std::string llmc::drawRoofline(llvm::ArrayRef<KernelPhase> phases,
                               const MachineLimits &limits) {
  return RooflinePicture(limits).draw(phases);
}
