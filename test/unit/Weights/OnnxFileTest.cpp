//===- OnnxFileTest.cpp - reading ONNX files --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include "llmc/Weights/Onnx.h"

#include "onnx-ml.pb.h"

#include "mlir/IR/MLIRContext.h"

using namespace llmc;
using namespace llmc::test;
using Tensor = ::onnx::TensorProto;

namespace {

/// The smallest that is accepted.
::onnx::ModelProto makeModel() {
  ::onnx::ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name("test");
  model.mutable_graph()->add_node()->set_op_type("Relu");
  model.add_opset_import()->set_version(18);
  return model;
}

llvm::Expected<std::unique_ptr<OnnxFile>> parse(const std::string &bytes) {
  return parseOnnx(
      "model.onnx",
      {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
}

class OnnxTensors : public testing::Test {
protected:
  OnnxTensors() : file(llvm::cantFail(parse(makeModel().SerializeAsString()))) {
    tensor.set_name("t");
  }
  llvm::Expected<OnnxTensor> read() { return file->read(tensor, context); }
  void expectBytes(std::vector<uint8_t> bytes) {
    llvm::Expected<OnnxTensor> found = read();
    ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
    EXPECT_EQ(found->bytes.vec(), bytes);
  }

  mlir::MLIRContext context;
  std::unique_ptr<OnnxFile> file;
  Tensor tensor;
};

TEST(OnnxFileTest, IsRecognisedByItsFirstFields) {
  EXPECT_TRUE(isOnnx(makeModel().SerializeAsString()));
  EXPECT_FALSE(isOnnx("GGUF\3\0\0\0"));
  EXPECT_FALSE(isOnnx("\x08"));
}

TEST(OnnxFileTest, NoPrefixIsAModel) {
  std::string bytes = makeModel().SerializeAsString();
  ASSERT_TRUE(bool(parse(bytes)));
  for (size_t size = 0; size < bytes.size(); ++size)
    expectError(parse(bytes.substr(0, size)), "model.onnx", "");
}

TEST(OnnxFileTest, WantsAGraphAndAnOperatorSet) {
  ::onnx::ModelProto model = makeModel();
  model.clear_opset_import();
  expectError(parse(model.SerializeAsString()), "model.onnx",
              "imports no operator set");
  model = makeModel();
  model.mutable_graph()->clear_node();
  expectError(parse(model.SerializeAsString()), "model.onnx", "has no graph");
}

TEST(OnnxFileTest, NestedGraphsEnd) {
  ::onnx::ModelProto model = makeModel();
  ::onnx::GraphProto *graph = model.mutable_graph();
  for (int i = 0; i < 80; ++i) {
    ::onnx::NodeProto *node =
        graph->node_size() ? graph->mutable_node(0) : graph->add_node();
    graph = node->add_attribute()->mutable_g();
  }
  expectError(parse(model.SerializeAsString()), "model.onnx",
              "nests graphs too deeply");
}

TEST_F(OnnxTensors, FieldsOfEachType) {
  tensor.add_dims(2);
  tensor.set_data_type(Tensor::INT16);
  tensor.add_int32_data(-2);
  tensor.add_int32_data(258);
  expectBytes({0xfe, 0xff, 2, 1});
  tensor.set_data_type(Tensor::BFLOAT16);
  tensor.set_int32_data(0, 0x3f80);
  expectBytes({0x80, 0x3f, 2, 1});
  tensor.clear_int32_data();
  tensor.set_data_type(Tensor::UINT32);
  tensor.add_uint64_data(1);
  tensor.add_uint64_data(0xffffffff);
  expectBytes({1, 0, 0, 0, 255, 255, 255, 255});
  tensor.set_data_type(Tensor::FLOAT);
  tensor.add_float_data(1);
  tensor.add_float_data(-2);
  expectBytes({0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0});
  tensor.set_data_type(Tensor::BOOL);
  tensor.add_int32_data(1);
  tensor.add_int32_data(0);
  expectBytes({1, 0});
}

TEST_F(OnnxTensors, NarrowNumbersShareBytes) {
  tensor.add_dims(3);
  tensor.set_data_type(Tensor::INT4);
  tensor.set_raw_data("\x21\x03");
  expectBytes({0x21, 3});
  tensor.set_raw_data("\x21\x03\x04");
  expectError(read(), "model.onnx", "2 bytes, found 3");
}

TEST_F(OnnxTensors, SizesAreCheckedBeforeTheyAreUsed) {
  tensor.set_data_type(Tensor::DOUBLE);
  tensor.add_dims(int64_t{1} << 58); // so many bits are no number of 64
  expectError(read(), "tensor 't'", "which no tensor has");
  tensor.set_dims(0, -1);
  expectError(read(), "tensor 't'", "[-1]");
  tensor.set_dims(0, 0);
  expectBytes({});
  for (int i = 0; i < mostOnnxDims; ++i)
    tensor.add_dims(1);
  expectError(read(), "tensor 't'", "65 dims");
}

TEST_F(OnnxTensors, ExternalDataStaysInTheFolder) {
  tensor.set_data_type(Tensor::FLOAT);
  tensor.set_data_location(Tensor::EXTERNAL);
  expectError(read(), "tensor 't'", "no location");
  ::onnx::StringStringEntryProto *location = tensor.add_external_data();
  location->set_key("location");
  for (const char *path : {"../t.data", "a/../../t.data", "/etc/passwd"}) {
    location->set_value(path);
    expectError(read(), "tensor 't'", "outside of the model's folder");
  }
  location->set_value("no-such-file.data");
  expectError(read(), "tensor 't'", "fetch it");
}

} // namespace
