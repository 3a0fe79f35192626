//===- KeyReader.h - many keys, one error -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A builder reads a dozen sizes in a row. These readers return a harmless value
// after a failure and keep the first error for `takeError`.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_KEYREADER_H
#define LLMC_LIB_IMPORT_KEYREADER_H

#include "Source.h"

namespace llmc {

/// Keeps the first error of a sequence of reads.
class KeyReader {
public:
  llvm::Error takeError();

protected:
  template <typename T> T keep(llvm::Expected<T> value, T harmless) {
    if (value)
      return *value;
    std::string message = llvm::toString(value.takeError());
    if (problem.empty())
      problem = message;
    return harmless;
  }

private:
  std::string problem;
};

/// Reads `<architecture>.<key>` of a GGUF file.
class GgufKeys : public KeyReader {
public:
  GgufKeys(const GgufFile &file, llvm::StringRef architecture)
      : file(file), prefix(architecture.str() + ".") {}

  /// From 1 to `max`.
  int64_t integer(llvm::StringRef key, int64_t max);
  int64_t integer(llvm::StringRef key, int64_t max, int64_t absent);
  /// An integer, or an array of equal integers, one per layer.
  int64_t perLayer(llvm::StringRef key, int64_t max, int64_t absent = 0);
  double number(llvm::StringRef key, double min, double max);
  double number(llvm::StringRef key, double min, double max, double absent);

private:
  const GgufFile &file;
  std::string prefix;
};

/// Reads the keys of a config.json.
class HfKeys : public KeyReader {
public:
  explicit HfKeys(HfConfig &config) : config(config) {}

  int64_t integer(llvm::StringRef key, int64_t max); // from 1
  int64_t integer(llvm::StringRef key, int64_t max, int64_t absent);
  double number(llvm::StringRef key, double min, double max, double absent);
  bool flag(llvm::StringRef key, bool absent);

private:
  HfConfig &config;
};

/// The activation that a config names in transformers' words.
llvm::Expected<mlir::llm::ActFn>
readHfActivation(HfConfig &config, llvm::StringRef key, llvm::StringRef absent);

/// Of the keys of config.json that were not read and are neither those that
/// every config has and nothing depends on, nor `alsoKnown`: fails on one that
/// is about the model's structure or numbers, by the words of its name, and
/// warns of the others, which tools leave behind.
llvm::Error rejectUnreadHfKeys(Source &source,
                               llvm::ArrayRef<llvm::StringRef> alsoKnown);

/// Fails on a key `<architecture>.*` that is not known and is not zero or
/// false.
llvm::Error rejectUnknownGgufKeys(const GgufFile &file,
                                  llvm::StringRef architecture,
                                  llvm::ArrayRef<llvm::StringRef> known);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_KEYREADER_H
