// A plugin instance on loops that the test turns by hand, with sessions and their clients.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "channel/local_bus.h"
#include "plugin/plugin_instance.h"
#include "plugin/runtime.h"
#include "session/session.h"
#include "support/fakes.h"
#include "support/peer.h"
#include "wsp/extensions.h"

namespace ws::plugin::test {

inline wsp_bytes bytes(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view text_of(wsp_bytes b) { return {b.data, b.size}; }

// What the test's plugin does, and what happened to it: "open text(abc) close(1000,bye)".
struct Script {
  std::function<wsp_status(const wsp_host*)> when_created;
  std::function<wsp_status(const wsp_request&, wsp_answer*)> when_shaking_hands;
  std::function<wsp_status(wsp_session)> when_opened;
  std::function<void(wsp_session, const wsp_message&)> when_message;
  std::function<void(wsp_session)> when_drained;
  std::function<void(wsp_session, uint16_t)> when_closed;
  std::function<wsp_status(wsp_delivery*)> when_delivered;

  const wsp_host* host = nullptr;
  std::string words;

  void add(std::string_view word) { words.append(words.empty() ? "" : " ").append(word); }
  std::string take() { return std::exchange(words, {}); }

  template <class Table>
  const Table& extension(const char* id) const {
    return *static_cast<const Table*>(host->get_extension(host, id));
  }
};

// All callbacks but on_deliver, each forwarded to the script. One script at a time.
wsp_plugin scripted_plugin(Script& script);
// As above, with on_deliver.
wsp_plugin delivering_plugin(Script& script);

// Loops without threads.
class HandRuntime final : public Runtime {
 public:
  HandRuntime(base::Log& log, const base::Clock& clock, unsigned loops, size_t mailbox_limit);
  ~HandRuntime() override;
  bool start_threads() override {
    ++starts;
    return can_start;
  }
  // All loops, until nothing is left to do.
  void turn();

  std::atomic<int> starts = 0;
  std::atomic<bool> can_start = true;
};

struct StageSettings {
  unsigned loops = 1;
  size_t mailbox_limit = size_t{1} << 20;
  std::string channel_namespace = "example.org";
  std::vector<channel::ChannelRule> rules = {};
  const TokenVerifier* tokens = nullptr;
};

class Stage {
 public:
  // Creates the instance; the test fails if that fails.
  explicit Stage(const wsp_plugin& table, const StageSettings& settings = {});
  ~Stage();

  struct Seat {
    ws::test::Peer peer;
    wsp_session id = 0;
  };
  // A client that has shaken hands.
  Seat& connect(unsigned loop = 0);
  // The client says something, and the loops turn.
  void say(Seat& seat, std::string_view text);
  void say_binary(Seat& seat, std::string_view data);
  void turn() { runtime.turn(); }
  // Moves the clock in the timers' steps.
  void pass(uint64_t ms);
  [[nodiscard]] session::Session* session(const Seat& seat) const;
  // Runs f on the loop, as a callback of the seat's session would.
  void on_loop(const Seat& seat, const std::function<void()>& f);

  ws::test::ManualClock clock;
  ws::test::LinesLog log;
  session::SessionLimits limits;
  protocol::DeflateAgreement deflate;  // of those who connect next
  std::string user;                    // of those who connect next
  Rights rights;                       // as above, but for the user
  HandRuntime runtime;
  std::unique_ptr<PluginInstance> instance;
  std::deque<Seat> seats;
};

}  // namespace ws::plugin::test
