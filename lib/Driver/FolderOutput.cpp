//===- FolderOutput.cpp - a changed model as a Hugging Face folder --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Codes are what compressed-tensors calls pack-quantized, or float-quantized; floats that
// change have the type that the program has them in, which is the source's. All else is copied.
//===----------------------------------------------------------------------===//
#include "ChangedTensors.h"
#include "FolderConfig.h"
#include "ModelOutput.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Emit/PendingFolder.h"
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/FloatQuantized.h"
#include "llmc/Weights/PackQuantized.h"
#include "llmc/Weights/Safetensors.h"
#include "llmc/Weights/SafetensorsWriter.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <deque>

using namespace llmc;
using mlir::llm::WeightOp;

/// Of tensors in a file, as transformers cuts models.
static constexpr uint64_t mostShardBytes = 5'000'000'000;

namespace {

class FolderOutput : public ModelOutput {
public:
  FolderOutput(std::string model, std::string config,
               std::vector<std::string> companions, PendingFolder folder)
      : model(std::move(model)), config(std::move(config)),
        companions(std::move(companions)), folder(std::move(folder)) {}

  CodeFormats getFormats() const override { return CodeFormats::packQuantized; }
  llvm::Error
  write(Compiler &compiler, const SmallerModel &smaller,
        llvm::function_ref<void(uint64_t, uint64_t)> progress) override;
  llvm::Error commit() override { return folder.commit(); }
  uint64_t getSizeBytes() const override { return sizeBytes; }

private:
  llvm::Error openFiles(llvm::ArrayRef<std::string> paths);
  llvm::Error plan(const ChangedTensors &changed, const SmallerModel &smaller);
  llvm::Error planTensor(const SafeTensor &tensor, llvm::StringRef written,
                         const ChangedTensors &changed);
  llvm::Error planChanged(const SafeTensor &tensor, llvm::StringRef written,
                          WeightOp weight, llvm::ArrayRef<int64_t> shape);
  llvm::Error planCodes(const SafeTensor &tensor, llvm::StringRef written,
                        WeightOp weight, llvm::ArrayRef<int64_t> shape);
  void addPlace(const SafeTensor &tensor, llvm::ArrayRef<uint8_t> contents);
  void addPart(const llvm::Twine &name, llvm::StringRef dtype,
               llvm::ArrayRef<int64_t> shape, int64_t bytes,
               llvm::StringRef tensor);
  llvm::Error createFiles();
  llvm::Error copyTensors();
  llvm::Error writeText(llvm::StringRef name, llvm::StringRef text);
  llvm::Error writeTexts();

  /// What goes to a place: the bytes of the source, or rows of a tensor that changes.
  struct Contents {
    llvm::ArrayRef<uint8_t> bytes;
    std::string tensor; // empty: `bytes`
  };

  const std::string model;
  std::string config; // with the sizes that are written
  const std::vector<std::string> companions;
  PendingFolder folder;
  std::vector<std::unique_ptr<llvm::MemoryBuffer>> buffers;
  std::vector<SafeTensor> tensors; // of the model's files, in order
  std::vector<SafetensorsPlace> places;
  std::vector<Contents> contents;    // of the places
  std::deque<std::string> constants; // that contents point into
  std::vector<PackedModule> packed;
  std::vector<std::string> floats; // modules with a matrix of floats
  std::vector<SafetensorsLayout> layouts;
  std::deque<PlacedFile> files; // of the layouts
  uint64_t sizeBytes = 0;
};

} // namespace

//===----------------------------------------------------------------------===//
// What goes where
//===----------------------------------------------------------------------===//

/// Tools that read the format find codes of linears alone; transformers would make
/// random numbers of a table's.
static llvm::Error refuseTables(mlir::ModuleOp module) {
  mlir::SymbolTable symbols(module);
  std::string tensor, keep;
  module.walk([&](mlir::llm::EmbedOp embed) {
    auto param = embed.getTable().getDefiningOp<mlir::llm::ParamOp>();
    auto weight =
        param ? symbols.lookup<WeightOp>(param.getWeight()) : WeightOp();
    if (!weight || !weight.getSource() || !weight.getRecipe() ||
        llvm::none_of(*weight.getRecipe(),
                      llvm::IsaPred<mlir::llm::RoundStepAttr,
                                    mlir::llm::ConvertStepAttr>) ||
        llvm::isa<mlir::llm::FloatEncodingAttr>(
            mlir::llm::getEncoding(weight.getType())))
      return;
    tensor = weight.getSource()->str();
    keep += (";" + weight.getSymName() + ":keep").str();
  });
  if (tensor.empty())
    return llvm::Error::success();
  return tensorError(tensor, "is a table, and compressed-tensors has codes of "
                             "linears alone: put '" +
                                 keep + "' behind the SPEC");
}

