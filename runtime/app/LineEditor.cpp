//===- LineEditor.cpp - a line of a terminal, edited ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only file that knows libedit, which is linked into every program together
// with libtinfo: a terminal that the machine has no description of is one
// without editing. Bytes are read and decoded here: libedit's own reader goes
// on after a signal, and follows a locale that may not be UTF-8.
//===----------------------------------------------------------------------===//
#include "LineEditor.h"

#include "Interrupts.h"
#include "Output.h"
#include "Utf8.h"

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <histedit.h>
#include <langinfo.h>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

//===----------------------------------------------------------------------===//
// Characters
//===----------------------------------------------------------------------===//

/// libedit asks the locale what can be shown and how wide it is. Models speak
/// UTF-8 wherever they run.
static void useUtf8() {
  setlocale(LC_CTYPE, "");
  for (const char *name : {"C.UTF-8", "C.utf8", "en_US.UTF-8"}) {
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
      return;
    setlocale(LC_CTYPE, name);
  }
}

static std::string narrow(std::wstring_view text) {
  std::string bytes;
  for (wchar_t character : text)
    text::appendUtf8(bytes, static_cast<uint32_t>(character));
  return bytes;
}

static std::wstring widen(std::string_view bytes) {
  std::wstring wide;
  while (!bytes.empty()) {
    const text::Utf8Step step = text::readUtf8(bytes);
    wide += static_cast<wchar_t>(step.codePoint);
    bytes.remove_prefix(step.length);
  }
  return wide;
}

namespace {

/// Bytes of a descriptor as characters; what is malformed becomes U+FFFD.
class CharacterReader {
public:
  explicit CharacterReader(int descriptor) : descriptor(descriptor) {}

  /// As readInterruptibly: 1, 0 at the end, -1.
  ssize_t next(wchar_t &character) {
    for (;;) {
      if (!pending.empty()) {
        const text::Utf8Step step = text::readUtf8(pending);
        if (step.kind != text::Utf8Step::Truncated) {
          character = static_cast<wchar_t>(step.codePoint);
          pending.erase(0, step.length);
          return 1;
        }
      }
      char byte;
      if (ssize_t got = readInterruptibly(descriptor, &byte, 1); got <= 0)
        return got;
      pending += byte;
    }
  }

private:
  int descriptor;
  std::string pending; // the beginning of a character
};

} // namespace

//===----------------------------------------------------------------------===//
// The editor
//===----------------------------------------------------------------------===//

struct LineEditor::Impl {
  Impl(int in, int out);
  ~Impl();

  static Impl *of(EditLine *editor) {
    void *self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return static_cast<Impl *>(self);
  }
  static int readCharacter(EditLine *editor, wchar_t *character);
  static unsigned char paste(EditLine *editor, int);
  static unsigned char breakLine(EditLine *editor, int);
  void bindKeys();
  /// Asks the terminal to put marks around pasted text, or no longer.
  void markPastes(bool wanted);

  int out;
  CharacterReader characters;
  FILE *input, *output;
  EditLine *editor;
  HistoryW *history;
  const char *prompt = "";
  const bool canMark; // the terminal may be asked to mark pasted text
  bool marks = false;
};

static bool mayMarkPastes() {
  const char *terminal = std::getenv("TERM");
  return terminal && *terminal && std::strcmp(terminal, "dumb") != 0;
}

LineEditor::Impl::Impl(int in, int out)
    : out(out), characters(in), input(fdopen(dup(in), "r")),
      output(fdopen(dup(out), "w")), canMark(mayMarkPastes()) {
  useUtf8();
  editor = el_init_fd("llmrt", input, output, output, in, out, out);
  history = history_winit();
  el_set(editor, EL_CLIENTDATA, this);
  el_set(editor, EL_SIGNAL, 0);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_GETCFN, readCharacter);
  el_set(
      editor, EL_PROMPT,
      +[](EditLine *asking) { return const_cast<char *>(of(asking)->prompt); });
  HistEventW event;
  history_w(history, &event, H_SETSIZE, 1000);
  history_w(history, &event, H_SETUNIQUE, 1);
  el_wset(editor, EL_HIST, history_w, history);
  bindKeys();
}

