// Plays conversations with a plugin that are written down as text, as in plugins/chat/README.md:
//
//   ann connects to /ws/chat with chat.v1     (or: bob connects to /ws/chat; as user carol)
//   ann> {"type":"hello","name":"Ann"}        what a client sends
//   ann< {"type":"welcome",...}               the next that it gets, to the byte; ... is anything
//   ann leaves                                the connection ends
//   php publishes to news: {"title":"Hi"}     another process does, and the newest 100 are kept
//   (anything else in brackets, and empty lines, are comments)
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <wsp/testing/fake_host.hpp>

class Transcript {
 public:
  // `what` of a line "NAME what" of the plugin's own kind; as play().
  using Own = std::function<std::string(const std::string& name, const std::string& what)>;
  explicit Transcript(wsp::testing::FakeHost& host, Own own = {})
      : host_(host), own_(std::move(own)) {}

  // Plays `line`. "" or what is wrong with it: what came instead, or that it can't be read.
  std::string play(const std::string& line);
  // What clients got and no line took: there must be none at the end.
  std::string rest() const;

 private:
  std::string connect(const std::string& name, const std::string& how);
  std::string publish(const std::string& what);

  wsp::testing::FakeHost& host_;
  Own own_;
  std::map<std::string, wsp::testing::FakeClient*> clients_;
};

// `text` as `pattern` says, in which "..." stands for anything.
bool matches(std::string_view text, std::string_view pattern);

// The lines of all code blocks in a Markdown file whose opening fence is ```transcript.
std::vector<std::string> transcript_lines(std::istream& markdown);
