//===- Rows.cpp - ops that work on each row alone -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// embed, norm, linear, quantize_act, dequant and act as LLMOps.td states them.
// Packed values are held dequantised, so an op on a packed operand is the op on
// its dequantised values by construction.
//===----------------------------------------------------------------------===//
#include "Evaluation.h"
#include "Product.h"

#include "dialects/llm/ByteScale.h"
#include "dialects/llm/LLMRotation.h"

#include <cmath>
#include <numbers>

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;
using namespace mlir::llm;

static llvm::Error evalEmbed(Evaluation &eval, EmbedOp op) {
  const Tensor &ids = eval.tensor(op.getIds());
  const Tensor &table = eval.tensor(op.getTable());
  int64_t width = table.shape[1];
  Rounder round(op.getType());
  Tensor result{{ids.shape[0], width}, {}, {}};
  result.floats.reserve(ids.ints.size() * width);
  for (auto [row, id] : llvm::enumerate(ids.ints)) {
    if (id < 0 || id >= table.shape[0])
      return opError(op, "(C2) ids lie in the table: row " + llvm::Twine(row) +
                             " has id " + llvm::Twine(id) + ", the table has " +
                             llvm::Twine(table.shape[0]) + " rows");
    for (int64_t e = 0; e < width; ++e)
      result.floats.push_back(round(table.floats[id * width + e]));
  }
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

/// Normalises `size` elements at `x`; scale and shift may be null.
template <typename Acc>
static void normalize(NormKind kind, double eps, const float *x, int64_t size,
                      const float *scale, const float *shift, Rounder round,
                      float *result) {
  Acc mean = 0;
  if (kind == NormKind::Layer) {
    for (int64_t d = 0; d < size; ++d)
      mean += x[d];
    mean /= size;
  }
  Acc squares = 0;
  for (int64_t d = 0; d < size; ++d)
    squares += (x[d] - mean) * (x[d] - mean);
  Acc factor = 1 / std::sqrt(squares / size + static_cast<Acc>(eps));
  for (int64_t d = 0; d < size; ++d)
    result[d] = round((x[d] - mean) * factor * (scale ? scale[d] : 1) +
                      (shift ? shift[d] : 0));
}

static llvm::Error evalNorm(Evaluation &eval, NormOp op) {
  const Tensor &input = eval.tensor(op.getInput());
  int64_t width = input.shape.back();
  // Parameters [D] serve every group of D, [H, D] each of the H heads its own.
  auto parameter = [&](Value value, size_t at) -> const float * {
    if (!value)
      return nullptr;
    const Tensor &tensor = eval.tensor(value);
    return tensor.floats.data() + at % tensor.floats.size();
  };
  Rounder round(op.getType());
  Tensor result{input.shape, std::vector<float>(input.floats.size()), {}};
  eval.accumulate([&](auto zero) {
    for (size_t at = 0; at < input.floats.size(); at += width)
      normalize<decltype(zero)>(
          op.getKind(), op.getEps().convertToDouble(), &input.floats[at], width,
          parameter(op.getWeight(), at), parameter(op.getBias(), at), round,
          &result.floats[at]);
  });
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalLinear(Evaluation &eval, LinearOp op) {
  const Tensor &input = eval.tensor(op.getInput());
  const Tensor &weight = eval.tensor(op.getWeight());
  const float *bias = eval.floatsOrNull(op.getBias());
  bool perHead = weight.shape.size() == 3;
  int64_t heads = perHead ? weight.shape[0] : 1;
  int64_t inner = weight.shape.back();
  int64_t outer = weight.shape[weight.shape.size() - 2];
  if (input.shape.back() != inner || (perHead && input.shape[1] != heads))
    return opError(op, "(C1) input and weight need the same K");
  int64_t rows = inner ? input.floats.size() / (heads * inner) : 0;
  Rounder round(op.getType());
  Tensor result{input.shape, std::vector<float>(rows * heads * outer), {}};
  result.shape.back() = outer;
  eval.accumulate([&](auto zero) {
    for (int64_t h = 0; h < heads; ++h)
      multiply<decltype(zero)>(
          {input.floats.data() + h * inner, rows, heads * inner},
          weight.floats.data() + h * outer * inner, bias, inner, outer, round,
          {result.floats.data() + h * outer, rows, heads * outer});
  });
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

/// Codes of 8 bits whose scale is known before.
static void roundWithScale(const std::vector<float> &input, float scale,
                           int64_t group, std::vector<float> &result) {
  for (size_t first = 0; first < input.size(); first += group) {
    llvm::ArrayRef<float> values =
        llvm::ArrayRef(input).slice(first, static_cast<size_t>(group));
    ByteScale steps = ByteScale::withScale(scale, values);
    for (auto [i, x] : llvm::enumerate(values))
      result[first + i] = steps.scale * std::nearbyint(steps.getSteps(x));
  }
}

static llvm::Error evalQuantizeAct(Evaluation &eval, QuantizeActOp op) {
  const Tensor &input = eval.tensor(op.getInput());
  EncodingAttrInterface encoding = op.getType().getEncoding();
  std::vector<uint8_t> bytes(encoding.getBytes(input.floats.size()));
  Tensor result{input.shape, std::vector<float>(input.floats.size()), {}};
  if (const float *scale = eval.floatsOrNull(op.getScale())) {
    roundWithScale(input.floats, *scale, encoding.getBlockElems(),
                   result.floats);
    eval.set(op.getResult(), std::move(result));
    return llvm::Error::success();
  }
  encoding.quantize(input.floats.data(), input.floats.size(), bytes.data());
  encoding.dequantize(bytes.data(), input.floats.size(), result.floats.data());
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalDequant(Evaluation &eval, DequantOp op) {
  Tensor result = eval.tensor(op.getInput());
  Rounder round(op.getType());
  for (float &value : result.floats)
    value = round(value);
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

static double activate(ActFn fn, double x) {
  switch (fn) {
  case ActFn::Silu:
    return x * sigmoid(x);
  case ActFn::GeluErf:
    return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
  case ActFn::GeluTanh:
    return x / 2 *
           (1 + std::tanh(std::sqrt(2 / std::numbers::pi) *
                          (x + 0.044715 * x * x * x)));
  case ActFn::QuickGelu:
    return x * sigmoid(1.702 * x);
  case ActFn::Relu:
    return std::max(x, 0.0);
  case ActFn::Relu2:
    return std::max(x, 0.0) * std::max(x, 0.0);
  case ActFn::Sigmoid:
    return sigmoid(x);
  case ActFn::Tanh:
    return std::tanh(x);
  case ActFn::Softplus:
    return std::max(x, 0.0) +
           std::log1p(std::exp(-std::fabs(x))); // never overflows
  }
  llvm_unreachable("every activation has a meaning");
}

static llvm::Error evalAct(Evaluation &eval, ActOp op) {
  Tensor result = eval.tensor(op.getInput());
  Rounder round(op.getType());
  for (float &value : result.floats)
    value = round(activate(op.getFn(), value));
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

/// left^T X right of each row X [A, B].
static llvm::Error evalKronRotate(Evaluation &eval, KronRotateOp op) {
  const Tensor &input = eval.tensor(op.getInput());
  const Tensor &left = eval.tensor(op.getLeft());
  const Tensor &right = eval.tensor(op.getRight());
  const int64_t a = left.shape[0], b = right.shape[0];
  Rounder round(op.getType());
  Tensor result{input.shape, std::vector<float>(input.floats.size()), {}};
  eval.accumulate([&](auto zero) {
    std::vector<decltype(zero)> line(b); // of left^T X
    for (int64_t at = 0; at < static_cast<int64_t>(input.floats.size());
         at += b) {
      const float *x = &input.floats[at / (a * b) * a * b];
      const int64_t i = at / b % a;
      for (int64_t l = 0; l < b; ++l) {
        line[l] = zero;
        for (int64_t k = 0; k < a; ++k)
          line[l] += left.floats[k * a + i] * x[k * b + l];
      }
      for (int64_t j = 0; j < b; ++j) {
        auto sum = zero;
        for (int64_t l = 0; l < b; ++l)
          sum += line[l] * right.floats[l * b + j];
        result.floats[at + j] = round(sum);
      }
    }
  });
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

void reference::addRowOps(OpTable &table) {
  table.add(evalEmbed);
  table.add(evalNorm);
  table.add(evalLinear);
  table.add(evalQuantizeAct);
  table.add(evalDequant);
  table.add(evalAct);
  table.add(evalKronRotate);
}
