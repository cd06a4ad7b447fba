// The misbehave plugin's classes: see misbehave.cpp for its commands.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <wsp/plugin.hpp>

namespace misbehave {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What the handshake said, kept for the commands that ask for it.
struct Seen {
  explicit Seen(const wsp::Request& request);
  Pairs headers, cookies, environment;
  std::string path, query, user, remote_ip, host, subprotocol;
  bool is_tls;
};

std::string json(std::string_view text);

class Misbehave final : public wsp::Plugin {
 public:
  static constexpr wsp::Option kOptions[] = {
      {"accept", "all|text", "What messages are taken; others close with 1003."},
      {"create", "ok|fail|throw", "How the creation in each process ends."},
      {"check", "ok|fail|throw", "How the check of the options ends."},
      {"label", "TEXT", "What the command label answers."},
  };
  static constexpr const char* kSubprotocols[] = {"one.test", "two.test"};
  static void check(const wsp::Config& config);

  Misbehave(wsp::Host host, const wsp::Config& config);

  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request& request) override;
  void on_handshake(const wsp::Request& request, wsp::Answer& answer) override;
  void on_deliver(wsp::Delivery& delivery) override;
  void on_presence(const wsp::Member& member, bool joined, wsp::Delivery& announcement) override;
  void on_gap(wsp::Delivery& notice) override;
  void on_stopping() override;

  const bool text_only;
  const std::string label, location;
  const wsp::Host host;
  const wsp::Timers timers;
  const wsp::Work work;
  const wsp::History history;
  const wsp::Presence presence;
  const wsp::Prefixes prefixes;
  const wsp::Users users;
  std::atomic<wsp_session> last_ended = 0;
};

class Session final : public wsp::Session {
 public:
  Session(wsp::Peer peer, Misbehave& plugin, const wsp::Request& request);

  void on_message(const wsp::Message& message) override;
  void on_drain() override;
  void on_close(uint16_t code, std::string_view reason) override;

 private:
  void run(std::string_view line);
  bool run_process(const std::string& command, std::string_view rest);
  bool run_send(const std::string& command, std::string_view rest);
  bool run_channel(const std::string& command, std::string_view rest);
  bool run_family(const std::string& command, std::string_view rest);
  bool run_later(const std::string& command, std::string_view rest);
  bool run_tell(const std::string& command, std::string_view rest);
  void fail(std::string_view where);
  void say(std::string_view text) { peer().send(text); }
  void say(std::string_view command, wsp::Status status);
  void push_on();

  Misbehave& plugin_;
  const Seen seen_;
  wsp::Timer timer_;
  std::vector<std::jthread> threads_;
  int ticks_ = 0;
  int push_wanted_ = 0, push_done_ = 0;
  size_t push_size_ = 0;
  bool throw_in_close_ = false, throw_in_drain_ = false;
};

}  // namespace misbehave
