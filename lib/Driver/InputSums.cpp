//===- InputSums.cpp - sums over the rows of a product's input ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "InputSums.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace llmc;

/// X^T X, the sums and the largest magnitudes of columns, from those before. {0}: K.
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
      %most: tensor<{0}xf32> {llm.name = "absmax_before"})
      -> (tensor<{0}x{0}xf32> {llm.name = "xtx"},
          tensor<{0}xf32> {llm.name = "sum"},
          tensor<{0}xf32> {llm.name = "absmax"}) {
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
    %m = linalg.generic {indexing_maps = [#all, #one], iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<?x{0}xf32>) outs(%most : tensor<{0}xf32>) {
    ^bb0(%a: f32, %o: f32):
      %b = math.absf %a : f32
      %r = arith.maximumf %o, %b : f32
      linalg.yield %r : f32
    } -> tensor<{0}xf32>
    return %p, %s, %m : tensor<{0}x{0}xf32>, tensor<{0}xf32>, tensor<{0}xf32>
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
  made.sum.resize(cols);
  made.absmax.resize(cols);
  return made;
}

llvm::Error RowAdder::add(const float *rows, int64_t count,
                          InputStatistics &input) {
  assert(static_cast<int64_t>(input.mean.size()) == cols &&
         "an input of this many columns");
  const llmrt::Sizes sizes[] = {{count, cols}, {cols, cols}, {cols}, {cols}};
  auto plan = function->plan(sizes);
  if (!plan)
    return llvm::createStringError(plan.message());
  const void *const inputs[] = {rows, input.xtx.data(), input.mean.data(),
                                input.absmax.data()};
  void *const outputs[] = {xtx.data(), sum.data(), absmax.data()};
  if (llmrt::Status status = function->call(*plan, inputs, outputs); !status)
    return llvm::createStringError(status.message());
  std::swap(xtx, input.xtx);
  std::swap(sum, input.mean);
  std::swap(absmax, input.absmax);
  return llvm::Error::success();
}

void llmc::startSums(InputStatistics &input, int64_t cols) {
  input.xtx.assign(cols * cols, 0);
  input.mean.assign(cols, 0);
  input.absmax.assign(cols, 0);
}

void llmc::finishSums(InputStatistics &input, int64_t rows) {
  const size_t cols = input.mean.size();
  for (float &mean : input.mean)
    mean /= static_cast<float>(rows);
  input.l2.resize(cols);
  for (size_t i = 0; i < cols; ++i)
    input.l2[i] = std::sqrt(input.xtx[i * cols + i]);
}
