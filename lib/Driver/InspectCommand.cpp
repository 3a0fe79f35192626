//===- InspectCommand.cpp - llmc inspect ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a model holds and what each stage makes of it, without writing a
// program.
//===----------------------------------------------------------------------===//
#include "Destination.h"
#include "EncodingSearch.h"
#include "Pictures.h"
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Compiler.h"
#include "llmc/Lower/Signature.h"
#include "llmrt/Console.h"

#include "llvm/Support/Format.h"

using namespace llmc;

static llvm::json::Object
describeContract(const llmrt::MemoryContract &contract) {
  return llvm::json::Object{
      {"weights", contract.weights}, {"kv", contract.kv},
      {"arena", contract.arena},     {"tables", contract.tables},
      {"logits", contract.logits},   {"fixed", contract.fixed},
      {"total", contract.total()}};
}

static llvm::Expected<llvm::json::Object> describe(Compiler &compiler) {
  auto facts = compiler.describeModel();
  if (!facts)
    return facts.takeError();
  llvm::json::Object object = std::move(*facts);
  if (!isFunctionProgram(compiler.getModule())) { // whose sizes a call says
    auto contract =
        compiler.getMemoryContract(1, compiler.getOptions().maxContext);
    if (!contract)
      return contract.takeError();
    object["memory_contract"] = describeContract(*contract);
  }
  llvm::json::Array tensors;
  for (const SourceTensor &tensor : compiler.getModel().weights.tensors())
    tensors.push_back(
        llvm::json::Object{{"name", tensor.name},
                           {"shape", llvm::json::Array(tensor.shape)},
                           {"encoding", getEncodingName(tensor.encoding)},
                           {"bytes", tensor.getSizeBytes()}});
  object["tensors"] = std::move(tensors);
  llvm::json::Array stages;
  for (const StageReport &report : compiler.getReports()) {
    llvm::json::Object ops;
    for (const auto &[name, count] : report.opCounts)
      ops[name] = count;
    stages.push_back(llvm::json::Object{{"stage", getStageName(report.stage)},
                                        {"seconds", report.seconds},
                                        {"ops", std::move(ops)}});
  }
  object["stages"] = std::move(stages);
  return object;
}

/// Words with commas between them, in lines of a terminal's width.
static void printList(llvm::StringRef title,
                      llvm::ArrayRef<std::string> words) {
  constexpr size_t width = 100, indent = 14;
  std::string line = llvm::formatv("{0,-14}", title);
  for (size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i] + (i + 1 < words.size() ? "," : "");
    if (line.size() + 1 + word.size() > width && line.size() > indent) {
      llvm::outs() << llvm::StringRef(line).rtrim() << "\n";
      line.assign(indent, ' ');
    }
    line += word + " ";
  }
  llvm::outs() << llvm::StringRef(line).rtrim() << "\n";
}

static void printFacts(const llvm::json::Object &facts) {
  std::vector<std::string> words;
  for (const auto &[name, value] : facts)
    words.push_back(llvm::formatv("{0} {1}", name.str(), value));
  llvm::sort(words);
  printList("model", words);
}

static void printEncodings(Compiler &compiler) {
  std::map<std::string, std::pair<int64_t, uint64_t>> byEncoding;
  for (const SourceTensor &tensor : compiler.getModel().weights.tensors()) {
    auto &[count, bytes] = byEncoding[getEncodingName(tensor.encoding)];
    ++count;
    bytes += tensor.getSizeBytes();
  }
  std::vector<std::string> words;
  for (const auto &[name, total] : byEncoding)
    words.push_back(std::to_string(total.first) + " x " + name + " (" +
                    formatBytes(total.second) + ")");
  printList("tensors", words);
}

static llvm::Error printMemory(Compiler &compiler) {
  if (isFunctionProgram(compiler.getModule()))
    return llvm::Error::success();
  const CompileOptions &options = compiler.getOptions();
  for (int64_t batch : {int64_t(1), options.maxBatch}) {
    auto contract = compiler.getMemoryContract(batch, options.maxContext);
    if (!contract)
      return contract.takeError();
    printList("memory", {llvm::formatv("{0} x {1} tokens: at most {2}", batch,
                                       options.maxContext,
                                       formatBytes(contract->total())),
                         "weights " + formatBytes(contract->weights),
                         "cache " + formatBytes(contract->kv),
                         "activations " + formatBytes(contract->arena),
                         "tables " + formatBytes(contract->tables),
                         "logits " + formatBytes(contract->logits),
                         "fixed " + formatBytes(contract->fixed)});
  }
  return llvm::Error::success();
}

/// The most frequent ops of each stage; --json has all.
static void printStages(Compiler &compiler) {
  constexpr size_t shown = 10;
  for (const StageReport &report : compiler.getReports()) {
    std::vector<std::pair<int64_t, std::string>> ops;
    int64_t sum = 0;
    for (const auto &[name, count] : report.opCounts) {
      ops.push_back({count, name});
      sum += count;
    }
    llvm::sort(ops, std::greater<>());
    std::vector<std::string> words = {
        llvm::formatv("{0:f2} s, {1} ops", report.seconds, sum)};
    for (const auto &[count, name] : llvm::ArrayRef(ops).take_front(shown))
      words.push_back(std::to_string(count) + " " + name);
    if (ops.size() > shown)
      words.push_back("...");
    printList(getStageName(report.stage), words);
  }
}

/// One screen.
static llvm::Error printText(Compiler &compiler) {
  auto facts = compiler.describeModel();
  if (!facts)
    return facts.takeError();
  printFacts(*facts);
  printEncodings(compiler);
  if (llvm::Error error = printMemory(compiler))
    return error;
  printStages(compiler);
  return llvm::Error::success();
}

static llvm::Error writePictures(Compiler &compiler, Destination &destination) {
  if (llvm::Error error = compiler.runUntil(Stage::schedule))
    return error;
  auto page = drawModel(compiler);
  return page ? destination.write(*page) : page.takeError();
}

llvm::Error llmc::runInspect(const InspectCommand &command) {
  auto destination = Destination::open(command.svg, command.model);
  if (!destination)
    return destination.takeError();
  CompileOptions options = command.options;
  if (llvm::Error error = chooseEncodings(command.model, {}, options))
    return error;
  Compiler compiler;
  if (llvm::Error error = compiler.import(command.model, options))
    return error;
  if (!command.svg.empty())
    return writePictures(compiler, *destination);
  if (llvm::Error error = compiler.runUntil(Stage::lower))
    return error;
  if (!command.json)
    return printText(compiler);
  auto object = describe(compiler);
  if (!object)
    return object.takeError();
  llvm::outs() << llvm::formatv("{0:2}\n",
                                llvm::json::Value(std::move(*object)));
  return llvm::Error::success();
}
