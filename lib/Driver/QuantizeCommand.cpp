//===- QuantizeCommand.cpp - llmc quantize --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers that llmc compile would put into a program, in a GGUF file that other
// tools read: its metadata and what is not quantised are those of the model's file.
// Nothing is rounded twice, so the numbers must be those of a type that GGML has.
//===----------------------------------------------------------------------===//
#include "Destination.h"
#include "EncodingSearch.h"
#include "Report.h"
#include "dialects/llm/SparseRows.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Emit/WeightStream.h"
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/GgufParts.h"
#include "llmc/Weights/GgufWriter.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"

using namespace llmc;
using mlir::llm::WeightOp;

namespace {

class GgufOutput {
public:
  GgufOutput(Compiler &compiler, const OpenedGguf &model)
      : compiler(compiler), model(model) {}

  llvm::Error plan();
  llvm::Error write(llvm::raw_pwrite_stream &stream,
                    llvm::function_ref<void(uint64_t, uint64_t)> progress);
  uint64_t size() const { return places.back().offset + places.back().bytes; }

private:
  llvm::Error findChanged();
  llvm::Error planChanged(WeightOp weight, GgufPlace &place);

  Compiler &compiler;
  const OpenedGguf &model;
  llvm::StringMap<WeightOp> changed; // by the tensor that they are made of
  std::vector<GgufPlace> places;     // of the tensors, in the file's order
  std::vector<PlannedWeight> made;   // places of those that change
};

} // namespace

static llvm::Error tensorError(llvm::StringRef name, const llvm::Twine &text) {
  return llvm::createStringError("tensor " + quote(name) + ": " + text);
}

/// What quantisers changed, if each is one tensor of the file as a whole.
llvm::Error GgufOutput::findChanged() {
  llvm::StringMap<int> readers;
  for (WeightOp weight : compiler.getModule().getOps<WeightOp>()) {
    bool isFactor = mlir::llm::isLowRankFactor(weight);
    if (isFactor || mlir::llm::holdsOutliers(weight))
      return tensorError(
          *weight.getSource(),
          llvm::Twine("a GGUF file has no place for ") +
              (isFactor ? "factors" : "outliers") + " beside it: leave out " +
              (isFactor ? "rank=" : "outliers=") + ", or use llmc compile");
    if (weight.getSource())
      ++readers[*weight.getSource()];
  }
  for (WeightOp weight : compiler.getModule().getOps<WeightOp>()) {
    mlir::ArrayAttr recipe = weight.getRecipeAttr();
    if (!recipe || llvm::none_of(recipe, mlir::llm::isQuantiserStep))
      continue;
    llvm::StringRef source = *weight.getSource();
    if (!llvm::all_of(recipe, mlir::llm::isQuantiserStep) ||
        readers[source] > 1)
      return tensorError(
          source, "the compiler takes it apart or turns it before it is "
                  "quantised, and the file has one tensor as it was: leave it "
                  "as it is (;" +
                      source + ":keep), or use llmc compile");
    changed[source] = weight;
  }
  return llvm::Error::success();
}

llvm::Error GgufOutput::planChanged(WeightOp weight, GgufPlace &place) {
  auto encoding = mlir::llm::getEncoding(weight.getType());
  std::optional<GgmlType> type = findGgmlType(encoding);
  if (!type) {
    std::string spelled;
    llvm::raw_string_ostream(spelled) << mlir::Attribute(encoding);
    return tensorError(place.name,
                       "GGML has no type with the numbers of " + spelled +
                           ": take group=32,scale=f16 with bits=4 or 5, or "
                           "with bits=8,zero=sym");
  }
  place.type = *type;
  auto [elems, bytes] = *getGgmlTypeBlock(*type);
  int64_t count = 1;
  for (int64_t size : place.shape)
    count *= size;
  place.bytes = static_cast<uint64_t>(count / elems * bytes);
  return llvm::Error::success();
}

