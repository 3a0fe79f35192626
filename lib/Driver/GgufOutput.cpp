//===- GgufOutput.cpp - a changed model as a GGUF file --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nothing is rounded twice, so the numbers must be those of a type that GGML has.
//===----------------------------------------------------------------------===//
#include "ChangedTensors.h"
#include "Destination.h"
#include "ModelOutput.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/GgufParts.h"
#include "llmc/Weights/GgufWriter.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace llmc;
using mlir::llm::WeightOp;

namespace {

class GgufOutput : public ModelOutput {
public:
  GgufOutput(std::string name, Destination destination, OpenedGguf model)
      : name(std::move(name)), destination(std::move(destination)),
        model(std::move(model)) {}

  CodeFormats getFormats() const override { return CodeFormats::ggml; }
  llvm::Error
  write(Compiler &compiler, const SmallerModel &smaller,
        llvm::function_ref<void(uint64_t, uint64_t)> progress) override;
  llvm::Error commit() override { return destination.getFile().commit(); }
  uint64_t getSizeBytes() const override {
    return places.back().offset + places.back().bytes;
  }

private:
  llvm::Error plan(const ChangedTensors &changed, const SmallerModel &smaller);

  std::string name;
  Destination destination;
  OpenedGguf model;
  std::vector<const GgufTensor *> tensors; // that stay, in the file's order
  std::vector<GgufPlace> places;           // of them
};

} // namespace

static llvm::Error planChanged(WeightOp weight, GgufPlace &place) {
  auto encoding = mlir::llm::getEncoding(weight.getType());
  std::optional<GgmlType> type = findGgmlType(encoding);
  if (!type) {
    std::string spelled;
    llvm::raw_string_ostream(spelled) << mlir::Attribute(encoding);
    return tensorError(place.name,
                       "GGML has no type with the numbers of " + spelled +
                           ": take group=32,scale=f16 with bits=4 or 5, "
                           "with bits=8,zero=sym or with values=iq4_nl, or "
                           "mxfp4; of rows of multiples of 256 also "
                           "group=16,zero=sym with bits=3,scale=i6 or "
                           "bits=6,scale=i8, and group=32,scale=i6 with bits=4 "
                           "or 5,zero=asym or with values=iq4_nl");
  }
  place.type = *type;
  auto [elems, bytes] = *getGgmlTypeBlock(*type);
  int64_t count = 1;
  for (int64_t size : place.shape)
    count *= size;
  place.bytes = static_cast<uint64_t>(count / elems * bytes);
  return llvm::Error::success();
}

llvm::Error GgufOutput::plan(const ChangedTensors &changed,
                             const SmallerModel &smaller) {
  for (const GgufTensor &tensor : model.file.tensors) {
    std::optional<std::string> written = smaller.getName(tensor.name);
    if (!written)
      continue;
    if (!getGgmlTypeBlock(tensor.type))
      return tensorError(tensor.name, "has a type that llmc does not know, " +
                                          spellGgmlType(tensor.type));
    GgufPlace place{*written, tensor.shape, tensor.type, tensor.bytes.size()};
    if (WeightOp weight = changed.lookup(tensor.name)) {
      place.shape.assign(changed.getShape(tensor.name));
      if (llvm::Error error = planChanged(weight, place))
        return error;
    }
    tensors.push_back(&tensor);
    places.push_back(std::move(place));
  }
  return llvm::Error::success();
}

static llvm::Expected<std::vector<uint8_t>> makeBlocks(WeightOp weight,
                                                       const WeightStore &all) {
  auto bytes = makeWeight(weight, all);
  if (!bytes)
    return bytes.takeError();
  auto encoding = mlir::llm::getEncoding(weight.getType());
  return toGgmlBlocks(*bytes, encoding, *findGgmlType(encoding));
}

llvm::Error
GgufOutput::write(Compiler &compiler, const SmallerModel &smaller,
                  llvm::function_ref<void(uint64_t, uint64_t)> progress) {
  auto changed = ChangedTensors::find(
      compiler.getModule(), compiler.getModel().weights, "a GGUF file");
  if (!changed)
    return changed.takeError();
  auto keys = smaller.changeKeys(model.file);
  if (!keys)
    return keys.takeError();
  if (llvm::Error error = plan(*changed, smaller))
    return error;
  std::string header = makeGgufHeader(model.file, *keys, places);
  auto file =
      PlacedFile::open(destination.getFile().path(), name, getSizeBytes());
  if (!file)
    return file.takeError();
  if (llvm::Error error = file->write(0, llvm::arrayRefFromStringRef(header)))
    return error;
  ChangedTensors::Places rows;
  for (auto [place, tensor] : llvm::zip_equal(places, tensors)) {
    if (changed->lookup(tensor->name))
      rows[tensor->name] = {
          {&*file, place.offset, place.bytes / countRows(place.shape)}};
    else if (llvm::Error error = file->write(place.offset, tensor->bytes))
      return error;
  }
  return changed->write(
      [&](WeightOp weight) {
        return makeBlocks(weight, compiler.getModel().weights);
      },
      rows, progress);
}

llvm::Expected<std::unique_ptr<ModelOutput>>
llmc::openGgufOutput(const QuantizeCommand &command) {
  llvm::StringRef output = command.output;
  if (output.ends_with("/") || llvm::sys::fs::is_directory(output))
    return llvm::createStringError("cannot write '" + output +
                                   "': it is a folder, and of a GGUF file "
                                   "becomes a GGUF file: name one, '" +
                                   output.rtrim('/') + "/model.gguf'");
  auto destination = Destination::open(command.output, command.model);
  if (!destination)
    return destination.takeError();
  auto buffer = openFile(command.model);
  if (!buffer)
    return buffer.takeError();
  if (!(*buffer)->getBuffer().starts_with("GGUF"))
    return llvm::createStringError(
        command.model +
        ": is neither a GGUF file nor a folder with config.json and "
        "*.safetensors, of which files of the same kind are written: "
        "llmc compile takes it");
  auto model = openGgufFiles(command.model);
  if (!model)
    return model.takeError();
  return std::make_unique<GgufOutput>(command.output, std::move(*destination),
                                      std::move(*model));
}
