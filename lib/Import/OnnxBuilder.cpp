//===- OnnxBuilder.cpp - nodes become ops ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "OnnxBuilder.h"

#include "dialects/onnx/Create.h"
#include "dialects/onnx/ElementTypes.h"
#include "llmc/Weights/Errors.h"

#include "mlir/IR/Verifier.h"

using namespace llvm;
using namespace llmc;

static constexpr int64_t mostNodes = 500'000; // with functions inlined
static constexpr int64_t oldestOpset = 13, newestOpset = 28;

OnnxBuilder::OnnxBuilder(OnnxFile &file, WeightStore &weights,
                         mlir::ModuleOp module)
    : builder(mlir::OpBuilder::atBlockEnd(module.getBody())),
      loc(builder.getUnknownLoc()), file(file), weights(weights),
      module(module) {}

Error OnnxBuilder::error(const Twine &place, const Twine &message) {
  return fileError(file.path(), place, message);
}

StringRef llmc::normaliseOnnxDomain(StringRef domain) {
  return domain == "ai.onnx" ? "" : domain;
}

std::string llmc::spellOnnxOperator(StringRef domain, StringRef name) {
  std::string quoted =
      quote((domain.empty() ? name : domain + "::" + name).str());
  return quoted.substr(1, quoted.size() - 2);
}

std::string llmc::spellOnnxNode(const ::onnx::NodeProto &node) {
  StringRef name = node.name();
  if (name.empty() && node.output_size())
    name = node.output(0);
  return "node " + quote(name) + " (" +
         spellOnnxOperator(node.domain(), node.op_type()) + ")";
}

static std::string spellReadOpsets() {
  return "; those that are read are " + std::to_string(oldestOpset) + " to " +
         std::to_string(newestOpset) +
         ": convert it (onnx.version_converter) or export it again";
}

/// Older sets than those that are read have some operators in their newest form.
Error OnnxBuilder::checkOpset(const OnnxNode &node,
                              const mlir::onnx::Schema &schema) {
  if (!schema.domain.empty() || node.opset >= oldestOpset)
    return Error::success();
  if (node.opset == 0)
    return error(node.place, "is of a graph that imports no version of the "
                             "standard operator set");
  if (schema.version > node.opset)
    return error(node.place, "is of operator set " + Twine(node.opset) +
                                 ", where it had another form" +
                                 spellReadOpsets());
  return Error::success();
}