llvm::Error GgufOutput::plan() {
  if (llvm::Error error = findChanged())
    return error;
  for (const GgufTensor &tensor : model.file.tensors) {
    if (!getGgmlTypeBlock(tensor.type))
      return tensorError(tensor.name, "has a type that llmc does not know, " +
                                          spellGgmlType(tensor.type));
    GgufPlace place{tensor.name.str(), tensor.shape, tensor.type,
                    tensor.bytes.size()};
    if (WeightOp weight = changed.lookup(tensor.name))
      if (llvm::Error error = planChanged(weight, place))
        return error;
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
GgufOutput::write(llvm::raw_pwrite_stream &stream,
                  llvm::function_ref<void(uint64_t, uint64_t)> progress) {
  stream << makeGgufHeader(model.file, places);
  stream.write_zeros(size() - stream.tell());
  for (auto [place, tensor] : llvm::zip(places, model.file.tensors)) {
    if (WeightOp weight = changed.lookup(place.name))
      made.push_back({weight, place.offset, place.bytes});
    else
      stream.pwrite(reinterpret_cast<const char *>(tensor.bytes.data()),
                    tensor.bytes.size(), place.offset);
  }
  return streamWeights(
      made,
      [&](WeightOp weight) {
        return makeBlocks(weight, compiler.getModel().weights);
      },
      [&](const PlannedWeight &weight, llvm::ArrayRef<uint8_t> bytes) {
        stream.pwrite(reinterpret_cast<const char *>(bytes.data()),
                      bytes.size(), weight.offset);
        progress(weight.offset + bytes.size(), size());
        return llvm::Error::success();
      });
}

/// The model's file, or why there is none to write another of.
static llvm::Expected<OpenedGguf> openModel(llvm::StringRef path) {
  auto buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  if (!(*buffer)->getBuffer().starts_with("GGUF"))
    return llvm::createStringError(
        path + ": quantize writes a GGUF file with the metadata of the model's "
               "own, and this is none: llmc compile --quantize takes it, or "
               "llama.cpp's convert_hf_to_gguf.py makes a GGUF file of it");
  return openGgufFiles(path);
}

static llvm::Error writeFile(Compiler &compiler, const OpenedGguf &model,
                             const QuantizeCommand &command, PendingFile &file,
                             Progress &progress) {
  GgufOutput output(compiler, model);
  if (llvm::Error error = output.plan())
    return error;
  std::error_code code;
  llvm::raw_fd_ostream stream(file.path(), code);
  if (code)
    return cannotWrite(command.output, code);
  llvm::Error error = output.write(stream, [&](uint64_t done, uint64_t all) {
    progress.showBytes(done, all);
  });
  stream.flush();
  code = stream.error();
  stream.clear_error();
  if (!error && code)
    error = cannotWrite(command.output, code);
  if (error)
    return error;
  progress.finish();
  if (!command.quiet)
    llvm::errs() << command.output << ": " << formatBytes(output.size())
                 << " in " << llvm::format("%.1f s", progress.seconds())
                 << "\n";
  return file.commit();
}

llvm::Error llmc::runQuantize(const QuantizeCommand &command) {
  auto destination = Destination::open(command.output, command.model);
  if (!destination)
    return destination.takeError();
  auto model = openModel(command.model);
  if (!model)
    return model.takeError();
  CompileOptions options = command.options;
  llvm::FileRemover statistics;
  if (llvm::Error error = prepareQuantizing(
          command.model, {CodeFormats::ggml, command.explain, command.quiet},
          options, statistics))
    return error;
  Progress progress(!command.quiet);
  Compiler compiler([&](Stage stage) { progress.startStage(stage); });
  if (command.explain)
    compiler.explain();
  if (llvm::Error error = compiler.import(command.model, options))
    return error;
  if (llvm::Error error = compiler.runUntil(Stage::optimize))
    return error;
  progress.startStage(Stage::emit);
  return writeFile(compiler, *model, command, destination->getFile(), progress);
}
