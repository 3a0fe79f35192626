//===- Graphemes.cpp - where characters that belong together end ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules GB3 to GB13 of Unicode Annex 29, each a line.
//===----------------------------------------------------------------------===//
#include "Graphemes.h"

#include "Unicode.h"
#include "Utf8.h"

using namespace llmrt;
using namespace llmrt::text;

namespace {

using Class = GraphemeClass;

bool isBreak(Class c) {
  return c == Class::CarriageReturn || c == Class::LineFeed ||
         c == Class::Control;
}

/// What stands before a place in a cluster, as far as the rules ask.
struct Before {
  Class last;
  size_t indicators; // regional ones in a row
  bool inPictograph; // a pictograph and then Extend only
};

bool joins(const Before &before, Class next) {
  Class last = before.last;
  if (last == Class::CarriageReturn) // GB3, GB4
    return next == Class::LineFeed;
  if (isBreak(last) || isBreak(next)) // GB4, GB5
    return false;
  if (last == Class::L) // GB6
    if (next == Class::L || next == Class::V || next == Class::LV ||
        next == Class::LVT)
      return true;
  if (last == Class::LV || last == Class::V) // GB7
    if (next == Class::V || next == Class::T)
      return true;
  if ((last == Class::LVT || last == Class::T) && next == Class::T) // GB8
    return true;
  if (next == Class::Extend || next == Class::Joiner ||
      next == Class::SpacingMark || last == Class::Prepend) // GB9, a, b
    return true;
  if (last == Class::Joiner && before.inPictograph &&
      next == Class::Pictographic) // GB11
    return true;
  return last == Class::RegionalIndicator && next == Class::RegionalIndicator &&
         before.indicators % 2 == 1; // GB12, GB13
}

} // namespace

size_t text::graphemeEnd(std::string_view text, size_t begin) {
  size_t end = begin;
  Class first = graphemeClass(nextCodePoint(text, end));
  Before before = {first, first == Class::RegionalIndicator,
                   first == Class::Pictographic};
  while (end < text.size()) {
    size_t next = end;
    Class c = graphemeClass(nextCodePoint(text, next));
    if (!joins(before, c))
      break;
    bool extends = c == Class::Extend || c == Class::Joiner;
    before = {c, c == Class::RegionalIndicator ? before.indicators + 1 : 0,
              c == Class::Pictographic || (before.inPictograph && extends)};
    end = next;
  }
  return end;
}