/// The files that the model was read from, as they are: of some tensors the importer
/// reads nothing.
llvm::Error FolderOutput::openFiles(llvm::ArrayRef<std::string> paths) {
  for (const std::string &path : paths) {
    if (!llvm::StringRef(path).ends_with(".safetensors"))
      continue;
    auto buffer = openFile(path);
    if (!buffer)
      return buffer.takeError();
    auto found = parseSafetensors(path, bytesOf(**buffer));
    if (!found)
      return found.takeError();
    buffers.push_back(std::move(*buffer));
    llvm::append_range(tensors, *found);
  }
  return llvm::Error::success();
}

void FolderOutput::addPlace(const SafeTensor &tensor,
                            llvm::ArrayRef<uint8_t> bytes) {
  places.push_back({tensor.name, tensor.dtype, tensor.shape, bytes.size()});
  contents.push_back({bytes, ""});
}

void FolderOutput::addPart(const llvm::Twine &name, llvm::StringRef dtype,
                           llvm::ArrayRef<int64_t> shape, int64_t bytes,
                           llvm::StringRef tensor) {
  places.push_back({name.str(), dtype.str(), llvm::SmallVector<int64_t>(shape),
                    static_cast<uint64_t>(bytes)});
  contents.push_back({{}, tensor.str()});
}

/// What is made of a weight, without the layout of its codes.
static std::string spellChoice(WeightOp weight) {
  std::string text;
  llvm::raw_string_ostream(text)
      << mlir::Attribute(mlir::llm::getEncoding(weight.getType()));
  return text;
}

/// Why the format that such codes go into has no place for them; empty if it has.
static std::string refuseFormat(mlir::llm::EncodingAttrInterface encoding) {
  auto floats = llvm::dyn_cast<mlir::llm::FloatCodesAttr>(encoding);
  std::string problem =
      floats ? refuseFloatQuantized(floats) : refusePackQuantized(encoding);
  return problem.empty()
             ? ""
             : (floats ? "float-quantized " : "pack-quantized ") + problem;
}

/// "F16".
static llvm::StringRef getFloatDtype(mlir::FloatType type) {
  return type.isF16() ? "F16" : type.isBF16() ? "BF16" : "F32";
}

llvm::Error FolderOutput::planCodes(const SafeTensor &tensor,
                                    llvm::StringRef written, WeightOp weight,
                                    llvm::ArrayRef<int64_t> sizes) {
  auto encoding = mlir::llm::getEncoding(weight.getType());
  std::string keep = (" (;" + weight.getSymName() + ":keep leaves it)").str();
  if (std::string problem = refuseFormat(encoding); !problem.empty())
    return tensorError(tensor.name, spellChoice(weight) +
                                        ": compressed-tensors' " + problem +
                                        keep);
  llvm::StringRef stem = written;
  if (!stem.consume_back(".weight") || sizes.size() != 2)
    return tensorError(tensor.name,
                       "compressed-tensors has codes of a module's weight, a "
                       "matrix MODULE.weight, found shape " +
                           spellShape(tensor.shape) + keep);
  const int64_t rows = sizes[0], cols = sizes[1];
  if (auto codes = llvm::dyn_cast<mlir::llm::FloatCodesAttr>(encoding)) {
    FloatQuantized form{codes, cols};
    const int64_t scales = form.getRowScales();
    addPart(written, "F8_E4M3", {rows, cols}, rows * cols, tensor.name);
    addPart(stem + ".weight_scale", getFloatDtype(codes.getScale()),
            {rows, scales}, rows * scales * form.getScaleBytes(), tensor.name);
    packed.push_back({stem.str(), 8,
                      codes.getGroup() == cols ? 0 : codes.getGroup(),
                      /*isFloat=*/true});
    return llvm::Error::success();
  }
  PackQuantized form{llvm::cast<mlir::llm::GridAttr>(encoding), cols,
                     getScaleSpan(weight)};
  const int64_t words = form.getRowWords(), scales = form.getRowScales();
  addPart(stem + ".weight_packed", "I32", {rows, words}, rows * words * 4,
          tensor.name);
  addPart(stem + ".weight_scale", form.getScaleDtype(), {rows, scales},
          rows * scales * form.getScaleBytes(), tensor.name);
  std::string &shape = constants.emplace_back(16, '\0');
  llvm::support::endian::write64le(shape.data(), rows);
  llvm::support::endian::write64le(shape.data() + 8, cols);
  addPlace({(stem + ".weight_shape").str(), "I64", {2}, {}},
           llvm::arrayRefFromStringRef(shape));
  packed.push_back({stem.str(), form.grid.getGrid()->bits,
                    form.span == cols ? 0 : form.span});
  return llvm::Error::success();
}

