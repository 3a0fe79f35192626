//===- CheckCommand.cpp - llmc check --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Pipelines.h"
#include "llmc/Raise/GraphReport.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace llmc;

namespace {
/// What one check found.
struct Finding {
  GraphReport report;
  std::string problem; // why the model does not compile; empty: it does
};
} // namespace

/// Goes through the stages as far as kernels have code for one instruction set.
static Finding check(Compiler &compiler) {
  Finding finding;
  finding.report = reportGraph(compiler.getModule());
  if (llvm::Error error = compiler.becomeProgram()) {
    finding.problem = llvm::toString(std::move(error));
    return finding;
  }
  CompileOptions options;
  options.cpu = "x86-64-v3";
  if (llvm::Error error = compiler.settle(options)) {
    finding.problem = llvm::toString(std::move(error));
    return finding;
  }
  if (llvm::Error error = compiler.runUntil(Stage::lower))
    finding.problem = llvm::toString(std::move(error));
  return finding;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

static llvm::json::Array toJson(llvm::ArrayRef<ReportedNode> nodes,
                                bool withPlace) {
  llvm::json::Array list;
  for (const ReportedNode &node : nodes) {
    llvm::json::Object entry{
        {"node", node.node}, {"op", node.op}, {"reason", node.reason}};
    if (withPlace)
      entry["in_layer"] = node.inLayer;
    list.push_back(std::move(entry));
  }
  return list;
}

static void printJson(const Finding &finding) {
  const GraphReport &report = finding.report;
  llvm::json::Object recognised{{"attention", report.attention},
                                {"norm", report.norm},
                                {"rotary", report.rotary},
                                {"glu", report.glu},
                                {"moe", report.moe},
                                {"linear", report.linear}};
  llvm::json::Object object{
      {"compiles", finding.problem.empty()},
      {"program", report.isStep ? "step" : "function"},
      {"layers", report.layers},
      {"recognised", std::move(recognised)},
      {"generic", toJson(report.generic, /*withPlace=*/true)},
      {"unsupported", toJson(report.unsupported, /*withPlace=*/false)}};
  if (!finding.problem.empty())
    object["problem"] = finding.problem;
  llvm::outs() << llvm::formatv("{0:2}", llvm::json::Value(std::move(object)))
               << "\n";
}

static void printNodes(llvm::StringRef title,
                       llvm::ArrayRef<ReportedNode> nodes) {
  constexpr size_t mostShown = 40;
  if (nodes.empty())
    return;
  llvm::outs() << title << " (" << nodes.size() << "):\n";
  for (const ReportedNode &node : nodes.take_front(mostShown))
    llvm::outs() << llvm::format("  %-24s %-32s %s\n", node.op.c_str(),
                                 node.node.c_str(), node.reason.c_str());
  if (nodes.size() > mostShown)
    llvm::outs() << "  ... and " << nodes.size() - mostShown
                 << " more: --json lists all\n";
}

static void printText(llvm::StringRef path, const Finding &finding) {
  const GraphReport &report = finding.report;
  llvm::outs() << path << ": "
               << (report.isStep ? "a step program over a cache" : "a function")
               << ", " << report.layers << " layers\n";
  std::pair<const char *, int64_t> rows[] = {
      {"attention", report.attention}, {"norm", report.norm},
      {"rotary", report.rotary},       {"gated unit", report.glu},
      {"experts", report.moe},         {"linear", report.linear}};
  llvm::outs() << "recognised:\n";
  for (auto [name, count] : rows)
    llvm::outs() << llvm::format("  %-24s %lld\n", name,
                                 static_cast<long long>(count));
  printNodes("op by op", report.generic);
  printNodes("unsupported", report.unsupported);
  llvm::outs() << (finding.problem.empty() ? "compiles" : "does not compile: ")
               << finding.problem << "\n";
}

llvm::Error llmc::runCheck(const CheckCommand &command) {
  Compiler compiler;
  Finding finding;
  if (llvm::Error error = compiler.importGraph(command.model)) {
    if (!command.json || !llvm::sys::fs::exists(command.model))
      return error;
    // Whoever reads JSON gets some, with the node in the reason.
    finding.problem = llvm::toString(std::move(error));
    finding.report.unsupported.push_back({"", "", finding.problem, false});
    printJson(finding);
    llvm::outs().flush();
    return llvm::createStringError(finding.problem);
  }
  finding = check(compiler);
  if (command.json)
    printJson(finding);
  else
    printText(command.model, finding);
  llvm::outs().flush();
  if (finding.problem.empty())
    return llvm::Error::success();
  return llvm::createStringError(command.model + ": " + finding.problem);
}
