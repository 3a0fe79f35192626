//===- ChatCommands.cpp - what can be said to chat itself -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ChatCommands.h"

#include "Application.h"
#include "Description.h"

#include "llmrt/Console.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

struct ChatCommands::Command {
  const char *name, *argument, *about;
  Status (ChatCommands::*run)(const std::string &argument);
};

const ChatCommands::Command ChatCommands::commands[] = {
    {"help", "", "this list", &ChatCommands::help},
    {"exit", "", "end; so do /bye and Ctrl-D", &ChatCommands::exit},
    {"bye", "", nullptr, &ChatCommands::exit},
    {"clear", "", "forget what was said; the system message stays",
     &ChatCommands::clear},
    {"system", "TEXT", "another system message; without TEXT: say it",
     &ChatCommands::system},
    {"save", "FILE", "write the conversation as JSON", &ChatCommands::save},
    {"load", "FILE", "go on with a saved conversation", &ChatCommands::load},
    {"stats", "", "speed, memory, sampling and the context used",
     &ChatCommands::stats},
};

bool ChatCommands::isCommand(const std::string &message) {
  const size_t end = std::min(message.find_first_of(" \n"), message.size());
  if (message.empty() || message[0] != '/' || end == 1)
    return false;
  for (size_t i = 1; i < end; ++i)
    if (!std::isalpha(static_cast<unsigned char>(message[i])) &&
        message[i] != '?')
      return false;
  return true;
}

Status ChatCommands::run(const std::string &message) {
  const size_t end = std::min(message.find(' '), message.size());
  std::string name = message.substr(1, end - 1), argument;
  if (size_t start = message.find_first_not_of(' ', end);
      start != std::string::npos)
    argument = message.substr(start);
  if (name == "?")
    name = "help";
  std::vector<std::string> names;
  for (const Command &command : commands) {
    if (name == command.name)
      return (this->*command.run)(argument);
    names.push_back(std::string("/") + command.name);
  }
  const std::string advice = didYouMean("/" + name, names);
  return Status::error("there is no /" + name +
                       (advice.empty() ? ";" : advice) +
                       " /help lists the commands");
}

Status ChatCommands::help(const std::string &) {
  for (const Command &command : commands)
    if (command.about)
      say(err, "  %-13s %s",
          ("/" + std::string(command.name) + " " + command.argument).c_str(),
          command.about);
  say(err,
      "A line that ends in \\ goes on in the next; so does Alt-Enter, and a\n"
      "text between \"\"\" and \"\"\". Ctrl-C stops an answer.");
  return Status::ok();
}

Status ChatCommands::exit(const std::string &) {
  exits = true;
  return Status::ok();
}

Status ChatCommands::clear(const std::string &) {
  conversation.clear();
  return Status::ok();
}

Status ChatCommands::system(const std::string &text) {
  if (!text.empty())
    conversation.setSystem(text);
  else if (conversation.system().empty())
    say(err, "no system message but the template's own");
  else
    (void)writeAll(err, "system: " + conversation.system() + "\n");
  return Status::ok();
}

Status ChatCommands::stats(const std::string &) {
  report();
  return Status::ok();
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

static Status fileError(const std::string &file, const char *what) {
  return Status::error(file + ": cannot " + what + ": " + std::strerror(errno));
}

/// All of it or nothing.
static Status replaceFile(const std::string &file, const std::string &text) {
  const std::string part = file + "." + std::to_string(getpid()) + ".tmp";
  int descriptor =
      ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return fileError(file, "write");
  const bool written = writeAll(descriptor, text);
  if (int failure = errno; ::close(descriptor) == 0 && written &&
                           ::rename(part.c_str(), file.c_str()) == 0)
    return Status::ok();
  else if (!written)
    errno = failure;
  Status failed = fileError(file, "write");
  ::unlink(part.c_str());
  return failed;
}

Status ChatCommands::save(const std::string &file) {
  if (file.empty())
    return Status::error("/save needs a file: /save FILE");
  Json messages = Json::array();
  for (const ChatMessage &message : conversation.all())
    messages.push_back({{"role", message.role}, {"content", message.content}});
  Status status = replaceFile(
      file, Json({{"messages", messages}})
                    .dump(2, ' ', false, Json::error_handler_t::replace) +
                "\n");
  if (status)
    say(err, "%zu messages in %s", messages.size(), file.c_str());
  return status;
}

static Expected<std::vector<ChatMessage>> parseMessages(const std::string &file,
                                                        std::string_view text) {
  const Status wrong = Status::error(
      file + ": is no saved conversation: it needs {\"messages\": [{\"role\": "
             "\"user\", \"content\": \"...\"}, ...]}");
  if (!isShallow(text))
    return wrong;
  const Json all = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!all.is_object() || !all.contains("messages") ||
      !all["messages"].is_array())
    return wrong;
  std::vector<ChatMessage> messages;
  for (const Json &message : all["messages"]) {
    if (!message.is_object() || !message.contains("role") ||
        !message["role"].is_string() || !message.contains("content") ||
        !message["content"].is_string())
      return wrong;
    messages.push_back({message["role"].get<std::string>(),
                        message["content"].get<std::string>()});
  }
  return messages;
}

Status ChatCommands::load(const std::string &file) {
  if (file.empty())
    return Status::error("/load needs a file: /load FILE");
  constexpr size_t largest = size_t(64) << 20; // bytes
  auto text = readText(file, -1, largest);
  if (!text)
    return text.status();
  auto messages = parseMessages(file, *text);
  if (!messages)
    return messages.status();
  say(err, "%zu messages from %s", messages->size(), file.c_str());
  conversation.replace(std::move(*messages));
  return Status::ok();
}
