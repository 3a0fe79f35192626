//===- TextStream.cpp - generated tokens to text --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/TextStream.h"

#include <algorithm>

using namespace llmrt;

StopFilter::StopFilter(std::vector<std::string> given)
    : stops(std::move(given)) {
  std::erase(stops, ""); // an empty text would end every answer at once
}

std::string StopFilter::push(std::string_view text) {
  if (found)
    return {};
  held += text;
  size_t first = std::string::npos;
  for (const std::string &stop : stops)
    first = std::min(first, held.find(stop));
  if (first != std::string::npos) {
    found = true;
    std::string shown = held.substr(0, first);
    held.clear();
    return shown;
  }
  // The longest end of the text that begins a stop string waits.
  size_t waiting = 0;
  for (const std::string &stop : stops)
    for (size_t n = std::min(stop.size() - 1, held.size()); n > waiting; --n)
      if (held.compare(held.size() - n, n, stop, 0, n) == 0)
        waiting = n;
  std::string shown = held.substr(0, held.size() - waiting);
  held.erase(0, held.size() - waiting);
  return shown;
}

std::string StopFilter::flush() {
  std::string rest = std::move(held);
  held.clear();
  return rest;
}

std::string TextStream::push(int32_t token) {
  return detokenizer ? stops.push(detokenizer->push(token)) : std::string();
}

std::string TextStream::finish() {
  if (!detokenizer || stops.stopped())
    return {};
  std::string rest = stops.push(detokenizer->flush());
  return rest + stops.flush();
}