llvm::Error FolderOutput::planChanged(const SafeTensor &tensor,
                                      llvm::StringRef written, WeightOp weight,
                                      llvm::ArrayRef<int64_t> shape) {
  auto encoding = mlir::llm::getEncoding(weight.getType());
  auto type = llvm::dyn_cast<mlir::llm::FloatEncodingAttr>(encoding);
  if (!type)
    return planCodes(tensor, written, weight, shape);
  for (llvm::StringRef dtype : {"F32", "F16", "BF16"})
    if (getSafetensorsEncoding(dtype, encoding.getContext()) == encoding)
      addPart(written, dtype, shape, encoding.getBytes(*countElements(shape)),
              tensor.name);
  return llvm::Error::success();
}

llvm::Error FolderOutput::planTensor(const SafeTensor &tensor,
                                     llvm::StringRef written,
                                     const ChangedTensors &changed) {
  // A head that is tied to a table which changes would be another one.
  auto isCopyOfChanged = [&] {
    return !changed.isRead(tensor.name) &&
           llvm::any_of(tensors, [&](const SafeTensor &other) {
             return changed.lookup(other.name) && other.shape == tensor.shape &&
                    other.dtype == tensor.dtype && other.bytes == tensor.bytes;
           });
  };
  const size_t codes = packed.size();
  if (WeightOp weight = changed.lookup(tensor.name)) {
    if (llvm::Error error =
            planChanged(tensor, written, weight, changed.getShape(tensor.name)))
      return error;
  } else if (!isCopyOfChanged()) {
    SafeTensor copy = tensor;
    copy.name = written.str();
    addPlace(copy, tensor.bytes);
  }
  llvm::StringRef stem = written;
  if (codes == packed.size() && tensor.shape.size() == 2 &&
      stem.consume_back(".weight"))
    floats.push_back(stem.str());
  return llvm::Error::success();
}

