//===- OnnxBuilder.h - nodes become ops -------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_ONNXBUILDER_H
#define LLMC_LIB_IMPORT_ONNXBUILDER_H

#include "OnnxGraph.h"

#include "dialects/onnx/Schema.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "onnx-ml.pb.h"

#include "llvm/ADT/StringSet.h"

#include <map>
#include <tuple>

namespace llmc {

/// A node on its way: what its file says, and what older forms are turned into.
struct OnnxNode {
  std::string opName; // of the dialect: "onnx.Gather"
  std::string place;  // for errors: "node '/model/Add' (Add)"
  int64_t opset = 0;  // of its domain
  llvm::SmallVector<mlir::Value> operands; // one per input, null if absent
  mlir::NamedAttrList attributes;
  size_t outputs = 0;
};

/// The standard domain is "" or "ai.onnx" in files, "" here.
llvm::StringRef normaliseOnnxDomain(llvm::StringRef domain);
/// "com.microsoft::MatMulNBits".
std::string spellOnnxOperator(llvm::StringRef domain, llvm::StringRef name);
/// "node '/model/Add' (Add)"; a node without a name has that of its output.
std::string spellOnnxNode(const ::onnx::NodeProto &node);

/// The nodes of a graph, each behind those whose results it reads; otherwise in their
/// order. Where they form a cycle one of them comes too early.
using OnnxOrder = llvm::SmallVector<const ::onnx::NodeProto *>;
OnnxOrder orderOnnxNodes(
    const google::protobuf::RepeatedPtrField<::onnx::NodeProto> &nodes);

class OnnxBuilder {
public:
  OnnxBuilder(OnnxFile &file, WeightStore &weights, mlir::ModuleOp module);

  llvm::Error buildMain();

  mlir::OpBuilder builder;
  mlir::Location loc;

  /// `onnx.Constant` of integers, [n].
  mlir::Value constant(llvm::ArrayRef<int64_t> values);
  /// An op whose results are typed by its schema.
  llvm::Expected<mlir::Operation *> create(const OnnxNode &node);
  llvm::Error error(const llvm::Twine &place, const llvm::Twine &message);

private:
  using Attributes = llvm::StringMap<const ::onnx::AttributeProto *>;
  using Function = const ::onnx::FunctionProto;

  OnnxFile &file;
  WeightStore &weights;
  mlir::ModuleOp module;
  std::vector<llvm::StringMap<mlir::Value>> scopes; // the innermost last
  std::map<std::string, int64_t> opsets;            // by domain
  // By domain, name and overload.
  std::map<std::tuple<std::string, std::string, std::string>, Function *>
      functions;
  llvm::StringSet<> symbols = {"main", "step"}; // of the module
  int depth = 0;          // of functions inside of one another
  int64_t builtNodes = 0; // functions that call functions grow exponentially
  mlir::Value none;

  llvm::Error readOpsets();
  llvm::Error checkOpset(const OnnxNode &node,
                         const mlir::onnx::Schema &schema);
  llvm::Error readFunctions();
  llvm::Error countNode(const llvm::Twine &place);
  llvm::Error buildInputs(const ::onnx::GraphProto &graph,
                          mlir::func::FuncOp f);
  llvm::Error buildOutputs(const ::onnx::GraphProto &graph,
                           mlir::func::FuncOp f);
  llvm::Error buildInitializers(const ::onnx::GraphProto &graph);
  llvm::Expected<mlir::Value> buildInitializer(const ::onnx::TensorProto &);
  llvm::Expected<mlir::Value> buildWeight(llvm::StringRef name,
                                          const OnnxTensor &tensor);
  mlir::Value buildTurned(const OnnxTensor &tensor);
  llvm::Error
  buildNodes(const google::protobuf::RepeatedPtrField<::onnx::NodeProto> &nodes,
             const Attributes *bound);
  llvm::Error buildNode(const ::onnx::NodeProto &node, const Attributes *bound);
  llvm::Error buildCall(const ::onnx::NodeProto &node, Function &function,
                        const Attributes *bound);
  llvm::Error buildIf(const ::onnx::NodeProto &node, const Attributes *bound);
  Function *findFunction(const ::onnx::NodeProto &node) const;
  llvm::Expected<llvm::StringMap<mlir::Value>>
  bindInputs(const ::onnx::NodeProto &node, Function &function);
  llvm::Error defineOutputs(const ::onnx::NodeProto &node, Function &function,
                            const llvm::StringMap<mlir::Value> &made);
  llvm::Error readAttributes(const ::onnx::NodeProto &node,
                             const Attributes *bound, OnnxNode &made);
  llvm::Error checkAttributes(const OnnxNode &node);
  llvm::Expected<mlir::Attribute>
  readAttribute(const ::onnx::AttributeProto &attribute);
  llvm::Expected<mlir::DenseElementsAttr> elements(const OnnxTensor &tensor);
  llvm::Expected<mlir::Type> readType(const ::onnx::ValueInfoProto &value,
                                      llvm::SmallVectorImpl<std::string> &dims);
  llvm::Error define(llvm::StringRef name, mlir::Value value,
                     const llvm::Twine &place);
  mlir::Value lookup(llvm::StringRef name) const;
};

/// Brings a node of an old operator set into its newest form: attributes that
/// became inputs, and so on. Fails on forms that are not read, naming the set.
llvm::Error updateOnnxForm(OnnxBuilder &builder, OnnxNode &node);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_ONNXBUILDER_H
