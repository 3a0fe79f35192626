//===- Chat.cpp - a conversation ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every turn renders the whole conversation; what the cache already holds of it
// stays there, so a turn costs its new tokens only.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Report.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

namespace {

volatile sig_atomic_t interrupted = 0;

/// While it lives, Ctrl-C sets `interrupted` and ends a waiting read.
class InterruptScope {
public:
  InterruptScope() {
    struct sigaction action = {};
    action.sa_handler = [](int) { interrupted = 1; };
    sigaction(SIGINT, &action, &previous);
  }
  ~InterruptScope() { sigaction(SIGINT, &previous, nullptr); }

private:
  struct sigaction previous;
};

enum class Line { Text, Interrupted, End };

/// Lines of a descriptor without the line end.
class LineReader {
public:
  explicit LineReader(int descriptor) : descriptor(descriptor) {}

  Line next(std::string &line) {
    for (;;) {
      if (size_t end = buffered.find('\n'); end != std::string::npos) {
        line = buffered.substr(0, end + 1);
        buffered.erase(0, end + 1);
        dropLineEnd(line);
        return Line::Text;
      }
      char bytes[4096];
      ssize_t got = read(descriptor, bytes, sizeof bytes);
      if (got < 0 && errno == EINTR && interrupted)
        return Line::Interrupted;
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0) {
        line = std::exchange(buffered, {});
        return line.empty() ? Line::End : Line::Text;
      }
      buffered.append(bytes, static_cast<size_t>(got));
    }
  }

private:
  int descriptor;
  std::string buffered;
};

/// One sequence that follows the conversation.
class ChatSession {
public:
  ChatSession(Application &program, Engine &engine,
              const GenerateOptions &options, Sequence sequence)
      : program(program), engine(engine), options(options),
        kept{std::move(sequence)}, scheduler(engine) {}

  /// Streams the answer to a prompt; the answer's text is the result.
  Expected<std::string> answer(std::vector<int32_t> prompt);

private:
  Application &program;
  Engine &engine;
  const GenerateOptions &options;
  KeptSequence kept;
  FirstComeFirstServed scheduler;
};

Expected<std::string> ChatSession::answer(std::vector<int32_t> prompt) {
  if (static_cast<int64_t>(prompt.size()) > engine.options().context)
    return Status::error(
        "the conversation has " + std::to_string(prompt.size()) +
        " tokens: the context holds " +
        std::to_string(engine.options().context) + "; /clear starts a new one");
  TextStream text(program.tokenizer(), options.stops);
  std::string answer;
  Status written = Status::ok();
  auto show = [&](const std::string &piece) {
    answer += piece;
    written = program.out.write(piece);
  };
  GenerationRequest request = {std::move(prompt), options.maxTokens,
                               options.sampler};
  if (!options.ignoreEos)
    request.endIds = program.endIds();
  request.kept = &kept;
  Status status = llmrt::generate(
      scheduler, {std::move(request)}, [&](size_t, int32_t token) {
        show(text.push(token));
        return written && !text.stopped() && !interrupted;
      });
  if (status && written)
    show(text.finish() + "\n");
  if (!written)
    return written;
  if (!status)
    return status;
  answer.pop_back(); // the line's end
  return answer;
}

/// Reads lines and answers them until the input ends.
Status converse(Application &program, ChatSession &session,
                Conversation &conversation) {
  LineReader lines(program.in);
  const bool prompts = isatty(program.in);
  std::string line;
  for (;;) {
    if (prompts)
      (void)writeAll(program.err, "> ");
    interrupted = 0;
    Line kind = lines.next(line);
    if (kind == Line::End)
      return Status::ok();
    if (kind == Line::Interrupted) {
      say(program.err, "\n(Ctrl-D ends)");
      continue;
    }
    if (line == "/clear")
      conversation.clear();
    if (line.empty() || line == "/clear")
      continue;
    conversation.add("user", line);
    auto prompt = conversation.encode();
    Expected<std::string> answer =
        prompt ? session.answer(std::move(*prompt)) : prompt.status();
    if (program.out.closed())
      return answer.status();
    if (answer) {
      conversation.add("assistant", *answer);
    } else {
      if (!prompts) // nobody is there to say something else
        return answer.status();
      complain(program.err, answer.message());
      conversation.removeLast();
    }
  }
}

} // namespace

Status app::chat(Application &program, const ChatOptions &options) {
  if (auto needed = program.needTokenizer(); !needed)
    return needed.status();
  if (!program.hasChatTemplate())
    return Status::error("this model has no chat template: use run");
  auto conversation = Conversation::create(program, options.system);
  if (!conversation)
    return conversation.status();
  if (Status status =
          Sampler::check(static_cast<int32_t>(program.model().vocabulary),
                         options.generate.sampler);
      !status)
    return status;
  auto engine = program.createEngine({.batch = 1,
                                      .context = options.generate.context,
                                      .threads = options.generate.threads},
                                     options.generate.sampler, 1);
  if (!engine)
    return engine.status();
  auto sequence = Sequence::open(**engine);
  if (!sequence)
    return sequence.status();
  if (options.generate.stats)
    say(program.err, "memory contract: %s",
        describeContract((*engine)->contract()).c_str());
  ChatSession session(program, **engine, options.generate,
                      std::move(*sequence));
  InterruptScope interrupts;
  return converse(program, session, *conversation);
}
