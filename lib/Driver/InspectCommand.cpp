//===- InspectCommand.cpp - llmc inspect ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a model holds and what each stage makes of it, without writing a
// program.
//===----------------------------------------------------------------------===//
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Compiler.h"

#include "llvm/Support/Format.h"

using namespace llmc;

/// "q4_1" for #llm.q4_1, "f32" for #llm.float<f32>.
static std::string getEncodingName(mlir::llm::EncodingAttrInterface encoding) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (auto number = llvm::dyn_cast<mlir::llm::FloatEncodingAttr>(encoding)) {
    stream << number.getType();
    return text;
  }
  stream << encoding;
  return llvm::StringRef(text)
      .drop_until([](char c) { return c == '.'; })
      .drop_front(1)
      .str();
}

static llvm::json::Object
describeContract(const llmrt::MemoryContract &contract) {
  return llvm::json::Object{
      {"weights", contract.weights}, {"kv", contract.kv},
      {"arena", contract.arena},     {"tables", contract.tables},
      {"logits", contract.logits},   {"fixed", contract.fixed},
      {"total", contract.total()}};
}

static llvm::Expected<llvm::json::Object> describe(Compiler &compiler) {
  const CompileOptions &options = compiler.getOptions();
  auto contract = compiler.getMemoryContract(1, options.maxContext);
  if (!contract)
    return contract.takeError();
  auto facts = compiler.describeModel();
  if (!facts)
    return facts.takeError();
  llvm::json::Object object = std::move(*facts);
  object["memory_contract"] = describeContract(*contract);
  llvm::json::Array tensors;
  for (const SourceTensor &tensor : compiler.getModel().weights.tensors())
    tensors.push_back(
        llvm::json::Object{{"name", tensor.name},
                           {"shape", llvm::json::Array(tensor.shape)},
                           {"encoding", getEncodingName(tensor.encoding)},
                           {"bytes", int64_t(tensor.bytes.size())}});
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

static void printTensors(Compiler &compiler) {
  std::map<std::string, std::pair<int64_t, uint64_t>> byEncoding;
  llvm::outs() << "tensors\n";
  for (const SourceTensor &tensor : compiler.getModel().weights.tensors()) {
    std::string encoding = getEncodingName(tensor.encoding);
    ++byEncoding[encoding].first;
    byEncoding[encoding].second += tensor.bytes.size();
    llvm::outs() << llvm::format("  %-36s %-8s %-14s %s\n", tensor.name.c_str(),
                                 encoding.c_str(),
                                 formatShape(tensor.shape).c_str(),
                                 formatBytes(tensor.bytes.size()).c_str());
  }
  llvm::outs() << "encodings\n";
  for (const auto &[name, total] : byEncoding)
    llvm::outs() << llvm::format("  %-8s %5lld tensors, %s\n", name.c_str(),
                                 static_cast<long long>(total.first),
                                 formatBytes(total.second).c_str());
}

static void printStages(Compiler &compiler) {
  for (const StageReport &report : compiler.getReports()) {
    llvm::outs() << "ops after " << getStageName(report.stage)
                 << llvm::format(" (%.2f s)\n", report.seconds);
    for (const auto &[name, count] : report.opCounts)
      llvm::outs() << llvm::format("  %7lld %s\n",
                                   static_cast<long long>(count), name.c_str());
  }
}

static llvm::Error printText(Compiler &compiler) {
  auto facts = compiler.describeModel();
  if (!facts)
    return facts.takeError();
  for (const auto &[name, value] : *facts)
    llvm::outs() << llvm::formatv("{0}: {1}\n", name.str(), value);
  printTensors(compiler);
  const CompileOptions &options = compiler.getOptions();
  llvm::outs() << "memory contract\n";
  for (int64_t batch : {int64_t(1), options.maxBatch}) {
    auto contract = compiler.getMemoryContract(batch, options.maxContext);
    if (!contract)
      return contract.takeError();
    llvm::outs() << "  " << batch << " x " << options.maxContext
                 << " tokens: " << formatBytes(contract->total())
                 << " = weights " << formatBytes(contract->weights)
                 << " + cache " << formatBytes(contract->kv)
                 << " + activations " << formatBytes(contract->arena)
                 << " + tables " << formatBytes(contract->tables)
                 << " + logits " << formatBytes(contract->logits) << " + fixed "
                 << formatBytes(contract->fixed) << "\n";
  }
  printStages(compiler);
  return llvm::Error::success();
}

llvm::Error llmc::runInspect(const InspectCommand &command) {
  Compiler compiler;
  if (llvm::Error error = compiler.import(command.model, command.options))
    return error;
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
