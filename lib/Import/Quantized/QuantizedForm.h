//===- QuantizedForm.h - how a tool stores quantised matrices ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A folder's config.json names the tool that quantised it. A new tool is one file
// that implements this interface, and its row in QuantizedForms.cpp.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_QUANTIZED_QUANTIZEDFORM_H
#define LLMC_LIB_IMPORT_QUANTIZED_QUANTIZEDFORM_H

#include "../HfConfig.h"
#include "../Source.h"
#include "MatrixParts.h"

#include "dialects/llm/FloatCodes.h"
#include "llmc/Weights/QuantizedMatrix.h"

namespace llmc {

/// What is known of a matrix once its parts fit one another.
struct MatrixFacts {
  int64_t rows = 0, columns = 0;
  int64_t bits = 4;
  int64_t group =
      0; // columns that share a scale; of the last there may be fewer
  mlir::llm::ScaleType scale = mlir::llm::ScaleType::f32;
  std::optional<int64_t> zero = {}; // of all codes, if it is one
  /// What codes that are no integers stand for: floats of 8 bits, or those of 16 values.
  std::optional<mlir::llm::Float8> float8 = {};
  std::vector<float> values = {};
  std::string obstacle = {}; // why the codes cannot be kept; empty if they can
  /// Cannot fail: what it reads was checked. Keeps its own copies of the parts.
  std::function<QuantizedMatrix()> read = {};
};

class QuantizedForm {
public:
  virtual ~QuantizedForm() = default;
  /// How the tensors of a matrix end, ".weight" only where it holds no floats.
  virtual llvm::ArrayRef<llvm::StringRef> getParts() const = 0;
  virtual llvm::Expected<MatrixFacts>
  describe(const MatrixParts &parts) const = 0;
};

using FormReader =
    llvm::Expected<std::unique_ptr<QuantizedForm>> (*)(HfConfig &config);

llvm::Expected<std::unique_ptr<QuantizedForm>> readGptq(HfConfig &config);
llvm::Expected<std::unique_ptr<QuantizedForm>> readAwq(HfConfig &config);
llvm::Expected<std::unique_ptr<QuantizedForm>>
readCompressedTensors(HfConfig &config);
llvm::Expected<std::unique_ptr<QuantizedForm>>
readBitsAndBytes(HfConfig &config);
llvm::Expected<std::unique_ptr<QuantizedForm>> readFp8(HfConfig &config);

/// Whether these are the groups of consecutive columns, `group` each.
bool isInOrder(llvm::ArrayRef<int32_t> groupOf, int64_t group);
/// Their one value where all are equal.
std::optional<int64_t> findCommonZero(llvm::ArrayRef<float> zeros);
/// The dtypes of floats of 8 bits in safetensors.
inline constexpr llvm::StringRef float8Dtypes[] = {"F8_E4M3", "F8_E5M2"};
/// That of a tensor, if it is one of those.
std::optional<mlir::llm::Float8> getFloat8(const SafeTensor &tensor);
/// What each of 256 codes means.
std::vector<float> getFloat8Table(mlir::llm::Float8 type);

/// Tensors of a folder that parts of quantised matrices are taken from.
class QuantizedTensors {
public:
  /// Reads `quantization_config`; a folder without has no form.
  static llvm::Expected<QuantizedTensors> open(HfConfig &config);

  /// Whether the tensor is a part, which is kept then.
  bool take(const SafeTensor &tensor, llvm::StringRef file);
  bool contains(llvm::StringRef tensor) const { return names.contains(tensor); }
  /// Adds `stem`.weight for every matrix, and says what they became.
  llvm::Error addMatrices(Source &source, mlir::MLIRContext &context);

private:
  std::string method;
  std::unique_ptr<QuantizedForm> form; // null: nothing is quantised
  std::map<std::string, MatrixParts> matrices;
  llvm::StringSet<> names;
};

} // namespace llmc

#endif // LLMC_LIB_IMPORT_QUANTIZED_QUANTIZEDFORM_H
