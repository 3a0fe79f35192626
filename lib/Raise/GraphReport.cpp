//===- GraphReport.cpp - what was recognised in a model -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Raise/GraphReport.h"

#include "Graph.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;

//===----------------------------------------------------------------------===//
// A step
//===----------------------------------------------------------------------===//

/// An activation of one linear times another.
static bool isGatedUnit(arith::MulFOp product) {
  // Columns of one linear, where both are one matrix.
  auto isLinear = [](Value value) {
    while (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
      value = slice.getSource();
    return isa_and_nonnull<llm::LinearOp, llm::ExpertLinearOp>(
        value.getDefiningOp());
  };
  for (unsigned side : {0, 1}) {
    auto act = product->getOperand(side).getDefiningOp<llm::ActOp>();
    if (act && isLinear(act.getInput()) &&
        isLinear(product->getOperand(1 - side)))
      return true;
  }
  return false;
}

static GraphReport reportStep(func::FuncOp step) {
  GraphReport report;
  report.isStep = true;
  step.walk([&](Operation *op) {
    report.attention += isa<llm::AttentionOp>(op);
    report.norm += isa<llm::NormOp>(op);
    report.rotary += isa<llm::RopeOp>(op);
    report.linear += isa<llm::LinearOp>(op);
    report.moe += isa<llm::RouteOp>(op);
    if (auto product = dyn_cast<arith::MulFOp>(op))
      report.glu += isGatedUnit(product);
  });
  report.layers = report.attention;
  return report;
}

//===----------------------------------------------------------------------===//
// A graph
//===----------------------------------------------------------------------===//

static std::string getNodeName(Operation *op) {
  auto name = dyn_cast<NameLoc>(op->getLoc());
  return name ? name.getName().str() : "";
}

static ReportedNode describe(Operation *op, StringRef otherwise) {
  ReportedNode node;
  node.node = getNodeName(op);
  node.op = op->getName().stripDialect().str();
  auto reason = op->getAttrOfType<StringAttr>(declinedNodeAttr);
  node.reason = reason ? reason.str() : otherwise.str();
  return node;
}

static bool isRecognised(Operation *op) {
  return isa<onnx::LlmcAttentionOp, onnx::LlmcRotaryEmbeddingOp,
             onnx::LlmcRouteOp, onnx::RMSNormalizationOp,
             onnx::LayerNormalizationOp, onnx::SwishOp, onnx::GeluOp,
             onnx::ConstantOp, onnx::NoneOp, llm::ParamOp, func::ReturnOp>(op);
}

static bool isGatedUnit(onnx::MulOp product) {
  for (unsigned side : {0, 1}) {
    Operation *act = product->getOperand(side).getDefiningOp();
    if (isa_and_nonnull<onnx::SwishOp, onnx::GeluOp>(act) &&
        act->getOperand(0).getDefiningOp<onnx::MatMulOp>() &&
        product->getOperand(1 - side).getDefiningOp<onnx::MatMulOp>())
      return true;
  }
  return false;
}

/// The first and the last attention: layers are between them.
static std::pair<Operation *, Operation *> findLayers(func::FuncOp main) {
  Operation *first = nullptr, *last = nullptr;
  for (auto attention : main.getOps<onnx::LlmcAttentionOp>()) {
    first = first ? first : attention;
    last = attention;
  }
  return {first, last};
}

/// Whether the op is a product with a constant matrix.
static bool isLinear(const Graph &graph, Operation *op) {
  return isa<onnx::MatMulOp, onnx::GemmOp, onnx::MicrosoftMatMulNBitsOp>(op) &&
         graph.isConstant(op->getOperand(1));
}

static GraphReport reportFunction(func::FuncOp main) {
  GraphReport report;
  Graph graph(main, nullptr);
  auto [first, last] = findLayers(main);
  for (Operation &op : main.getBody().front()) {
    report.attention += isa<onnx::LlmcAttentionOp>(op);
    report.norm +=
        isa<onnx::RMSNormalizationOp, onnx::LayerNormalizationOp>(op);
    report.rotary += isa<onnx::LlmcRotaryEmbeddingOp>(op);
    report.moe += isa<onnx::LlmcRouteOp>(op);
    report.linear += isLinear(graph, &op);
    if (auto product = dyn_cast<onnx::MulOp>(op))
      report.glu += isGatedUnit(product);
    if (isRecognised(&op) || isLinear(graph, &op))
      continue;
    if (!onnx::hasMeaning(&op)) {
      report.unsupported.push_back(describe(&op, "has no meaning in llmc yet"));
    } else if (graph.isData(op.getResult(0))) {
      report.generic.push_back(describe(&op, "is no part of a structure"));
      report.generic.back().inLayer =
          first && first->isBeforeInBlock(&op) && op.isBeforeInBlock(last);
    }
  }
  report.layers = report.attention;
  return report;
}

GraphReport llmc::reportGraph(ModuleOp module) {
  if (auto step = module.lookupSymbol<func::FuncOp>("step"))
    return reportStep(step);
  if (auto main = module.lookupSymbol<func::FuncOp>("main"))
    return reportFunction(main);
  return {};
}
