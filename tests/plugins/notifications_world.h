// The notifications on the fake host, with its clock, and what their tests need again and again.
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <wsp/testing/fake_host.hpp>

using wsp::testing::FakeClient;

// One Location with the notifications. One at a time: the plugin's clock is this host's.
struct NotificationsWorld {
  using Options = std::initializer_list<std::pair<std::string, std::string>>;
  explicit NotificationsWorld(Options options = {{"topics", "news offers.*"}});
  NotificationsWorld(const NotificationsWorld&) = delete;
  NotificationsWorld& operator=(const NotificationsWorld&) = delete;
  ~NotificationsWorld();

  // A client that has not said anything yet; user "" is a guest.
  FakeClient& connect(const std::string& user = "ann");
  // One that said hello, and has everything up to "ready" to read.
  FakeClient& come(const std::string& user = "ann");
  // One that has nothing left to read.
  FakeClient& here(const std::string& user = "ann");

  // What PHP does: the newest `history` are kept.
  void publish(const std::string& channel, const std::string& json, uint32_t history = 100);

  wsp::testing::FakeHost host;
};

// The plugin's table, whose clock is that of the world.
extern const wsp_plugin notifications_on_fake_clock;

// {"title":TITLE,"key":KEY}
std::string titled(const std::string& title, const std::string& key = "");
// The messages that a client got, in short and in a line: "ready 2", "notification 7-1 First",
// "read 7-1,7-2 0", "removed 7-1 1", "badge 3", "topics +news -tea", "error bad_topic", "welcome".
// With "!" behind what is a replay, "*" behind what was read.
std::string heard(FakeClient& client);
