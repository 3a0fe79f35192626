//===- DecoderKeys.h - one fact, whichever source says it -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_IMPORT_DECODERKEYS_H
#define LLMC_LIB_IMPORT_DECODERKEYS_H

#include "KeyReader.h"

namespace llmc {

/// What sources call a fact: the keys of config.json, of which a model has one
/// ("n_layer|num_hidden_layers"), and the key below a GGUF architecture. Empty
/// where the source never says it.
struct Key {
  llvm::StringRef folder, gguf;
};

/// Reads keys of either source; after a failure a harmless value, and the first
/// error is kept. Remembers what was asked for, see `rejectUnread`.
class DecoderKeys {
public:
  explicit DecoderKeys(Source &source);

  bool isGguf() const { return source.kind == SourceKind::Gguf; }
  bool has(Key key) const;
  int64_t integer(Key key, int64_t max); // from 1
  int64_t integer(Key key, int64_t max, int64_t absent);
  int64_t count(Key key, int64_t max, int64_t absent); // from 0
  /// Of a GGUF file also an array of equal ones, one per layer. Required where
  /// `absent` is 0.
  int64_t perLayer(Key key, int64_t max, int64_t absent);
  double number(Key key, double min, double max, double absent);
  double number(Key key, double min, double max); // required
  bool flag(Key key, bool absent);
  std::string text(Key key, llvm::StringRef absent);
  std::vector<std::string> texts(Key key);
  /// Zero or more; a flag per layer is an integer per layer too.
  std::vector<int64_t> integers(Key key, int64_t min, int64_t max);
  /// The activation, in transformers' words; GGUF files never say it.
  mlir::llm::ActFn activation(Key key, llvm::StringRef absent);
  /// Keys that say nothing of the model's meaning.
  void ignore(std::initializer_list<Key> keys);

  void fail(const llvm::Twine &place, const llvm::Twine &message);
  /// The error of a key: `message`, found the value.
  void failKey(Key key, const llvm::Twine &message);
  /// Whether the source has a tensor of this name.
  bool hasTensor(llvm::StringRef name) const {
    return source.weights.find(name);
  }
  /// The first error so far.
  llvm::Error takeError();
  /// Fails on a key that could change the meaning and that nobody asked for.
  llvm::Error rejectUnread();

  Source &source;

private:
  std::optional<GgufKeys> gguf;
  std::optional<HfKeys> folder;
  std::string problem;
  std::vector<std::string> readGguf, ignoredFolder;

  std::string find(Key key); // the source's own name; empty: it has none
  template <typename T> T keep(llvm::Expected<T> value, T harmless);
};

} // namespace llmc

#endif // LLMC_LIB_IMPORT_DECODERKEYS_H