llvm::Error FolderOutput::plan(const ChangedTensors &changed,
                               const SmallerModel &smaller) {
  auto sizes = smaller.changeConfig(config);
  if (!sizes)
    return sizes.takeError();
  config = std::move(*sizes);
  bool hasHead = false;
  for (const SafeTensor &tensor : tensors) {
    hasHead |= tensor.name == "lm_head.weight";
    if (std::optional<std::string> written = smaller.getName(tensor.name))
      if (llvm::Error error = planTensor(tensor, *written, changed))
        return error;
  }
  if (!hasHead) // a module that is tied, but a Linear
    floats.push_back("lm_head");
  layouts = layOutSafetensors(places, mostShardBytes);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

llvm::Error FolderOutput::createFiles() {
  for (const SafetensorsLayout &layout : layouts) {
    auto pending = folder.add(layout.name);
    if (!pending)
      return pending.takeError();
    auto file =
        PlacedFile::open((*pending)->path(), folder.path(), layout.bytes);
    if (!file)
      return file.takeError();
    files.push_back(std::move(*file));
    if (llvm::Error error =
            files.back().write(0, llvm::arrayRefFromStringRef(layout.header)))
      return error;
    sizeBytes += layout.bytes;
  }
  return llvm::Error::success();
}

llvm::Error FolderOutput::copyTensors() {
  for (auto [place, content] : llvm::zip_equal(places, contents))
    if (content.tensor.empty())
      if (llvm::Error error =
              files[place.file].write(place.offset, content.bytes))
        return error;
  return llvm::Error::success();
}

static llvm::Expected<std::vector<uint8_t>> makeParts(WeightOp weight,
                                                      const WeightStore &all) {
  auto bytes = makeWeight(weight, all);
  if (!bytes)
    return bytes;
  auto encoding = mlir::llm::getEncoding(weight.getType());
  const int64_t cols = mlir::llm::getMatrixShape(weight.getType()).back();
  if (auto grid = llvm::dyn_cast<mlir::llm::GridAttr>(encoding))
    return PackQuantized{grid, cols, getScaleSpan(weight)}.pack(*bytes);
  if (auto codes = llvm::dyn_cast<mlir::llm::FloatCodesAttr>(encoding))
    return FloatQuantized{codes, cols}.unpack(*bytes);
  return bytes;
}

llvm::Error FolderOutput::writeText(llvm::StringRef name,
                                    llvm::StringRef text) {
  auto file = folder.add(name);
  if (!file)
    return file.takeError();
  return (*file)->write(text);
}

llvm::Error FolderOutput::writeTexts() {
  for (const std::string &name : companions) {
    if (name == "config.json")
      continue;
    llvm::SmallString<256> path(model);
    llvm::sys::path::append(path, name);
    auto text = llvm::MemoryBuffer::getFile(path);
    if (!text)
      return fileError(path, "",
                       "cannot be read: " + text.getError().message());
    if (llvm::Error error = writeText(name, (*text)->getBuffer()))
      return error;
  }
  if (layouts.size() > 1)
    if (llvm::Error error = writeText("model.safetensors.index.json",
                                      makeSafetensorsIndex(places, layouts)))
      return error;
  return writeText("config.json",
                   packed.empty()
                       ? config
                       : addQuantization(config, packed, std::move(floats)));
}

llvm::Error
FolderOutput::write(Compiler &compiler, const SmallerModel &smaller,
                    llvm::function_ref<void(uint64_t, uint64_t)> progress) {
  const WeightStore &weights = compiler.getModel().weights;
  auto changed = ChangedTensors::find(compiler.getModule(), weights,
                                      "a folder of safetensors");
  if (!changed)
    return changed.takeError();
  if (llvm::Error error = refuseTables(compiler.getModule()))
    return error;
  if (llvm::Error error = openFiles(compiler.getModel().files))
    return error;
  if (llvm::Error error = plan(*changed, smaller))
    return error;
  if (llvm::Error error = createFiles())
    return error;
  if (llvm::Error error = copyTensors())
    return error;
  ChangedTensors::Places rows;
  for (auto [place, content] : llvm::zip_equal(places, contents))
    if (!content.tensor.empty())
      rows[content.tensor].push_back(
          {&files[place.file], place.offset,
           place.bytes / countRows(changed->getShape(content.tensor))});
  if (llvm::Error error = changed->write(
          [&](WeightOp weight) { return makeParts(weight, weights); }, rows,
          progress))
    return error;
  return writeTexts();
}

llvm::Expected<std::unique_ptr<ModelOutput>>
llmc::openFolderOutput(const QuantizeCommand &command) {
  llvm::StringRef output = command.output;
  if (output.ends_with(".gguf"))
    return llvm::createStringError(
        "cannot write '" + output +
        "': of a folder becomes a folder, with its config.json and tokenizer: "
        "name one (-o " +
        output.drop_back(5) +
        "); llama.cpp's convert_hf_to_gguf.py makes a GGUF file of the model");
  auto config = readFloatConfig(command.model);
  if (!config)
    return config.takeError();
  auto companions = listCompanions(command.model);
  if (!companions)
    return companions.takeError();
  if (llvm::sys::fs::equivalent(output, command.model))
    return llvm::createStringError("cannot write '" + output +
                                   "': it is the model itself: give another "
                                   "name with -o");
  auto folder = PendingFolder::create(output);
  if (!folder)
    return folder.takeError();
  return std::make_unique<FolderOutput>(command.model, std::move(*config),
                                        std::move(*companions),
                                        std::move(*folder));
}
