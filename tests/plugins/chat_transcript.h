// Plays conversations with the chat that are written down as text, as in plugins/chat/README.md:
//
//   ann connects to /ws/chat with chat.v1     (or: bob connects to /ws/chat; as user carol)
//   ann> {"type":"hello","name":"Ann"}        what a client sends
//   ann< {"type":"welcome",...}               the next that it gets, to the byte; ... is anything
//   ann leaves                                the connection ends
//   dave is not heard in lobby: Hello!        a user says it in another process, and this one,
//                                             with the Location /ws/chat, falls behind and loses it
//   (anything else in brackets, and empty lines, are comments)
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>
#include <wsp/testing/fake_host.hpp>

class Transcript {
 public:
  explicit Transcript(wsp::testing::FakeHost& host) : host_(host) {}

  // Plays `line`. "" or what is wrong with it: what came instead, or that it can't be read.
  std::string play(const std::string& line);
  // What clients got and no line took: there must be none at the end.
  std::string rest() const;

 private:
  std::string connect(const std::string& name, const std::string& how);
  std::string lose(const std::string& name, const std::string& what);

  wsp::testing::FakeHost& host_;
  std::map<std::string, wsp::testing::FakeClient*> clients_;
};

// `text` as `pattern` says, in which "..." stands for anything.
bool matches(std::string_view text, std::string_view pattern);

// The lines of all code blocks in a Markdown file whose opening fence is ```transcript.
std::vector<std::string> transcript_lines(std::istream& markdown);
