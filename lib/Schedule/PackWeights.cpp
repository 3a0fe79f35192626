//===- PackWeights.cpp - matrices get the panel layout ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In panels of 16 rows each vector lane holds one output row, so a kernel reads
// weights front to back and never sums across lanes. Zeros that a recipe makes are left
// out where that is smaller (Packing.h) and faster (SparseSpeeds.h).
//===----------------------------------------------------------------------===//
#include "SparseSpeeds.h"

#include "dialects/llm/SparseRows.h"
#include "llmc/Schedule/Passes.h"
#include "llmc/Support/Explain.h"

#include "llvm/Support/FormatVariadic.h"

namespace llmc {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "llmc/Schedule/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// Of the weights of a program that caches are taken to keep from row to row: about what
/// a desktop's last level holds, and a core's share of a server's.
constexpr int64_t mostCachedBytes = int64_t(16) << 20;

/// What is known of a matrix by its symbol: of its readers, and how it lies in memory.
struct Matrix {
  bool readByRow = false; // others than products find a row's numbers in place
  bool roundedRows =
      false; // of inputs: no plain f32s, which sparse rows gather
  ProductInputs inputs = ProductInputs::floats; // those that take longest
  Packing packing;
  std::string stored; // why zeros that could be left out are there
  std::string gain;   // what it gains that they are not
};

struct PackWeights : impl::PackWeightsBase<PackWeights> {
  using Base::Base;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    findMatrices();
    findTargets();
    for (auto table : getOperation().getOps<WeightTableOp>())
      if (matrices.contains(table.getSymNameAttr()))
        visit(table, symbols);
    for (auto weight : getOperation().getOps<WeightOp>())
      visit(weight);
    getOperation().walk([&](ParamOp param) {
      auto it = matrices.find(param.getWeightAttr().getAttr());
      if (it != matrices.end())
        param.getResult().setType(pack(param.getType(), it->second.packing));
    });
  }

private:
  void findMatrices() {
    matrices.clear();
    getOperation().walk([&](Operation *op) {
      bool isByExpert = isa<ExpertLinearOp>(op);
      if (!isByExpert && !isa<LinearOp, EmbedOp>(op))
        return;
      // The biases of experts are a matrix too; it is read by row.
      for (Value operand : op->getOperands())
        if (auto param = operand.getDefiningOp<ParamOp>())
          if (getMatrixShape(param.getType()).size() >= (isByExpert ? 3 : 2))
            addReader(matrices[param.getWeightAttr().getAttr()], op);
    });
  }

  static void addReader(Matrix &matrix, Operation *op) {
    if (!isa<LinearOp>(op)) {
      matrix.readByRow = true;
      return;
    }
    EncodingAttrInterface rows = getEncoding(op->getOperand(0).getType());
    matrix.roundedRows |= areFloatRows(rows);
    if (auto codes = dyn_cast<Int8ActEncodingAttr>(rows))
      matrix.inputs =
          std::max(matrix.inputs, codes.getFine() ? ProductInputs::words
                                                  : ProductInputs::bytes);
  }

  /// What decides how long products take: instruction sets, rows at once, and whether
  /// the weights fit into caches.
  void findTargets() {
    targets.assign(isas.begin(), isas.end());
    if (targets.empty())
      llvm::append_range(targets, getMeasuredIsas());
    manyRows = getOperation().lookupSymbol("main") != nullptr;
    int64_t bytes = 0;
    for (auto weight : getOperation().getOps<WeightOp>())
      if (ArrayRef<int64_t> shape = getMatrixShape(weight.getType());
          shape.size() >= 2)
        bytes +=
            getEncoding(weight.getType()).getBytes(llvm::product_of(shape));
    inCache = bytes <= mostCachedBytes;
  }

  /// The slowest of the targets without zeros, and its time of that with all numbers.
  std::pair<StringRef, double> estimateSlowest(const Matrix &matrix,
                                               const Packing &sparse,
                                               Type type) const {
    std::pair<StringRef, double> slowest = {"", 0};
    for (StringRef target : targets) {
      std::optional<double> time =
          estimateTime(sparse, packDense(type), getMatrixShape(type).back(),
                       {matrix.inputs, manyRows, inCache}, target);
      if (time && *time > slowest.second)
        slowest = {target, *time};
    }
    return slowest;
  }

  /// All numbers of the matrix or, where `sparse` has fewer, these.
  void choose(Matrix &matrix, const Packing &sparse, Type type) {
    matrix.packing = packDense(type);
    if (!sparse.skipsZeros()) {
      matrix.stored = "the same weight of another layer has none";
      return;
    }
    if (matrix.readByRow)
      matrix.stored = "it is read by rows";
    else if (matrix.roundedRows && areSparseRows(sparse.encoding))
      matrix.stored = "rows of its input are rounded";
    else if (zeros == ZeroSkipping::never)
      matrix.stored = "--skip-zeros=never";
    if (!matrix.stored.empty())
      return;
    auto [target, time] = estimateSlowest(matrix, sparse, type);
    std::string rows = manyRows ? "rows" : "generated rows";
    if (time > 1 && zeros == ZeroSkipping::faster) {
      matrix.stored = llvm::formatv("without them {0} take {1:f2} of the time "
                                    "on {2} (--skip-zeros=smaller skips them)",
                                    rows, time, target);
      return;
    }
    matrix.packing = sparse;
    if (time > 0)
      matrix.gain = llvm::formatv("; {0} take {1:f2} of the time on {2}", rows,
                                  time, target);
  }

  /// The weights of a table have one type.
  void visit(WeightTableOp table, SymbolTable &symbols) {
    Matrix &matrix = matrices[table.getSymNameAttr()];
    std::optional<Packing> all;
    auto entries = table.getEntries().getAsRange<FlatSymbolRefAttr>();
    for (FlatSymbolRefAttr entry : entries) {
      Packing own = choosePacking(symbols.lookup<WeightOp>(entry.getAttr()));
      all = all ? combine(*all, own, table.getType()) : own;
    }
    choose(matrix, *all, table.getType());
    table.setType(pack(table.getType(), matrix.packing));
    const Matrix chosen = matrix;
    for (FlatSymbolRefAttr entry : entries)
      matrices[entry.getAttr()] = chosen;
  }

  void visit(WeightOp weight) {
    auto it = matrices.find(weight.getSymNameAttr());
    if (it == matrices.end())
      return decline(weight, getArgument(),
                     "no product or table lookup reads it");
    Matrix &matrix = it->second;
    Packing own = choosePacking(weight);
    if (!matrix.packing.encoding)
      choose(matrix, own, weight.getType());
    if (std::string problem = matrix.packing.refuse(); !problem.empty())
      return decline(weight, getArgument(), problem);
    Type type = weight.getType();
    if (!matrix.packing.skipsZeros())
      if (std::string why =
              own.skipsZeros() ? matrix.stored : describeStoredZeros(weight);
          !why.empty())
        decline(weight, getArgument(), "its zeros are stored: " + why);
    weight.setType(pack(type, matrix.packing));
    applied(weight, getArgument(),
            [&] { return describe(matrix.packing, type) + matrix.gain; });
  }

  /// What panels cannot hold stays as it is.
  static Type pack(Type type, const Packing &packing) {
    if (!packing.refuse().empty())
      return type;
    return PackedType::get(getMatrixShape(type), packing.encoding,
                           packing.panels);
  }

  llvm::DenseMap<StringAttr, Matrix> matrices;
  SmallVector<StringRef> targets;
  bool manyRows = false, inCache = false;
};

} // namespace
} // namespace llmc
