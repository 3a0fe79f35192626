//===- InputSums.cpp - sums over the rows of a product's input ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "InputSums.h"

#include "mlir/Parser/Parser.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

#include <cmath>
#include <limits>
#include <set>

using namespace llmc;

/// X^T X, the sums, the least and the largest numbers of columns, from those before.
/// {0}: K.
static const char *const adder = R"mlir(
#row = affine_map<(i, j, t) -> (t, i)>
#column = affine_map<(i, j, t) -> (t, j)>
#square = affine_map<(i, j, t) -> (i, j)>
#all = affine_map<(k, t) -> (t, k)>
#one = affine_map<(k, t) -> (k)>
module attributes {llm.model = {}} {
  func.func @main(
      %x: tensor<?x{0}xf32> {llm.name = "x", llm.dims = ["rows", ""]},
      %xtx: tensor<{0}x{0}xf32> {llm.name = "xtx_before"},
      %sum: tensor<{0}xf32> {llm.name = "sum_before"},
      %min: tensor<{0}xf32> {llm.name = "min_before"},
      %max: tensor<{0}xf32> {llm.name = "max_before"})
      -> (tensor<{0}x{0}xf32> {llm.name = "xtx"},
          tensor<{0}xf32> {llm.name = "sum"},
          tensor<{0}xf32> {llm.name = "min"},
          tensor<{0}xf32> {llm.name = "max"}) {
    %p = linalg.generic {indexing_maps = [#row, #column, #square], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %x : tensor<?x{0}xf32>, tensor<?x{0}xf32>) outs(%xtx : tensor<{0}x{0}xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %ab = arith.mulf %a, %b : f32
      %r = arith.addf %o, %ab : f32
      linalg.yield %r : f32
    } -> tensor<{0}x{0}xf32>
    %s = linalg.generic {indexing_maps = [#all, #one], iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<?x{0}xf32>) outs(%sum : tensor<{0}xf32>) {
    ^bb0(%a: f32, %o: f32):
      %r = arith.addf %o, %a : f32
      linalg.yield %r : f32
    } -> tensor<{0}xf32>
    %l = linalg.generic {indexing_maps = [#all, #one], iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<?x{0}xf32>) outs(%min : tensor<{0}xf32>) {
    ^bb0(%a: f32, %o: f32):
      %r = arith.minimumf %o, %a : f32
      linalg.yield %r : f32
    } -> tensor<{0}xf32>
    %m = linalg.generic {indexing_maps = [#all, #one], iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<?x{0}xf32>) outs(%max : tensor<{0}xf32>) {
    ^bb0(%a: f32, %o: f32):
      %r = arith.maximumf %o, %a : f32
      linalg.yield %r : f32
    } -> tensor<{0}xf32>
    return %p, %s, %l, %m : tensor<{0}x{0}xf32>, tensor<{0}xf32>, tensor<{0}xf32>, tensor<{0}xf32>
  }
}
)mlir";

/// The text above for `cols` columns; braces of MLIR are no places of a format.
static std::string spellAdder(int64_t cols) {
  std::string text = adder, number = std::to_string(cols);
  for (size_t at = 0; (at = text.find("{0}", at)) != text.npos;)
    text.replace(at, 3, number);
  return text;
}

llvm::Expected<RowAdder> RowAdder::create(mlir::MLIRContext &context,
                                          int64_t cols,
                                          llvm::ArrayRef<std::string> isas,
                                          int64_t threads) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      spellAdder(cols), mlir::ParserConfig(&context));
  assert(module && "the text is ours");
  auto program = LoadedProgram::load(*module, {}, isas);
  if (!program)
    return program.takeError();
  RowAdder made(std::move(*program), cols);
  auto function = llmrt::Function::create(made.program.model(), {}, threads);
  if (!function)
    return llvm::createStringError(function.message());
  made.function = std::move(*function);
  made.xtx.resize(cols * cols);
  for (std::vector<float> *each : {&made.sum, &made.min, &made.max})
    each->resize(cols);
  return made;
}

llvm::Error RowAdder::add(const float *rows, int64_t count,
                          InputStatistics &input) {
  assert(static_cast<int64_t>(input.mean.size()) == cols &&
         "an input of this many columns");
  const llmrt::Sizes sizes[] = {
      {count, cols}, {cols, cols}, {cols}, {cols}, {cols}};
  auto plan = function->plan(sizes);
  if (!plan)
    return llvm::createStringError(plan.message());
  const void *const inputs[] = {rows, input.xtx.data(), input.mean.data(),
                                input.min.data(), input.max.data()};
  void *const outputs[] = {xtx.data(), sum.data(), min.data(), max.data()};
  if (llmrt::Status status = function->call(*plan, inputs, outputs); !status)
    return llvm::createStringError(status.message());
  std::swap(xtx, input.xtx);
  std::swap(sum, input.mean);
  std::swap(min, input.min);
  std::swap(max, input.max);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Magnitudes
//===----------------------------------------------------------------------===//

/// Of a float's 31 bits behind the sign 8 are its exponent; 7 more leave steps of 1/128.
static constexpr int droppedBits = 16;
static constexpr uint32_t withoutSign = 0x7fffffff;

MagnitudeCounts::MagnitudeCounts()
    : counts(size_t(withoutSign >> droppedBits) + 1) {}

void MagnitudeCounts::add(llvm::ArrayRef<float> numbers) {
  total += static_cast<int64_t>(numbers.size());
  for (float number : numbers)
    ++counts[(llvm::bit_cast<uint32_t>(number) & withoutSign) >> droppedBits];
}

float MagnitudeCounts::findQuantile(int64_t share) const {
  int64_t above = total / share;
  size_t place = counts.size() - 1;
  for (; place > 0 && counts[place] <= above; --place)
    above -= counts[place];
  const auto bits = static_cast<uint32_t>(place) << droppedBits;
  return llvm::bit_cast<float>(bits | ((uint32_t(1) << droppedBits) - 1));
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

uint64_t llmc::countSumBytes(int64_t cols, int64_t rowsPerStep) {
  // Its squares, what is known of columns, and its rows at hand.
  const int64_t floats = cols * (cols + 5 + mostSampleRows + rowsPerStep);
  return floats * sizeof(float) + MagnitudeCounts::bytes();
}

size_t llmc::countFitting(llvm::ArrayRef<ObservedInput> inputs, uint64_t memory,
                          int64_t rowsPerStep) {
  std::set<int64_t> widths;
  uint64_t bytes = 0;
  for (size_t count = 0; count < inputs.size(); ++count) {
    const int64_t cols = inputs[count].cols;
    bytes += countSumBytes(cols, rowsPerStep);
    if (widths.insert(cols).second) // its adder has the next sums
      bytes += cols * cols * sizeof(float);
    if (bytes > memory)
      return std::max<size_t>(count, 1);
  }
  return inputs.size();
}

std::vector<int64_t> llmc::chooseSample(int64_t tokens) {
  // The i-th of as many stretches gives its token at the same share i of itself: a
  // token of each, and of windows every place.
  const int64_t rows = std::min(tokens, mostSampleRows);
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < rows; ++i)
    chosen.push_back(tokens * ((2 * rows + 2) * i + 1) / (2 * rows * rows));
  return chosen;
}

void llmc::startSums(InputStatistics &input, int64_t cols) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  input.xtx.assign(cols * cols, 0);
  input.mean.assign(cols, 0);
  input.min.assign(cols, infinity);
  input.max.assign(cols, -infinity);
}

void llmc::finishSums(InputStatistics &input, const MagnitudeCounts &magnitudes,
                      int64_t rows) {
  const size_t cols = input.mean.size();
  for (float &mean : input.mean)
    mean /= static_cast<float>(rows);
  input.l2.resize(cols);
  input.absmax.resize(cols);
  for (size_t i = 0; i < cols; ++i) {
    input.l2[i] = std::sqrt(input.xtx[i * cols + i]);
    input.absmax[i] =
        std::max(std::fabs(input.min[i]), std::fabs(input.max[i]));
  }
  // The end of its step may be above the largest number.
  const float most = *llvm::max_element(input.absmax);
  for (int64_t share : quantileShares)
    input.quantiles.push_back(std::min(most, magnitudes.findQuantile(share)));
}
