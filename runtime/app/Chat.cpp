//===- Chat.cpp - a conversation ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every turn renders the whole conversation; what the cache already holds of it
// stays there, so a turn costs its new tokens only.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Conversation.h"
#include "Report.h"

#include "llmrt/Generator.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
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
        line = buffered.substr(0, end);
        buffered.erase(0, end + 1);
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
  ChatSession(Program &program, Engine &engine, const GenerateOptions &options,
              Sampler sampler, int32_t sequence)
      : program(program), engine(engine), options(options),
        sampler(std::move(sampler)), sequence(sequence),
        endIds(options.ignoreEos ? std::vector<int32_t>() : program.endIds()) {}

  /// Streams the answer to a prompt; the answer's text is the result.
  Expected<std::string> answer(const std::vector<int32_t> &prompt,
                               const Tokenizer &tokenizer);

private:
  Status readPrompt(const std::vector<int32_t> &prompt);
  Status append(std::span<const int32_t> tokens);

  Program &program;
  Engine &engine;
  const GenerateOptions &options;
  Sampler sampler;
  int32_t sequence;
  std::vector<int32_t> endIds;
  std::vector<int32_t> cached; // the tokens in the cache
};

Status ChatSession::append(std::span<const int32_t> tokens) {
  if (Status status = engine.prefill(sequence, tokens); !status)
    return status;
  cached.insert(cached.end(), tokens.begin(), tokens.end());
  return Status::ok();
}

Status ChatSession::readPrompt(const std::vector<int32_t> &prompt) {
  if (static_cast<int64_t>(prompt.size()) > engine.options().context)
    return Status::error(
        "the conversation has " + std::to_string(prompt.size()) +
        " tokens: the context holds " +
        std::to_string(engine.options().context) + "; /clear starts a new one");
  size_t common =
      std::mismatch(prompt.begin(), prompt.end(), cached.begin(), cached.end())
          .first -
      prompt.begin();
  common =
      std::min(common, prompt.size() - 1); // the last row's logits are needed
  if (Status status = engine.truncate(sequence, static_cast<int64_t>(common));
      !status)
    return status;
  cached.resize(common);
  sampler.reset(options.sampler.seed);
  for (int32_t token : prompt)
    if (token < engine.model().vocabulary) // else the step says so
      sampler.accept(token);
  return append(std::span(prompt).subspan(common));
}

Expected<std::string> ChatSession::answer(const std::vector<int32_t> &prompt,
                                          const Tokenizer &tokenizer) {
  if (Status status = readPrompt(prompt); !status)
    return status;
  Detokenizer detokenizer(tokenizer);
  StopFilter stops(options.stops);
  std::string answer;
  auto show = [&](const std::string &text) {
    answer += text;
    return program.out.write(text);
  };
  for (int64_t count = 0;
       count != options.maxTokens && !interrupted && !stops.stopped();
       ++count) {
    auto token = sampler.sample(engine.logits(0));
    if (!token)
      return token.status();
    if (std::find(endIds.begin(), endIds.end(), *token) != endIds.end())
      break;
    sampler.accept(*token);
    if (Status status = show(stops.push(detokenizer.push(*token))); !status)
      return status;
    if (engine.length(sequence) == engine.options().context)
      break;
    if (Status status = append({&*token, 1}); !status)
      return status;
  }
  if (!stops.stopped())
    if (Status status = show(stops.push(detokenizer.flush()) + stops.flush());
        !status)
      return status;
  if (Status status = program.out.write("\n"); !status)
    return status;
  return answer;
}

/// Reads lines and answers them until the input ends.
Status converse(Program &program, ChatSession &session,
                Conversation &conversation, const Tokenizer &tokenizer) {
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
        prompt ? session.answer(*prompt, tokenizer) : prompt.status();
    if (program.out.closed())
      return answer.status();
    if (answer) {
      conversation.add("assistant", *answer);
    } else {
      if (!prompts) // nobody is there to say something else
        return answer.status();
      say(program.err, "error: %s", answer.message().c_str());
      conversation.removeLast();
    }
  }
}

} // namespace

Status app::chat(Program &program, const ChatOptions &options) {
  auto conversation = Conversation::create(program, options.system);
  if (!conversation)
    return conversation.status();
  auto sampler = Sampler::create(static_cast<int32_t>(program.model.vocabulary),
                                 options.generate.sampler);
  if (!sampler)
    return sampler.status();
  auto engine = program.createEngine({.batch = 1,
                                      .context = options.generate.context,
                                      .threads = options.generate.threads},
                                     options.generate.sampler, 1);
  if (!engine)
    return engine.status();
  auto sequence = (*engine)->open();
  if (!sequence)
    return sequence.status();
  if (options.generate.stats)
    say(program.err, "memory contract: %s",
        describeContract((*engine)->contract()).c_str());
  ChatSession session(program, **engine, options.generate, std::move(*sampler),
                      *sequence);
  InterruptScope interrupts;
  return converse(program, session, *conversation, **program.needTokenizer());
}
