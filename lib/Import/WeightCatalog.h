//===- WeightCatalog.h - which tensor becomes which weight ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights are called as GGUF calls them (`blk.0.attn_q.weight`) whatever the
// source. A builder asks for every weight before it emits IR; the catalog
// checks shapes, keeps the first error, and at the end knows which tensors
// nobody took.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_WEIGHTCATALOG_H
#define LLMC_LIB_IMPORT_WEIGHTCATALOG_H

#include "Source.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// A weight of the module; false when the model has none there.
struct WeightRef {
  mlir::StringAttr symbol;
  mlir::Type type;
  explicit operator bool() const { return static_cast<bool>(type); }
};

/// Weight and bias of a linear map or a norm; the bias may be absent.
struct Affine {
  WeightRef weight, bias;
};

enum class Presence { Never, Always, IfThere };

/// How one architecture's Hugging Face files call what GGUF calls `stem`
/// (`attn_q`): names below a layer, and names outside of layers.
struct NameTable {
  llvm::StringRef layerPrefix; // "model.layers."
  llvm::ArrayRef<std::pair<llvm::StringRef, llvm::StringRef>> layer, global;
};

/// How the source holds a weight, where it is not simply [out, in].
struct Stored {
  bool transposed = false;     // [in, out]
  int64_t part = 0, parts = 1; // one of several equal blocks of output rows
  llvm::StringRef stem = {};   // of the tensor that holds all parts
};

class WeightCatalog {
public:
  WeightCatalog(const Source &source, const NameTable &names,
                mlir::ModuleOp module);

  /// A matrix in the source's encoding. `name` is the symbol
  /// ("blk.0.attn_q.weight").
  WeightRef matrix(const llvm::Twine &name, llvm::ArrayRef<int64_t> shape,
                   Stored stored = {});
  /// A small f32 parameter.
  WeightRef vector(const llvm::Twine &name, int64_t size, Stored stored = {});
  /// `prefix`.weight [out, in] and, if present, `prefix`.bias [out].
  Affine linear(const llvm::Twine &prefix, int64_t out, int64_t in,
                Presence bias, Stored stored = {});
  /// `prefix`.weight [size] and, if asked for, `prefix`.bias [size].
  Affine norm(const llvm::Twine &prefix, int64_t size, Presence bias);
  /// A constant of the model.
  WeightRef constant(llvm::StringRef name, llvm::ArrayRef<float> values);

  /// Whether the source has the tensor that GGUF calls `name`.
  bool has(const llvm::Twine &name) const;
  /// The shape of that tensor; empty if there is none.
  llvm::ArrayRef<int64_t> shapeOf(const llvm::Twine &name) const;
  /// The values of a small tensor, which counts as taken; empty if there is
  /// none.
  std::vector<float> values(const llvm::Twine &name, int64_t size);

  /// Tensors that mean nothing: whose source name ends in `suffix`.
  void ignoreSuffix(llvm::StringRef suffix) { ignored.push_back(suffix.str()); }
  /// The first error so far, or a tensor that was neither taken nor ignored.
  llvm::Error finish();

private:
  const Source &source;
  const NameTable &names;
  mlir::OpBuilder builder;
  llvm::StringSet<> taken;
  std::vector<std::string> ignored;
  std::string problem; // the first

  std::string sourceName(llvm::StringRef name) const;
  void fail(llvm::StringRef tensor, const llvm::Twine &message);
  const SourceTensor *take(llvm::StringRef tensor,
                           llvm::ArrayRef<int64_t> shape);
  WeightRef declare(llvm::StringRef name, mlir::Type type,
                    llvm::StringRef tensor,
                    llvm::ArrayRef<mlir::Attribute> recipe);
  bool isIgnored(llvm::StringRef tensor) const;
  bool wants(const llvm::Twine &name, Presence presence) const;
};

} // namespace llmc

#endif // LLMC_LIB_IMPORT_WEIGHTCATALOG_H
