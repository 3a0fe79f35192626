//===- GraphReport.h - what was recognised in a model -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_RAISE_GRAPHREPORT_H
#define LLMC_RAISE_GRAPHREPORT_H

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace llmc {

/// A node of the graph that is no recognised structure.
struct ReportedNode {
  std::string node; // its name in the file
  std::string op;   // "Softmax", "microsoft.MoE"
  std::string reason;
  bool inLayer = false; // between the first and the last attention
};

/// Counts of a module after the raise pipeline.
struct GraphReport {
  bool isStep = false; // else a function
  int64_t layers = 0;  // attentions
  int64_t attention = 0, norm = 0, rotary = 0, glu = 0, moe = 0, linear = 0;
  std::vector<ReportedNode> generic;     // run op by op
  std::vector<ReportedNode> unsupported; // have no form at all
};

GraphReport reportGraph(mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_RAISE_GRAPHREPORT_H
