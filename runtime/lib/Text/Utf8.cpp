//===- Utf8.cpp - reading and repairing UTF-8 -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One decoder serves repair, validation and streaming, so they cannot disagree
// about where an invalid sequence ends.
//===----------------------------------------------------------------------===//
#include "Utf8.h"

#include "llmrt/Tokenizer.h"

#include <algorithm>
#include <cassert>
#include <cstring>

using namespace llmrt;
using namespace llmrt::text;

namespace {

constexpr uint32_t replacement = 0xFFFD;

/// What a lead byte asks for: the length, and the range of the second byte,
/// which alone excludes overlong forms, surrogates and values past U+10FFFF.
struct Lead {
  uint8_t length;
  uint8_t low;
  uint8_t high;
};

Lead readLead(uint8_t byte) {
  if (byte < 0x80)
    return {1, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF)
    return {2, 0x80, 0xBF};
  if (byte >= 0xE0 && byte <= 0xEF)
    return {3, uint8_t(byte == 0xE0 ? 0xA0 : 0x80),
            uint8_t(byte == 0xED ? 0x9F : 0xBF)};
  if (byte >= 0xF0 && byte <= 0xF4)
    return {4, uint8_t(byte == 0xF0 ? 0x90 : 0x80),
            uint8_t(byte == 0xF4 ? 0x8F : 0xBF)};
  return {0, 0, 0};
}

} // namespace

Utf8Step text::readUtf8(std::string_view bytes) {
  assert(!bytes.empty() && "there is a character to read");
  uint8_t first = bytes[0];
  Lead lead = readLead(first);
  if (lead.length == 1)
    return {1, first, Utf8Step::Valid};
  if (lead.length == 0)
    return {1, replacement, Utf8Step::Invalid};
  uint32_t codePoint = first & (0x7F >> lead.length);
  for (size_t i = 1; i < lead.length; ++i) {
    if (i == bytes.size())
      return {i, replacement, Utf8Step::Truncated};
    uint8_t byte = bytes[i];
    uint8_t low = i == 1 ? lead.low : 0x80;
    uint8_t high = i == 1 ? lead.high : 0xBF;
    if (byte < low || byte > high)
      return {i, replacement, Utf8Step::Invalid};
    codePoint = codePoint << 6 | (byte & 0x3F);
  }
  return {lead.length, codePoint, Utf8Step::Valid};
}

uint32_t text::nextCodePoint(std::string_view text, size_t &position) {
  Utf8Step step = readUtf8(text.substr(position));
  assert(step.kind == Utf8Step::Valid && "the text was repaired before");
  position += step.length;
  return step.codePoint;
}

size_t text::countCharacters(std::string_view text) {
  return size_t(std::count_if(text.begin(), text.end(), [](char byte) {
    return (uint8_t(byte) & 0xC0) != 0x80;
  }));
}

void text::appendUtf8(std::string &out, uint32_t codePoint) {
  assert(codePoint <= 0x10FFFF && (codePoint < 0xD800 || codePoint > 0xDFFF) &&
         "only characters have a UTF-8 form");
  if (codePoint < 0x80) {
    out += char(codePoint);
    return;
  }
  if (codePoint < 0x800) {
    out += char(0xC0 | codePoint >> 6);
  } else if (codePoint < 0x10000) {
    out += char(0xE0 | codePoint >> 12);
    out += char(0x80 | (codePoint >> 6 & 0x3F));
  } else {
    out += char(0xF0 | codePoint >> 18);
    out += char(0x80 | (codePoint >> 12 & 0x3F));
    out += char(0x80 | (codePoint >> 6 & 0x3F));
  }
  out += char(0x80 | (codePoint & 0x3F));
}

size_t llmrt::validUtf8Bytes(std::string_view text) {
  size_t place = 0;
  while (place < text.size()) {
    Utf8Step step = readUtf8(text.substr(place));
    if (step.kind != Utf8Step::Valid)
      break;
    place += step.length;
  }
  return place;
}

bool text::isValidUtf8(std::string_view bytes) {
  return validUtf8Bytes(bytes) == bytes.size();
}

std::string text::repairUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    Utf8Step step = readUtf8(bytes);
    appendUtf8(out, step.codePoint);
    bytes.remove_prefix(step.length);
  }
  return out;
}

std::string text::takeCompleteUtf8(std::string &pending) {
  std::string out;
  std::string_view bytes = pending;
  while (!bytes.empty()) {
    Utf8Step step = readUtf8(bytes);
    if (step.kind == Utf8Step::Truncated)
      break;
    appendUtf8(out, step.codePoint);
    bytes.remove_prefix(step.length);
  }
  pending.erase(0, pending.size() - bytes.size());
  return out;
}

size_t text::findText(std::string_view text, std::string_view wanted,
                      size_t from) {
  assert(from <= text.size() && "a search begins in the text or at its end");
  if (wanted.empty())
    return from;
  // glibc's is the two-way search.
  const void *found = ::memmem(text.data() + from, text.size() - from,
                               wanted.data(), wanted.size());
  return found ? size_t(static_cast<const char *>(found) - text.data())
               : text.npos;
}

size_t text::findLastText(std::string_view text, std::string_view wanted) {
  std::string backward(text.rbegin(), text.rend());
  std::string wantedBackward(wanted.rbegin(), wanted.rend());
  size_t found = findText(backward, wantedBackward, 0);
  return found == text.npos ? found : text.size() - found - wanted.size();
}
