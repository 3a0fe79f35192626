//===- Report.cpp - progress and summaries --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plain lines on stderr, so that stdout stays a result.
//===----------------------------------------------------------------------===//
#include "Report.h"

#include "llmc/Lower/Signature.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"

#include <unistd.h>

using namespace llmc;

std::string llmc::formatShape(llvm::ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::interleave(shape, stream, "x");
  return text;
}

std::string llmc::getEncodingName(mlir::llm::EncodingAttrInterface encoding) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (auto number = llvm::dyn_cast<mlir::llm::FloatEncodingAttr>(encoding)) {
    stream << number.getType();
    return text;
  }
  if (auto codes = llvm::dyn_cast<mlir::llm::FloatCodesAttr>(encoding)) {
    if (codes.getType())
      stream << codes.getType();
    else
      stream << "one of 16 floats";
    stream << " with a scale per " << codes.getGroup();
    return text;
  }
  stream << encoding;
  return llvm::StringRef(text)
      .drop_until([](char c) { return c == '.'; })
      .drop_front(1)
      .str();
}

Progress::Progress(bool enabled)
    : enabled(enabled), terminal(enabled && ::isatty(STDERR_FILENO)),
      begin(std::chrono::steady_clock::now()) {
  if (terminal)
    before = watchActivity([this](llvm::StringRef what) { show(what); });
}

Progress::~Progress() {
  if (terminal)
    watchActivity(std::move(before));
  finish();
}

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
      .count();
}

void Progress::startStage(Stage stage) { say(getStageName(stage)); }

void Progress::say(llvm::StringRef what) {
  if (!enabled)
    return;
  finish();
  llvm::errs() << llvm::format("[%5.1f s] ", seconds()) << what << "\n";
}

void Progress::show(llvm::StringRef what) {
  finish();
  if (what.empty())
    return;
  constexpr llvm::StringLiteral indent = "          ";
  llvm::errs() << indent << what;
  columns = indent.size() + what.size();
}

void Progress::showBytes(uint64_t done, uint64_t all) {
  if (terminal)
    show("packing weights: " + formatBytes(done) + " of " + formatBytes(all));
}

void Progress::finish() {
  if (columns > 0)
    llvm::errs() << '\r' << std::string(columns, ' ') << '\r';
  columns = 0;
}

void llmc::printSummary(llvm::raw_ostream &stream, Compiler &compiler,
                        llvm::StringRef output, double seconds) {
  uint64_t fileBytes = 0;
  llvm::sys::fs::file_size(output, fileBytes);
  const CompileOptions &options = compiler.getOptions();
  stream << output << ": " << formatBytes(fileBytes) << " in "
         << llvm::format("%.1f s", seconds) << "\n";
  if (isFunctionProgram(compiler.getModule())) {
    stream << "  a function, cpu " << llvm::join(compiler.getIsas(), " ")
           << "; 'call' runs it, of texts 'embed', 'info' says what it takes "
              "and gives\n";
    return;
  }
  stream << "  activations " << spellActivations(options) << ", weights "
         << getChoiceName(options.weights) << ", cache "
         << getChoiceName(options.cache) << ", cpu "
         << llvm::join(compiler.getIsas(), " ") << "\n"
         << "  up to " << options.maxContext << " positions and "
         << options.maxBatch << " sequences\n";
  auto one = compiler.getMemoryContract(1, options.maxContext);
  auto all = compiler.getMemoryContract(options.maxBatch, options.maxContext);
  if (!one || !all) {
    llvm::consumeError(one.takeError());
    llvm::consumeError(all.takeError());
    return;
  }
  stream << "  memory at most " << formatBytes(one->total())
         << " for 1 sequence (weights " << formatBytes(one->weights)
         << ", cache " << formatBytes(one->kv) << ", activations "
         << formatBytes(one->arena) << "), " << formatBytes(all->total())
         << " for " << options.maxBatch << "\n";
}
