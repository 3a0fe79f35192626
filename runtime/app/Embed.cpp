//===- Embed.cpp - the vectors of texts -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command of what Embedder.h does: texts of the command line or a file's lines,
// and vectors as text or .npy.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Npy.h"

#include "llmrt/Embedder.h"

#include <charconv>

using namespace llmrt;
using namespace llmrt::app;

namespace {

/// The text of the command line, or the lines of a file.
Expected<std::vector<std::string>> readTexts(const Application &program,
                                             const EmbedOptions &options) {
  if (options.file.empty() && options.text.empty())
    return Status::error("nothing to embed: give a TEXT, or -f FILE with one "
                         "text on each line");
  if (options.file.empty())
    return std::vector<std::string>{options.text};
  constexpr size_t mostBytes = size_t(1) << 30;
  auto all = program.readChecked(options.file, mostBytes);
  if (!all)
    return all.status();
  if (all->size() > mostBytes)
    return Status::error(options.file + ": is larger than 1 GiB: split it");
  std::vector<std::string> texts;
  for (size_t begin = 0; begin < all->size();) {
    const size_t end = std::min(all->find('\n', begin), all->size());
    texts.push_back(all->substr(begin, end - begin));
    if (texts.back().ends_with('\r'))
      texts.back().pop_back();
    begin = end + 1;
  }
  if (texts.empty())
    return Status::error(options.file + ": is empty: give one text on each "
                                        "line");
  return texts;
}

/// One JSON array of numbers on each line.
Status printVectors(Output &out, std::span<const float> vectors, size_t width) {
  for (size_t begin = 0; begin < vectors.size(); begin += width) {
    std::string line = "[";
    for (float number : vectors.subspan(begin, width)) {
      char digits[32];
      line.append(line.size() > 1 ? ", " : "");
      line.append(digits,
                  std::to_chars(digits, digits + sizeof digits, number).ptr);
    }
    if (Status status = out.write(line + "]\n"); !status)
      return status;
  }
  return Status::ok();
}

Status writeVectors(const std::string &path, std::span<const float> vectors,
                    size_t width) {
  auto output = PendingOutput::create(path);
  if (!output)
    return output.status();
  const int64_t shape[] = {static_cast<int64_t>(vectors.size() / width),
                           static_cast<int64_t>(width)};
  const std::string header = npyHeader(shape);
  auto bytes = std::as_bytes(vectors);
  for (std::string_view part :
       {std::string_view(header),
        std::string_view(reinterpret_cast<const char *>(bytes.data()),
                         bytes.size())})
    if (Status status = output->write(part); !status)
      return status;
  return output->keep();
}

} // namespace

Status app::embed(Application &program, const EmbedOptions &options) {
  EmbedderOptions wanted;
  if (!options.pooling.empty())
    wanted.pooling = options.pooling == "cls" ? Pooling::Cls : Pooling::Mean;
  wanted.normalize = options.normalize;
  wanted.truncate = options.truncate;
  wanted.batch = options.batch;
  wanted.threads = options.threads;
  wanted.words = {"give --pooling mean or --pooling cls",
                  "give --truncate to embed its beginning",
                  "'call' runs it on token ids in .npy files", "line", 1};
  auto embedder = Embedder::create(program, std::move(wanted));
  if (!embedder)
    return embedder.status();
  auto texts = readTexts(program, options);
  if (!texts)
    return texts.status();
  const auto width = static_cast<size_t>((*embedder)->columns());
  std::vector<float> vectors(texts->size() * width);
  if (Status status = (*embedder)->embed(*texts, vectors); !status)
    return status;
  return options.out.empty() ? printVectors(program.out, vectors, width)
                             : writeVectors(options.out, vectors, width);
}
