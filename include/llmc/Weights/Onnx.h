//===- Onnx.h - reading ONNX files ------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An ONNX file is one protobuf message, ModelProto (third_party/onnx), of at
// most 2 GiB; the bytes of larger tensors lie in files beside it ("external
// data"), which are mapped. Such a file is named by the model, so it may only be
// one in the model's own folder.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_ONNX_H
#define LLMC_WEIGHTS_ONNX_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include "mlir/IR/BuiltinTypes.h"

#include <memory>
#include <string>
#include <vector>

namespace onnx {
class ModelProto;
class TensorProto;
} // namespace onnx

namespace llmc {

/// The most dims of a tensor that is read; the standard knows no limit, but no
/// operator that llmc knows makes more than eight.
constexpr int mostOnnxDims = 64;

/// Bytes of a tensor in row-major order, little endian; elements of less than a
/// byte are packed from the lowest bits on.
struct OnnxTensor {
  llvm::SmallVector<int64_t> shape;
  mlir::Type elementType; // signless integers, unsigned ones `uiN`, bool `i1`
  llvm::ArrayRef<uint8_t> bytes;
};

class OnnxFile {
public:
  OnnxFile(std::string path, std::unique_ptr<::onnx::ModelProto> model);
  ~OnnxFile();

  const std::string &path() const { return name; }
  const ::onnx::ModelProto &model() const { return *proto; }
  /// The files that were read: the model's own, then external data.
  std::vector<std::string> files() const;

  /// A tensor's bytes, checked against its shape; valid as long as this. Fails
  /// with the tensor's name, what is wrong and, for external data, the file.
  llvm::Expected<OnnxTensor> read(const ::onnx::TensorProto &tensor,
                                  mlir::MLIRContext &context);

private:
  std::string name;
  std::unique_ptr<::onnx::ModelProto> proto;
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> external; // by location
  std::vector<std::unique_ptr<std::vector<uint8_t>>> converted;  // typed fields

  llvm::Expected<llvm::ArrayRef<uint8_t>>
  readExternal(const ::onnx::TensorProto &tensor);
  llvm::Expected<const llvm::MemoryBuffer *>
  openExternal(llvm::StringRef tensor, llvm::StringRef location);
  llvm::ArrayRef<uint8_t> keep(std::vector<uint8_t> bytes);
  llvm::Expected<llvm::ArrayRef<uint8_t>>
  readTyped(const ::onnx::TensorProto &tensor, mlir::Type elementType);
};

/// Whether bytes begin as an ONNX model does, whatever the file's name.
bool isOnnx(llvm::StringRef bytes);

/// Reads a file and checks that it is a model with a graph and opsets.
llvm::Expected<std::unique_ptr<OnnxFile>> openOnnxFile(llvm::StringRef path);

/// The same for bytes that are in memory; `path` is for errors and for external
/// data. They are copied.
llvm::Expected<std::unique_ptr<OnnxFile>>
parseOnnx(llvm::StringRef path, llvm::ArrayRef<uint8_t> bytes);

/// `float16`, `int4`; the number itself for one that ONNX does not define.
std::string spellOnnxType(int32_t dataType);

} // namespace llmc

#endif // LLMC_WEIGHTS_ONNX_H