LineEditor::Impl::~Impl() {
  history_wend(history);
  el_end(editor);
  fclose(input);
  fclose(output);
}

void LineEditor::Impl::markPastes(bool wanted) {
  if (!canMark || wanted == marks)
    return;
  marks = wanted;
  (void)writeAll(out, wanted ? "\033[?2004h" : "\033[?2004l");
}

void LineEditor::Impl::bindKeys() {
  el_set(editor, EL_ADDFN, "llmrt-paste", "Insert a pasted block", paste);
  el_set(editor, EL_ADDFN, "llmrt-break", "Begin another line", breakLine);
  static constexpr const char *keys[][2] = {
      {"\033[200~", "llmrt-paste"},  {"\033\r", "llmrt-break"}, // Alt-Enter
      {"\033\n", "llmrt-break"},     {"\033[3~", "ed-delete-next-char"},
      {"\033[1~", "ed-move-to-beg"}, {"\033[4~", "ed-move-to-end"},
      {"\033[7~", "ed-move-to-beg"}, {"\033[8~", "ed-move-to-end"},
      {"\033[1;5C", "em-next-word"}, // Ctrl and an arrow
      {"\033[1;5D", "ed-prev-word"}, {"^R", "em-inc-search-prev"},
      {"^W", "ed-delete-prev-word"},
  };
  for (const auto &[key, command] : keys)
    el_set(editor, EL_BIND, key, command, nullptr);
}

int LineEditor::Impl::readCharacter(EditLine *editor, wchar_t *character) {
  Impl &self = *of(editor);
  self.markPastes(true); // now that the terminal does not echo any more
  for (;;) {
    const ssize_t got = self.characters.next(*character);
    if (got >= 0 || errno != EINTR || interrupted())
      return static_cast<int>(got);
    if (!terminalChanged())
      continue;
    el_set(editor, EL_PREP_TERM, 0); // a shell may have set it otherwise
    el_set(editor, EL_PREP_TERM, 1);
    el_resize(editor);
    el_set(editor, EL_REFRESH);
  }
}

/// Up to the mark of its end; what moves cursors or rings bells is no text.
unsigned char LineEditor::Impl::paste(EditLine *editor, int) {
  constexpr std::wstring_view end = L"\033[201~";
  std::wstring text;
  while (!text.ends_with(end)) {
    wchar_t character;
    if (el_wgetc(editor, &character) != 1)
      return CC_ERROR;
    text += character == L'\r' ? L'\n' : character;
  }
  text.resize(text.size() - end.size());
  std::erase_if(text, [](wchar_t c) {
    return (c < 0x20 && c != L'\n' && c != L'\t') || c == 0x7f;
  });
  if (!text.empty() && el_winsertstr(editor, text.c_str()) != 0)
    return CC_ERROR;
  return CC_REFRESH;
}

unsigned char LineEditor::Impl::breakLine(EditLine *editor, int) {
  return el_winsertstr(editor, L"\n") == 0 ? CC_REFRESH : CC_ERROR;
}

LineEditor::LineEditor(int in, int out)
    : impl(std::make_unique<Impl>(in, out)) {}
LineEditor::~LineEditor() = default;

Line LineEditor::next(const char *prompt, std::string &text) {
  impl->prompt = prompt;
  int count = 0;
  const wchar_t *line = el_wgets(impl->editor, &count);
  const Line result = line && count > 0            ? Line::Text
                      : count < 0 && interrupted() ? Line::Interrupted
                                                   : Line::End;
  text.clear();
  if (result == Line::Text)
    text = narrow({line, static_cast<size_t>(count)});
  if (text.ends_with('\n'))
    text.pop_back();
  if (result == Line::Interrupted)
    el_reset(impl->editor);
  impl->markPastes(false);
  return result;
}

void LineEditor::remember(const std::string &text) {
  HistEventW event;
  history_w(impl->history, &event, H_ENTER, widen(text).c_str());
}
