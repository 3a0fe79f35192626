//===- TensorList.cpp - what files hold, without importing it -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/TensorList.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/GgufParts.h"
#include "llmc/Weights/NotAModel.h"
#include "llmc/Weights/Safetensors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace llmc;

static Expected<std::vector<ListedTensor>> listGguf(StringRef path,
                                                    ArrayRef<uint8_t> bytes) {
  Expected<GgufFile> file = parseGguf(path, bytes);
  if (!file)
    return file.takeError();
  std::vector<ListedTensor> tensors;
  for (const GgufTensor &tensor : file->tensors) {
    std::optional<uint64_t> size;
    if (getGgmlTypeBlock(tensor.type))
      size = tensor.bytes.size();
    tensors.push_back({tensor.name.str(), spellGgmlType(tensor.type),
                       tensor.shape, size,
                       uint64_t(tensor.bytes.data() - bytes.data())});
  }
  return tensors;
}

static Expected<std::vector<ListedTensor>>
listSafetensors(StringRef path, ArrayRef<uint8_t> bytes) {
  Expected<std::vector<SafeTensor>> file = parseSafetensors(path, bytes);
  if (!file)
    return file.takeError();
  std::vector<ListedTensor> tensors;
  for (const SafeTensor &tensor : *file)
    tensors.push_back({tensor.name, tensor.dtype, tensor.shape,
                       tensor.bytes.size(),
                       uint64_t(tensor.bytes.data() - bytes.data())});
  return tensors;
}

static Expected<ListedFile> listFile(StringRef path) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  bool gguf = (*buffer)->getBuffer().starts_with("GGUF");
  if (!gguf && !path.ends_with(".safetensors"))
    return explainNoModelFile(path, (*buffer)->getBuffer());
  ArrayRef<uint8_t> bytes = bytesOf(**buffer);
  auto tensors = gguf ? listGguf(path, bytes) : listSafetensors(path, bytes);
  if (!tensors)
    return tensors.takeError();
  return ListedFile{path.str(), gguf ? "GGUF" : "safetensors", bytes.size(),
                    std::move(*tensors)};
}

static Expected<std::vector<std::string>> modelFilesOf(StringRef folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (sys::fs::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error))
    if (StringRef(at->path()).ends_with(".gguf") ||
        StringRef(at->path()).ends_with(".safetensors"))
      files.push_back(at->path());
  if (error)
    return fileError(folder, "", "cannot be read: " + error.message());
  if (files.empty())
    return explainNoModelFolder(folder);
  sort(files);
  return files;
}

Expected<std::vector<ListedFile>> llmc::listTensors(StringRef path) {
  Expected<std::vector<std::string>> files =
      sys::fs::is_directory(path) ? modelFilesOf(path) : getGgufPartNames(path);
  if (!files)
    return files.takeError();
  std::vector<ListedFile> listed;
  for (const std::string &file : *files) {
    Expected<ListedFile> next = listFile(file);
    if (!next)
      return next.takeError();
    listed.push_back(std::move(*next));
  }
  return listed;
}
