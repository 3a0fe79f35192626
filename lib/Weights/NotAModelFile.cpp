//===- NotAModelFile.cpp - files that are no models -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/NotAModel.h"
#include "llmc/Weights/Onnx.h"
#include "llmrt/abi.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Path.h"

#include <algorithm>

using namespace llvm;
using namespace llmc;

static constexpr StringLiteral toSafetensors =
    "save the model as safetensors (transformers: "
    "from_pretrained(...).save_pretrained(FOLDER)) or convert it to GGUF";

//===----------------------------------------------------------------------===//
// Failed downloads
//===----------------------------------------------------------------------===//

/// "size 1112093728" of a pointer of git-lfs.
static std::string sizeInPointer(StringRef bytes) {
  uint64_t size;
  StringRef line = bytes.split("\nsize ").second.split('\n').first;
  return line.trim().getAsInteger(10, size)
             ? "the file"
             : "the file of " + std::to_string(size) + " bytes";
}

std::string llmc::describeFailedDownload(StringRef bytes) {
  if (bytes.empty())
    return "is empty (0 bytes): the download did not happen; fetch it again";
  if (bytes.starts_with("version https://git-lfs.github.com/spec/"))
    return "is a git-lfs pointer, not " + sizeInPointer(bytes) +
           " that it stands for: run 'git lfs pull' in its folder";
  StringRef text = bytes.take_front(512).ltrim();
  if (text.starts_with_insensitive("<!doctype html") ||
      text.starts_with_insensitive("<html"))
    return "is a web page (HTML), which a server sent instead of the file: "
           "download it again, with its direct address (on the Hugging Face "
           "Hub /resolve/ instead of /blob/) and, where it asks, signed in";
  return "";
}

//===----------------------------------------------------------------------===//
// By the first bytes
//===----------------------------------------------------------------------===//

namespace {
struct Magic {
  StringLiteral bytes;
  StringLiteral description;
};
} // namespace

static constexpr StringLiteral unpack =
    "is a compressed file or an archive: unpack it, and give the model in it";

// Longer ones before those that they begin with.
static constexpr Magic magics[] = {
    {"\x1f\x8b", unpack},
    {"BZh", unpack},
    {"\xfd"
     "7zXZ",
     unpack},
    {"\x28\xb5\x2f\xfd", unpack},
    {"7z\xbc\xaf\x27\x1c", unpack},
    {"MZqFpD", "is a llamafile, a program with a GGUF file in it: unpack it "
               "with unzip, and give the .gguf"},
    {"MZ", "is a program for Windows: give a model's file or folder"},
    {"\xcf\xfa\xed\xfe",
     "is a program for macOS: give a model's file or folder"},
    {"\x89HDF", "is an HDF5 file (Keras), which llmc does not read: take the "
                "model as safetensors or GGUF"},
    {"\x93NUMPY", "is a NumPy array: give a model's file or folder"},
    {"lmgg", "has an old format of llama.cpp (GGML): take the model as GGUF"},
    {"fmgg", "has an old format of llama.cpp (GGMF): take the model as GGUF"},
    {"tjgg", "has an old format of llama.cpp (GGJT): take the model as GGUF"},
    {"ML\xefR", "is MLIR bytecode, which llmc takes from files named "
                "*.mlirbc: llmc compile FILE.mlirbc --weights-from MODEL"},
};

/// A program with an artifact, as abi.h draws it: behind a few MiB of code.
static bool isOfLlmc(StringRef bytes) {
  for (bytes = bytes.take_front(64 << 20); !bytes.empty();
       bytes = bytes.drop_front(
           std::min<size_t>(bytes.size(), LLMRT_SECTION_ALIGN)))
    if (bytes.starts_with(LLMRT_ARTIFACT_MAGIC))
      return true;
  return false;
}

static std::string describeZip(StringRef bytes) {
  // The first member's name stands at 30; torch.save's first is */data.pkl.
  if (bytes.take_front(256).contains("data.pkl"))
    return "is a PyTorch checkpoint (a zip with a pickle), which llmc does not "
           "read: " +
           toSafetensors.str();
  return "is a zip archive: unpack it, and give the model in it";
}

static bool isSafetensors(StringRef bytes) {
  if (bytes.size() < 10)
    return false;
  uint64_t header = support::endian::read64le(bytes.data());
  return header >= 2 && header <= bytes.size() - 8 && bytes[8] == '{';
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static bool isText(StringRef bytes) {
  return all_of(bytes.take_front(512), [](char c) {
    return uint8_t(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  });
}

static std::string describeText(StringRef path, StringRef bytes) {
  StringRef start = bytes.take_front(4096);
  if (path.ends_with(".mlir") || start.contains("func.func") ||
      start.contains("llm.weight"))
    return "is MLIR text, which llmc takes from files named *.mlir: llmc "
           "compile FILE.mlir --weights-from MODEL";
  StringRef folder = sys::path::parent_path(path);
  if (start.ltrim().starts_with("{"))
    return "is JSON, one of the files of a model's folder: give the folder, " +
           quote(folder.empty() ? "." : folder);
  StringRef line = start.ltrim().split('\n').first.take_front(40);
  return "is text that begins " + quote(line) +
         ": a model is a GGUF file or a Hugging Face folder (config.json, "
         "*.safetensors)";
}

static std::string describeUnknown(StringRef bytes) {
  std::string hex;
  for (char c : bytes.take_front(8))
    hex += (hex.empty() ? "" : " ") + toHex(StringRef(&c, 1), true);
  return "begins with the bytes " + hex +
         ", which llmc does not know: a model is a GGUF file or a Hugging Face "
         "folder (config.json, *.safetensors)";
}

std::string llmc::describeFile(StringRef path, StringRef bytes) {
  if (std::string failed = describeFailedDownload(bytes); !failed.empty())
    return failed;
  if (isOfLlmc(bytes))
    return "is a program that llmc made: run it (its 'info' says of which "
           "model), or give the model itself";
  if (bytes.starts_with("\x7f"
                        "ELF"))
    return "is an executable or a library (ELF): give a model's file or folder";
  if (bytes.starts_with("PK"))
    return describeZip(bytes);
  for (const Magic &magic : magics)
    if (bytes.starts_with(magic.bytes))
      return magic.description.str();
  if (bytes.drop_front(std::min<size_t>(257, bytes.size()))
          .starts_with("ustar"))
    return unpack.str();
  if (bytes.size() > 2 && uint8_t(bytes[0]) == 0x80 && bytes[1] >= 2 &&
      bytes[1] <= 5)
    return "is a PyTorch checkpoint (a pickle), which llmc does not read: " +
           toSafetensors.str();
  if (path.ends_with(".onnx") || isOnnx(bytes))
    return "is an ONNX file, whose tensors are part of its graph: llmc "
           "inspect " +
           quote(path) + " shows both";
  if (bytes.drop_front(std::min<size_t>(4, bytes.size())).starts_with("TFL3"))
    return "is a TensorFlow Lite file, which llmc does not read: take the "
           "model "
           "as safetensors or GGUF";
  StringRef folder = sys::path::parent_path(path);
  if (isSafetensors(bytes))
    return "is a safetensors file alone, which lacks config.json and the "
           "tokenizer: give its folder, " +
           quote(folder.empty() ? "." : folder);
  return isText(bytes) ? describeText(path, bytes) : describeUnknown(bytes);
}

Error llmc::explainNoModelFile(StringRef path, StringRef bytes) {
  return fileError(path, "", describeFile(path, bytes));
}
