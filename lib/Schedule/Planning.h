//===- Planning.h - what the parts of the memory planner share ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_SCHEDULE_PLANNING_H
#define LLMC_LIB_SCHEDULE_PLANNING_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace llmc {

/// Places are whole cache lines, which are also the widest vectors.
constexpr int64_t placeAlignment = 64;

/// Whether values of this type lie in the arena or in a result's buffer: rows
/// of floats or of quantised activations.
bool isBuffered(mlir::Type type);

/// The value whose bytes `value` names: reshapes are other views of the same.
mlir::Value getRoot(mlir::Value value);

/// Every use of the bytes of `root`, those of its reshapes included.
void forEachUse(mlir::Value root,
                llvm::function_ref<void(mlir::OpOperand &)> visit);

/// A kernel that copies `value`.
mlir::Value createCopy(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value value);

/// Numbers the ops of a function, loops inside out included, in program order.
class ProgramOrder {
public:
  explicit ProgramOrder(mlir::func::FuncOp func) {
    number(func.getBody().front());
  }
  int64_t operator[](mlir::Operation *op) const {
    assert(position.contains(op) && "the op came after the numbering");
    return position.lookup(op);
  }
  /// The place of a loop's last op.
  int64_t endOf(mlir::scf::ForOp loop) const {
    return (*this)[loop.getBody()->getTerminator()];
  }

private:
  void number(mlir::Block &block);
  llvm::DenseMap<mlir::Operation *, int64_t> position;
};

/// Gives every tensor result of a function a kernel of its own that writes it
/// to the caller's buffer. Fails on results that are not rows of f32.
llvm::LogicalResult separateResults(mlir::func::FuncOp func);

/// Appends the named results of a function that are not there yet: functions of
/// several targets return the same.
llvm::LogicalResult
planResults(mlir::func::FuncOp step,
            llvm::SmallVectorImpl<mlir::llm::ResultPlanAttr> &results);

/// Inserts the copies that let every loop carry its values in place: start,
/// value in the loop, next one and result may then share a buffer. Fails on a
/// loop that carries what cannot lie in a buffer.
llvm::LogicalResult separateCarried(mlir::func::FuncOp func);

/// Gives kernel results their arena offsets; returns the bytes per row. Needs
/// separated results and carried values.
int64_t planArena(mlir::func::FuncOp func);

/// Gives weights their offsets in execution order and removes those that are
/// not read; returns the bytes of the section.
int64_t planWeights(mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_SCHEDULE_PLANNING_H
