//===- NotAModelTest.cpp - what is told about what is no model ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/NotAModel.h"
#include "llmrt/abi.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include "gtest/gtest.h"

#include <fstream>

using namespace llmc;

namespace {

struct Kind {
  const char *name;
  const char *path;
  std::string bytes;
  const char *says;
  const char *remedy;
};

void PrintTo(const Kind &kind, std::ostream *os) { *os << kind.name; }

std::string programOfLlmc() {
  std::string bytes("\x7f"
                    "ELF");
  bytes.resize(8192);
  return bytes + LLMRT_ARTIFACT_MAGIC + std::string(5000, '\0');
}

std::string tarball() {
  std::string bytes(512, '\0');
  return bytes.replace(257, 5, "ustar");
}

using namespace std::string_literals;

const Kind kinds[] = {
    {"Empty", "a.gguf", "", "is empty (0 bytes)", "fetch it again"},
    {"LfsPointer", "a.gguf",
     "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 4711\n",
     "git-lfs pointer, not the file of 4711 bytes", "git lfs pull"},
    {"Html", "a.gguf", "\n<!DOCTYPE html><html>", "web page (HTML)",
     "/resolve/"},
    {"OfLlmc", "app", programOfLlmc(), "a program that llmc made", "run it"},
    {"Elf", "ls",
     "\x7f"
     "ELF\2\1\1"s,
     "(ELF)", "give a model"},
    {"Windows", "a.exe", "MZ\x90\0"s, "Windows", "give a model"},
    {"Llamafile", "a.llamafile", "MZqFpD='", "llamafile", "unzip"},
    {"TorchZip", "pytorch_model.bin",
     "PK\3\4"s + std::string(26, '\0') + "archive/data.pkl",
     "PyTorch checkpoint (a zip", "save_pretrained"},
    {"TorchPickle", "model.pth", "\x80\2}q\0"s, "PyTorch checkpoint (a pickle",
     "save_pretrained"},
    {"Zip", "a.zip", "PK\3\4"s + std::string(26, '\0') + "model.gguf",
     "zip archive", "unpack"},
    {"Gzip", "a.gguf.gz", "\x1f\x8b\x08", "compressed", "unpack"},
    {"Zstd", "a.zst", "\x28\xb5\x2f\xfd\x24", "compressed", "unpack"},
    {"Tar", "a.tar", tarball(), "archive", "unpack"},
    {"Onnx", "model", "\x08\x07\x12\x07pytorch", "ONNX", "llmc inspect"},
    {"OnnxByName", "model.onnx", "whatever", "ONNX", "llmc inspect"},
    {"Safetensors", "m/model.safetensors", "\x02\0\0\0\0\0\0\0{}"s,
     "safetensors file alone", "its folder, 'm'"},
    {"OldGgml", "ggml-model.bin", "lmgg\1", "GGML", "GGUF"},
    {"Keras", "tf_model.h5", "\x89HDF\r\n", "HDF5", "safetensors or GGUF"},
    {"TfLite", "a.tflite", "\x1c\0\0\0TFL3"s, "TensorFlow Lite", "GGUF"},
    {"Numpy", "a.npy", "\x93NUMPY\1", "NumPy", "give a model"},
    {"MlirText", "m.mlir", "module {\n func.func @step()", "MLIR text",
     "--weights-from MODEL"},
    {"Bytecode", "m.mlirbc", "ML\xefR\1", "bytecode", "--weights-from MODEL"},
    {"Json", "m/config.json", "{\"model_type\": 1}", "is JSON",
     "the folder, 'm'"},
    {"Text", "README.md", "# llmc\nllmc compiles", "text that begins '# llmc'",
     "GGUF file or a Hugging Face folder"},
    {"Noise", "x.bin", "\1\2\xff\4\5", "the bytes 01 02 ff 04 05",
     "GGUF file or a Hugging Face folder"},
};

class NotAModelFile : public testing::TestWithParam<Kind> {};

TEST_P(NotAModelFile, IsToldWhatItIsAndWhatToDo) {
  const Kind &kind = GetParam();
  std::string message =
      llvm::toString(explainNoModelFile(kind.path, kind.bytes));
  EXPECT_TRUE(llvm::StringRef(message).starts_with(kind.path)) << message;
  EXPECT_NE(message.find(kind.says), std::string::npos) << message;
  EXPECT_NE(message.find(kind.remedy), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(Kinds, NotAModelFile, testing::ValuesIn(kinds),
                         [](const auto &info) { return info.param.name; });

/// No beginning of any kind reads past the end.
TEST(NotAModel, CutFilesDoNoHarm) {
  for (const Kind &kind : kinds)
    for (size_t size = 0; size < std::min<size_t>(kind.bytes.size(), 300);
         ++size)
      EXPECT_FALSE(
          describeFile("x", llvm::StringRef(kind.bytes).take_front(size))
              .empty());
}

TEST(NotAModel, AModelIsNoFailedDownload) {
  EXPECT_EQ(describeFailedDownload("GGUF\3"), "");
  EXPECT_EQ(describeFailedDownload("{\"model_type\": \"llama\"}"), "");
}

//===----------------------------------------------------------------------===//
// Names and folders
//===----------------------------------------------------------------------===//

class NotAModelPath : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("llmc-none", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string in(llvm::StringRef name) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    return path.str().str();
  }
  void touch(llvm::StringRef name) { std::ofstream(in(name)) << "x"; }
  void expectFolder(const char *says, const char *remedy) {
    std::string message = llvm::toString(explainNoModelFolder(folder));
    EXPECT_NE(message.find(says), std::string::npos) << message;
    EXPECT_NE(message.find(remedy), std::string::npos) << message;
  }
  static void expectName(const std::string &path, const char *says) {
    std::string message = llvm::toString(explainNoSuchModel(path));
    EXPECT_TRUE(llvm::StringRef(message).starts_with(path)) << message;
    EXPECT_NE(message.find(says), std::string::npos) << message;
  }

  llvm::SmallString<128> folder;
};

TEST_F(NotAModelPath, Names) {
  expectName("HuggingFaceTB/SmolLM2-135M-Instruct",
             "hf download HuggingFaceTB/SmolLM2-135M-Instruct --local-dir "
             "SmolLM2-135M-Instruct");
  expectName("hf:a/b", "hf download a/b --local-dir b");
  expectName("https://huggingface.co/a/b/tree/main", "hf download a/b ");
  expectName("https://example.org/m.gguf",
             "curl -L -O https://example.org/m.gguf");
  expectName("https://huggingface.co/a/b/resolve/main/m.gguf", "curl -L -O");
  expectName("-", "give its file");
  expectName(in("none/model.gguf"), "there is no folder");
  expectName(in("none.gguf"), "lists what is there");
}

TEST_F(NotAModelPath, NearNames) {
  touch("SmolLM2.Q4_1.gguf");
  expectName(in("SmolLM2.Q4_0.gguf"), "SmolLM2.Q4_1.gguf'?");
  expectName(in("smollm2.q4_1.GGUF"), "SmolLM2.Q4_1.gguf'?");
  expectName(in("llama.gguf"), "lists what is there");
}

TEST_F(NotAModelPath, FoldersOfOtherKinds) {
  expectFolder("is an empty folder", "download them");
  touch("tokenizer.json");
  expectFolder("has no config.json and no *.safetensors", "give such a folder");
  touch("model.safetensors");
  expectFolder("has 'model.safetensors' but no config.json", "download");
  touch("pytorch_model.bin");
  expectFolder("'pytorch_model.bin' (PyTorch)", "save_pretrained");
  touch("m.gguf");
  expectFolder("holds GGUF files", "m.gguf'");
  touch("genai_config.json");
  expectFolder("genai_config.json, but not the .onnx file", "download");
  touch("b.onnx");
  expectFolder("an ONNX model", "give it");
  touch("a.onnx");
  expectFolder("several ONNX models, 'a.onnx' and 'b.onnx'", "give one");
  touch("adapter_config.json");
  expectFolder("adapter (LoRA", "merge_and_unload");
}

TEST_F(NotAModelPath, AFolderWithoutWeights) {
  touch("config.json");
  expectFolder("neither model.safetensors nor", "download the weights");
}

} // namespace
