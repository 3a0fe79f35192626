//===- Sequence.h - a sequence of an engine, closed at the end ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_SEQUENCE_H
#define LLMRT_SEQUENCE_H

#include "llmrt/Engine.h"

#include <utility>

namespace llmrt {

/// Owns an open sequence. The engine must outlive it.
class Sequence {
public:
  static Expected<Sequence> open(Engine &engine) {
    auto number = engine.open();
    if (!number)
      return number.status();
    return Sequence(engine, *number);
  }
  Sequence(Sequence &&other) noexcept
      : engine(std::exchange(other.engine, nullptr)), index(other.index) {}
  Sequence &operator=(Sequence &&other) noexcept {
    std::swap(engine, other.engine);
    std::swap(index, other.index);
    return *this;
  }
  ~Sequence() {
    if (engine)
      (void)engine->close(index).failed(); // it is open: nobody else closes it
  }

  int32_t number() const { return index; }

private:
  Sequence(Engine &engine, int32_t index) : engine(&engine), index(index) {}

  Engine *engine;
  int32_t index;
};

} // namespace llmrt

#endif // LLMRT_SEQUENCE_H
