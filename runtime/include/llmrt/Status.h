//===- Status.h - errors as values ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime is linked into programs that may be built without exceptions, so
// a failure is a value: one sentence that says what was asked, what was found
// and what to do. `Expected<T>` is either a value or such a failure.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_STATUS_H
#define LLMRT_STATUS_H

#include <cassert>
#include <optional>
#include <string>
#include <utility>

namespace llmrt {

/// Success, or a failure with its message (lower case, no full stop).
class [[nodiscard]] Status {
public:
  static Status ok() { return Status(); }
  static Status error(std::string message) {
    Status status;
    status.text = std::move(message);
    return status;
  }
  bool failed() const { return text.has_value(); }
  explicit operator bool() const { return !failed(); }
  /// The message of a failure; empty on success.
  const std::string &message() const {
    static const std::string none;
    return text ? *text : none;
  }

private:
  Status() = default;
  std::optional<std::string> text;
};

/// A `T`, or a failure. `*expected` asserts success; check it first.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T value) : held(std::move(value)) {}
  Expected(Status failure) : state(std::move(failure)) {
    assert(state.failed() && "an Expected without a value needs a failure");
  }
  explicit operator bool() const { return held.has_value(); }
  T &operator*() { return *held; }
  const T &operator*() const { return *held; }
  T *operator->() { return &*held; }
  const T *operator->() const { return &*held; }
  const Status &status() const { return state; }
  const std::string &message() const { return state.message(); }

private:
  Status state = Status::ok();
  std::optional<T> held;
};

} // namespace llmrt

#endif // LLMRT_STATUS_H