Error OnnxBuilder::readOpsets() {
  for (const auto &opset : file.model().opset_import()) {
    std::string domain = normaliseOnnxDomain(opset.domain()).str();
    int64_t version = opsets.try_emplace(domain, opset.version()).first->second;
    if (version != opset.version())
      return error("", "imports two versions of the operator set " +
                           quote(domain) + ": " + Twine(version) + " and " +
                           Twine(opset.version()));
  }
  auto standard = opsets.find("");
  if (standard != opsets.end() &&
      (standard->second < 1 || standard->second > newestOpset))
    return error("", "has operator set " + Twine(standard->second) +
                         spellReadOpsets());
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

Error OnnxBuilder::define(StringRef name, mlir::Value value,
                          const Twine &place) {
  if (!scopes.back().try_emplace(name, value).second)
    return error(place, "makes " + quote(name) + ", which is there already");
  return Error::success();
}

mlir::Value OnnxBuilder::lookup(StringRef name) const {
  for (const auto &scope : reverse(scopes))
    if (auto found = scope.find(name); found != scope.end())
      return found->second;
  return {};
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

mlir::Value OnnxBuilder::constant(ArrayRef<int64_t> values) {
  return mlir::onnx::GraphWriter(builder, loc).integers(values);
}

Error OnnxBuilder::countNode(const Twine &place) {
  if (++builtNodes > mostNodes)
    return error(place, "is beyond the " + Twine(mostNodes) +
                            " nodes that a graph may have, with functions "
                            "inlined");
  return Error::success();
}

Expected<mlir::Operation *> OnnxBuilder::create(const OnnxNode &node) {
  if (Error error = countNode(node.place))
    return error;
  const mlir::onnx::Schema *schema = mlir::onnx::findSchema(
      mlir::OperationName(node.opName, builder.getContext()));
  if (!schema)
    return error(node.place, "is of an operator that llmc does not know: it "
                             "reads the standard ones up to operator set " +
                                 Twine(newestOpset) +
                                 " and some of com.microsoft");
  if (Error error = checkOpset(node, *schema))
    return error;
  if (node.operands.size() > schema->operands.size() &&
      !schema->operandsVariadic)
    return error(node.place, "has " + Twine(node.operands.size()) +
                                 " inputs, its schema " +
                                 Twine(schema->operands.size()));
  if (node.outputs > schema->results.size() && !schema->resultsVariadic)
    return error(node.place, "has " + Twine(node.outputs) +
                                 " outputs, its schema " +
                                 Twine(schema->results.size()));
  if (Error error = checkAttributes(node))
    return error;
  mlir::Operation *op = mlir::onnx::createOp(
      builder, loc, node.opName, node.operands, node.attributes, node.outputs);
  if (!op)
    return error(node.place, "has an output whose type is not supported");
  return op;
}

/// The verifier's first message about one op; empty if it has none.
static std::string verifyOp(mlir::Operation *op) {
  std::string message;
  mlir::ScopedDiagnosticHandler handler(op->getContext(),
                                        [&](mlir::Diagnostic &diagnostic) {
                                          if (message.empty())
                                            message = diagnostic.str();
                                        });
  return succeeded(mlir::verify(op, /*verifyRecursively=*/false)) ? ""
         : message.empty() ? "is not valid"
                           : message;
}

Error OnnxBuilder::buildNode(const ::onnx::NodeProto &node,
                             const Attributes *bound) {
  if (Function *function = findFunction(node))
    return buildCall(node, *function, bound);
  if (node.op_type() == "If" && normaliseOnnxDomain(node.domain()).empty())
    return buildIf(node, bound);
  OnnxNode made;
  made.place = spellOnnxNode(node);
  made.opName = mlir::onnx::getOpName(node.domain(), node.op_type());
  auto opset = opsets.find(normaliseOnnxDomain(node.domain()).str());
  made.opset = opset == opsets.end() ? 0 : opset->second;
  StringRef name =
      node.name().empty() && node.output_size() ? node.output(0) : node.name();
  loc = mlir::NameLoc::get(builder.getStringAttr(name));
  for (const std::string &input : node.input()) {
    made.operands.push_back(input.empty() ? mlir::Value() : lookup(input));
    if (!input.empty() && !made.operands.back())
      return error(made.place,
                   "reads " + quote(input) +
                       ", which nothing before it makes: the nodes form a "
                       "cycle, or one is missing");
  }
  made.outputs = node.output_size();
  while (made.outputs && node.output(made.outputs - 1).empty())
    --made.outputs;
  if (Error error = readAttributes(node, bound, made))
    return error;
  if (Error error = updateOnnxForm(*this, made))
    return error;
  Expected<mlir::Operation *> op = create(made);
  if (!op)
    return op.takeError();
  if (std::string problem = verifyOp(*op); !problem.empty())
    return error(made.place, problem);
  for (size_t i = 0; i < made.outputs; ++i)
    if (const std::string &output = node.output(i); !output.empty())
      if (Error error = define(output, (*op)->getResult(i), made.place))
        return error;
  return Error::success();
}

Error OnnxBuilder::buildNodes(
    const google::protobuf::RepeatedPtrField<::onnx::NodeProto> &nodes,
    const Attributes *bound) {
  for (const ::onnx::NodeProto *node : orderOnnxNodes(nodes))
    if (Error error = buildNode(*node, bound))
      return error;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

Expected<mlir::Type> OnnxBuilder::readType(const ::onnx::ValueInfoProto &value,
                                           SmallVectorImpl<std::string> &dims) {
  std::string place = "input " + quote(value.name());
  if (!value.type().has_tensor_type())
    return error(place, "is no tensor; sequences, maps and optional values are "
                        "not supported");
  const auto &tensor = value.type().tensor_type();
  mlir::Type element =
      mlir::onnx::getElementType(tensor.elem_type(), builder.getContext());
  if (!element)
    return error(place, "has elements of type " +
                            spellOnnxType(tensor.elem_type()) +
                            ", which are not supported");
  if (!tensor.has_shape())
    return mlir::Type(mlir::UnrankedTensorType::get(element));
  SmallVector<int64_t> shape;
  if (tensor.shape().dim_size() > mostOnnxDims)
    return error(place, "has " + Twine(tensor.shape().dim_size()) +
                            " dims; tensors of up to " + Twine(mostOnnxDims) +
                            " are read");
  for (const auto &dim : tensor.shape().dim()) {
    bool isNumber = dim.has_dim_value();
    if (isNumber && dim.dim_value() < 0)
      return error(place, "has a dim of " + Twine(dim.dim_value()));
    shape.push_back(isNumber ? dim.dim_value() : mlir::ShapedType::kDynamic);
    dims.push_back(isNumber ? "" : dim.dim_param());
  }
  return mlir::Type(mlir::RankedTensorType::get(shape, element));
}

static mlir::ArrayAttr spellDims(mlir::Builder &builder,
                                 ArrayRef<std::string> dims) {
  return builder.getStrArrayAttr(to_vector_of<StringRef>(
      map_range(dims, [](const std::string &dim) { return StringRef(dim); })));
}

/// Merged decoders (optimum) choose by it between the first tokens and those behind
/// a cache. A cache may be empty, so the latter is both.
static bool isCacheFlag(const ::onnx::ValueInfoProto &input) {
  return input.name() == "use_cache_branch" &&
         input.type().tensor_type().elem_type() == ::onnx::TensorProto::BOOL;
}

Error OnnxBuilder::buildInputs(const ::onnx::GraphProto &graph,
                               mlir::func::FuncOp function) {
  for (const auto &input : graph.input()) {
    if (input.name().empty())
      return error("an input", "has no name");
    if (mlir::Value known = lookup(input.name());
        known && !isa<mlir::BlockArgument>(known))
      continue; // an initializer that old files list as an input, too
    if (isCacheFlag(input)) {
      auto type = mlir::RankedTensorType::get({1}, builder.getI1Type());
      mlir::OperationState state(loc, "onnx.Constant");
      state.addAttribute("value", mlir::DenseElementsAttr::get(type, true));
      state.addTypes(type);
      if (Error error =
              define(input.name(), builder.create(state)->getResult(0),
                     "input " + quote(input.name())))
        return error;
      continue;
    }
    SmallVector<std::string> dims;
    Expected<mlir::Type> type = readType(input, dims);
    if (!type)
      return type.takeError();
    mlir::DictionaryAttr attributes = builder.getDictionaryAttr(
        {builder.getNamedAttr("onnx.name", builder.getStringAttr(input.name())),
         builder.getNamedAttr("onnx.dims", spellDims(builder, dims))});
    unsigned index = function.getNumArguments();
    if (failed(function.insertArgument(index, *type, attributes, loc)))
      return error("input " + quote(input.name()), "cannot be one");
    if (Error error = define(input.name(), function.getArgument(index),
                             "input " + quote(input.name())))
      return error;
  }
  return Error::success();
}

/// The sizes that a graph says of an output, where all are numbers; else null.
static mlir::DenseI64ArrayAttr
declaredShape(mlir::Builder &builder, const ::onnx::ValueInfoProto &output) {
  const ::onnx::TypeProto &type = output.type();
  if (!type.has_tensor_type() || !type.tensor_type().has_shape() ||
      type.tensor_type().shape().dim_size() > mostOnnxDims)
    return {};
  SmallVector<int64_t> shape;
  for (const auto &dim : type.tensor_type().shape().dim()) {
    if (!dim.has_dim_value() || dim.dim_value() < 0)
      return {};
    shape.push_back(dim.dim_value());
  }
  return builder.getDenseI64ArrayAttr(shape);
}

Error OnnxBuilder::buildOutputs(const ::onnx::GraphProto &graph,
                                mlir::func::FuncOp function) {
  SmallVector<mlir::Value> values;
  SmallVector<mlir::DictionaryAttr> attributes;
  for (const auto &output : graph.output()) {
    mlir::Value value = lookup(output.name());
    if (!value)
      return error("output " + quote(output.name()), "is made by no node");
    SmallVector<std::string> dims;
    if (output.type().has_tensor_type())
      for (const auto &dim : output.type().tensor_type().shape().dim())
        dims.push_back(dim.has_dim_param() ? dim.dim_param() : "");
    values.push_back(value);
    mlir::NamedAttrList list;
    list.set("onnx.name", builder.getStringAttr(output.name()));
    list.set("onnx.dims", spellDims(builder, dims));
    if (mlir::DenseI64ArrayAttr shape = declaredShape(builder, output))
      list.set("onnx.shape", shape);
    attributes.push_back(list.getDictionary(builder.getContext()));
  }
  if (values.empty())
    return error("", "has no outputs: nothing of it is asked");
  loc = builder.getUnknownLoc();
  mlir::func::ReturnOp::create(builder, loc, values);
  function.setType(builder.getFunctionType(
      function.getArgumentTypes(), mlir::ValueRange(values).getTypes()));
  for (auto [i, dictionary] : enumerate(attributes))
    function.setResultAttrs(i, dictionary);
  return Error::success();
}

Error OnnxBuilder::buildMain() {
  if (Error error = readOpsets())
    return error;
  if (Error error = readFunctions())
    return error;
  const ::onnx::GraphProto &graph = file.model().graph();
  loc = mlir::NameLoc::get(builder.getStringAttr("main"));
  auto function = mlir::func::FuncOp::create(builder, loc, "main",
                                             builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  none = mlir::onnx::NoneOp::create(builder, loc);
  scopes.emplace_back();
  if (Error error = buildInitializers(graph))
    return error;
  if (Error error = buildInputs(graph, function))
    return error;
  if (Error error = buildNodes(graph.node(), nullptr))
    return error;
  return buildOutputs(graph, function);
}

Error llmc::buildOnnxGraph(OnnxFile &file, WeightStore &weights,
                           mlir::ModuleOp module) {
  return OnnxBuilder(file, weights, module).buildMain();
}
