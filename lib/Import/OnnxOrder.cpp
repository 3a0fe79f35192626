//===- OnnxOrder.cpp - nodes behind what they read ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The standard wants nodes in order. Tools that rewrite files (casts around a graph
// of halves) append instead, and ONNX Runtime takes what they write.
//===----------------------------------------------------------------------===//
#include "OnnxBuilder.h"

using namespace llvm;
using namespace llmc;

/// Calls `visit` with each name that a node reads, those inside its branches too.
static void forEachRead(const ::onnx::NodeProto &node,
                        function_ref<void(StringRef)> visit) {
  for (const std::string &input : node.input())
    visit(input);
  for (const ::onnx::AttributeProto &attribute : node.attribute())
    for (const ::onnx::NodeProto &inside : attribute.g().node())
      forEachRead(inside, visit);
}

OnnxOrder llmc::orderOnnxNodes(
    const google::protobuf::RepeatedPtrField<::onnx::NodeProto> &nodes) {
  StringMap<int> makers;
  for (auto [i, node] : enumerate(nodes))
    for (const std::string &output : node.output())
      if (!output.empty())
        makers.try_emplace(output, i);
  OnnxOrder order;
  std::vector<bool> isKnown(nodes.size()); // in the order, or on the way there
  // Nodes on the way, and what each still waits for.
  SmallVector<std::pair<int, SmallVector<int>>> waiting;
  auto begin = [&](int number) {
    isKnown[number] = true;
    waiting.push_back({number, {}});
    forEachRead(nodes[number], [&](StringRef name) {
      if (auto maker = makers.find(name); maker != makers.end())
        waiting.back().second.push_back(maker->second);
    });
    std::reverse(waiting.back().second.begin(), waiting.back().second.end());
  };
  for (int i = 0; i < nodes.size(); ++i) {
    if (!isKnown[i])
      begin(i);
    while (!waiting.empty()) {
      auto &[number, reads] = waiting.back();
      if (reads.empty()) {
        order.push_back(&nodes[number]);
        waiting.pop_back();
        continue;
      }
      int maker = reads.pop_back_val();
      if (!isKnown[maker])
        begin(maker);
    }
  }
  return order;
}
