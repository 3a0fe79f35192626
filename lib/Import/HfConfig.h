//===- HfConfig.h - typed access to config.json -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Remembers which keys were asked for: a key that nobody reads could change the
// model's meaning, so it is an error unless it is known not to.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_HFCONFIG_H
#define LLMC_LIB_IMPORT_HFCONFIG_H

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <memory>
#include <string>
#include <vector>

namespace llmc {

/// One JSON object. A key whose value is null counts as absent. Errors name the
/// file, the key, the rule and what was found.
class HfConfig {
public:
  HfConfig(std::string fileName, llvm::json::Object fields,
           std::string prefix = "")
      : fileName(std::move(fileName)), prefix(std::move(prefix)),
        fields(std::move(fields)) {}

  bool has(llvm::StringRef key) const;
  /// Whether the object has the key, be it with null: what transformers then takes
  /// instead of its default.
  bool names(llvm::StringRef key) const { return fields.get(key) != nullptr; }
  llvm::Expected<int64_t> getInteger(llvm::StringRef key, int64_t min,
                                     int64_t max);
  llvm::Expected<int64_t> getInteger(llvm::StringRef key, int64_t min,
                                     int64_t max, int64_t absent);
  llvm::Expected<double> getFloat(llvm::StringRef key, double min, double max);
  llvm::Expected<double> getFloat(llvm::StringRef key, double min, double max,
                                  double absent);
  llvm::Expected<bool> getBool(llvm::StringRef key, bool absent);
  llvm::Expected<std::string> getString(llvm::StringRef key);
  llvm::Expected<std::string> getString(llvm::StringRef key,
                                        llvm::StringRef absent);
  /// A list of strings; empty when absent.
  llvm::Expected<std::vector<std::string>> getStrings(llvm::StringRef key);
  /// One integer or a list of them; empty when absent.
  llvm::Expected<std::vector<int64_t>> getIntegers(llvm::StringRef key,
                                                   int64_t min, int64_t max);
  /// A list of numbers; empty when absent.
  llvm::Expected<std::vector<double>> getFloats(llvm::StringRef key, double min,
                                                double max);
  /// An object inside this one; null when absent.
  llvm::Expected<std::unique_ptr<HfConfig>> getObject(llvm::StringRef key);

  /// The keys with a value other than null or false that were neither read nor
  /// are one of `ignored`, in alphabetical order.
  std::vector<std::string>
  getUnread(llvm::ArrayRef<llvm::StringRef> ignored) const;
  /// Fails if there are any.
  llvm::Error rejectUnread(llvm::ArrayRef<llvm::StringRef> ignored) const;
  /// The error of a key that should have been read.
  llvm::Error failUnread(llvm::StringRef key) const;
  /// The error of `key`: `message`, found the value.
  llvm::Error fail(llvm::StringRef key, const llvm::Twine &message) const;

private:
  std::string fileName, prefix;
  llvm::json::Object fields;
  llvm::StringSet<> read;

  const llvm::json::Value *find(llvm::StringRef key);
};

} // namespace llmc

#endif // LLMC_LIB_IMPORT_HFCONFIG_H
