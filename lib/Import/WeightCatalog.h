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
/// (`attn_q`): names below a layer, and names outside of layers. A `%` stands
/// for the number of an expert or a head; a name that ends in `=` takes no
/// `.weight` or `.bias`. Of `a|b` the first that the files have counts, else the
/// last.
struct NameTable {
  llvm::StringRef layerPrefix; // "model.layers."
  llvm::ArrayRef<std::pair<llvm::StringRef, llvm::StringRef>> layer, global;
  const NameTable *base = nullptr; // has the names that this one lacks
  llvm::StringRef optional = {};   // what files may leave out before a name
};

/// How the source holds a weight, where it is not simply [out, in].
struct Stored {
  bool transposed = false;    // [in, out]
  llvm::StringRef stem = {};  // of the tensor that holds this one's rows
  int64_t begin = 0, end = 0; // which rows those are; all where `end` is 0,
  int64_t every = 0;          // of each group of so many; 0: of the tensor
  int64_t rows = 0;           // of the tensor
  double plus = 0;            // what is added to every element
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
  WeightRef vector(const llvm::Twine &name, llvm::ArrayRef<int64_t> shape,
                   Stored stored = {});
  /// A matrix of one row, which some files hold as a vector.
  WeightRef rowMatrix(const llvm::Twine &name, int64_t columns);
  /// The matrices of experts, [X, out, in]: one tensor, or one per expert,
  /// whose names have the expert's number for `%`. Older GGUF files call those
  /// `pieces`; where a folder has pieces, so says its name for `name`.
  WeightRef stack(const llvm::Twine &name, const llvm::Twine &pieces,
                  llvm::ArrayRef<int64_t> shape);
  /// Matrices of heads, [H, N, K]: a tensor of their own, or rows of another one
  /// (`stored`), whose heads lie one below the other, there transposed as [K, N].
  WeightRef headMatrices(const llvm::Twine &name, llvm::ArrayRef<int64_t> shape,
                         Stored stored);
  /// `prefix`.weight [out, in] and, if present, `prefix`.bias [out].
  Affine linear(const llvm::Twine &prefix, int64_t out, int64_t in,
                Presence bias, Stored stored = {});
  /// `prefix`.weight [size] and, if asked for, `prefix`.bias [size].
  Affine norm(const llvm::Twine &prefix, llvm::ArrayRef<int64_t> shape,
              Presence bias, Stored stored = {});
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

  std::string translate(llvm::StringRef name, llvm::StringRef found) const;
  std::string sourceName(llvm::StringRef name) const;
  void fail(llvm::StringRef tensor, const llvm::Twine &message);
  const SourceTensor *take(llvm::StringRef tensor,
                           llvm::ArrayRef<int64_t> shape);
  WeightRef declare(llvm::StringRef name, mlir::Type type,
                    llvm::StringRef tensor,
                    llvm::ArrayRef<mlir::Attribute> recipe);
  const SourceTensor *
  takePieces(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
             llvm::SmallVectorImpl<mlir::Attribute> &recipe);
  bool isIgnored(llvm::StringRef tensor) const;
  bool wants(const llvm::Twine &name, Presence presence) const;
};

} // namespace llmc

#endif // LLMC_LIB_IMPORT_WEIGHTCATALOG_H
