//===- Compiler.h - a model through the stages ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the commands of llmc share: they differ in where they stop and in what
// they print.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DRIVER_COMPILER_H
#define LLMC_DRIVER_COMPILER_H

#include "dialects/llm/LLMDialect.h"
#include "llmc/Driver/Explain.h"
#include "llmc/Driver/Options.h"
#include "llmc/Emit/PendingFile.h"
#include "llmc/Import/Import.h"
#include "llmrt/Engine.h"

#include <functional>
#include <map>

namespace llmc {

/// What a stage left behind.
struct StageReport {
  Stage stage;
  double seconds;
  std::map<std::string, int64_t> opCounts; // by op name
};

enum class Raise { no, yes };

/// A model on its way from file to program.
class Compiler {
public:
  /// `onStage` hears every stage that starts.
  explicit Compiler(std::function<void(Stage)> onStage = nullptr);
  ~Compiler();

  /// Remarks of passes go to stderr, at the end of each stage.
  void explain();

  /// Warnings are another compiler's to say, of the same model.
  void keepQuiet() { isQuiet = true; }

  /// Reads the model and settles the options.
  llvm::Error import(llvm::StringRef path, const CompileOptions &options);
  /// Reads the model and recognises what it can, or leaves a graph as it is; without
  /// asking that it becomes a program.
  llvm::Error importGraph(llvm::StringRef path, Raise raise = Raise::yes);
  /// Makes a function of an imported graph that became no step; other modules are
  /// left as they are. Fails, with both reasons, where it can be neither.
  llvm::Error becomeProgram();
  /// Settles the options of a module that is there.
  llvm::Error settle(const CompileOptions &options);
  /// Goes on from the IR of any stage in `irPath`. Its weights come from the model
  /// `weightsFrom`, as the tokenizer and the defaults of options do; empty: the
  /// weights have values.
  llvm::Error resume(llvm::StringRef irPath, llvm::StringRef weightsFrom,
                     const CompileOptions &options);
  /// Runs the stages that are left, up to and including `last` (lower at most).
  llvm::Error runUntil(Stage last);

  /// The module as the last stage left it.
  mlir::ModuleOp getModule() { return *model.module; }
  const ImportedModel &getModel() const { return model; }
  const CompileOptions &getOptions() const { return options; }
  llvm::ArrayRef<std::string> getIsas() const { return isas; }
  llvm::ArrayRef<StageReport> getReports() const { return reports; }

  /// The memory plan, of a step that returns logits. Needs schedule.
  llvm::Expected<mlir::llm::PlanAttr> getPlan();

  /// The tokenizer as the program maps it; empty if the model has none. Made once:
  /// every memory contract asks for its size.
  llvm::Expected<llvm::StringRef> serializeTokenizer();

  /// The peak memory of a run with the compiled limits for `batch` sequences of
  /// `context` tokens, as the program itself states it. Needs schedule.
  llvm::Expected<llmrt::MemoryContract> getMemoryContract(int64_t batch,
                                                          int64_t context);
  /// Facts about the model for the artifact. Needs schedule.
  llvm::Expected<llvm::json::Object> describeModel();

private:
  llvm::Error run(Stage stage, llvm::function_ref<llvm::Error()> action);
  llvm::Error readOptions(const CompileOptions &wanted);
  llvm::Error readGraph(llvm::StringRef path, Raise raise);
  void warn(const llvm::Twine &text);
  void warnOfModel();
  llvm::Error readModel(llvm::StringRef path, const CompileOptions &wanted);
  llvm::Error readModule(llvm::StringRef path);
  llvm::Error settleModel(llvm::StringRef path, const CompileOptions &wanted);
  llvm::Error settleBy(mlir::OwningOpRef<mlir::ModuleOp> source,
                       llvm::StringRef path, const CompileOptions &wanted);
  llvm::Error settleOptions(const CompileOptions &wanted);
  llvm::Expected<llvm::json::Object> describeStep();

  std::shared_ptr<Explanation> explanation; // null: nobody asked
  bool isQuiet = false;
  mlir::MLIRContext context;
  std::function<void(Stage)> onStage;
  ImportedModel model;
  mlir::OwningOpRef<mlir::ModuleOp> graph; // as it was before it was raised
  std::string tokenizerBytes;              // empty: not yet made, or none
  CompileOptions options;
  std::vector<std::string> isas;
  ImportOptions importing;
  Stage done = Stage::import; // the stage that left the module
  std::vector<StageReport> reports;
};

/// PTX of a device's kernels; `assembled`: its machine code.
llvm::Expected<std::string> emitDevice(mlir::ModuleOp device, bool assembled);

/// Writes the program (or shared object) of a lowered model to `file`, which
/// the caller called `path`; nothing is left there on failure. `progress` hears
/// weight bytes done and in all.
llvm::Error emitProgram(Compiler &compiler, EmitKind kind, llvm::StringRef path,
                        PendingFile &file,
                        llvm::function_ref<void(uint64_t, uint64_t)> progress);

} // namespace llmc

#endif // LLMC_DRIVER_COMPILER_H
