//===- Pipelines.h - the stages between import and emit ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// llmc is only a driver of these pipelines: llmc-opt runs the same ones by name
// (llmc-optimize, llmc-schedule, llmc-lower).
//===----------------------------------------------------------------------===//
#ifndef LLMC_DRIVER_PIPELINES_H
#define LLMC_DRIVER_PIPELINES_H

#include "llmc/Driver/Options.h"
#include "llmc/Optimize/RowRounding.h"
#include "llmc/Weights/WeightStore.h"

#include "mlir/Pass/PassManager.h"

namespace llmc {

/// Appends the passes that make a step of an imported graph. `store` has the
/// bytes of its weights, or is null. `context` is as `max-context` of raise-rotary.
void buildRaisePipeline(mlir::OpPassManager &manager, const WeightStore *store,
                        int64_t context);

/// Raises an imported graph (`@main`) to a step where it can be one; modules with
/// a step are left as they are. `maxContext` is that of the options.
llvm::Error raiseGraph(mlir::ModuleOp module, const WeightStore &store,
                       int64_t maxContext);
/// Why that made no step.
std::string getStepRefusal(mlir::ModuleOp module);

/// Appends the passes that make a function program of an imported graph, which
/// raising has not touched: that takes masks and positions for a decoder's.
void buildGraphToFunctionPipeline(mlir::OpPassManager &manager,
                                  const WeightStore *store);
/// Runs them. Fails, naming the ops, where one has no lowering.
llvm::Error makeFunction(mlir::ModuleOp graph, const WeightStore &store);

/// Appends the passes of a stage (optimize, schedule or lower). The options are
/// resolved; `isas` are the instruction sets, best first. What reads numbers of the
/// model to choose asks for `store`.
void buildStagePipeline(Stage stage, mlir::OpPassManager &manager,
                        const CompileOptions &options,
                        llvm::ArrayRef<std::string> isas,
                        const WeightStore *store = nullptr);

/// What rows of products are rounded to; nothing where all multiply floats.
std::optional<RowRounding> getRowRounding(Activations activations);

/// What --shrink, --equalize, --low-rank, --sparsify and --quantize ask for, part of optimize.
void addWeightPasses(mlir::OpPassManager &manager,
                     const CompileOptions &options, const WeightStore *store);

/// Weights get their place in memory, with or without zeros: first of schedule.
void addPackWeights(mlir::OpPassManager &manager, const CompileOptions &options,
                    llvm::ArrayRef<std::string> isas);

/// The same for a function program: a module with @main on tensors.
void buildFunctionPipeline(Stage stage, mlir::OpPassManager &manager,
                           const CompileOptions &options,
                           llvm::ArrayRef<std::string> isas,
                           const WeightStore *store = nullptr);

/// The instruction sets for which a scheduled or lowered module has code, best first.
std::vector<std::string> findIsas(mlir::ModuleOp module);

/// Runs a stage's passes, then checks its contract.
llvm::Error runStage(Stage stage, mlir::ModuleOp module,
                     const CompileOptions &options,
                     llvm::ArrayRef<std::string> isas,
                     const WeightStore *store = nullptr);

/// Fails on the first op that is not legal after `stage`, naming op and place.
/// An llm op that no lowering took is a limit of llmc; any other op is an error
/// of llmc itself, and the message says so.
llvm::Error checkStageContract(Stage stage, mlir::ModuleOp module);

/// The stage that left this module; fails where its contract does not hold.
llvm::Expected<Stage> detectStage(mlir::ModuleOp module);

/// Registers llmc-raise, llmc-optimize, llmc-schedule and llmc-lower for textual
/// pipelines, and llmc-function-optimize and so on.
void registerPipelines();
void registerFunctionPipelines(); // part of the above

} // namespace llmc

#endif // LLMC_DRIVER_PIPELINES_H
