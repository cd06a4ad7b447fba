// wsp/testing/fake_host.hpp - FakeHost: drives a plugin's wsp_plugin_v1 without a server, for its
// unit tests. One host is one Location in one server process.
//
//   wsp::testing::FakeHost host(wsp_plugin_v1);      // link the plugin's sources to the test
//   host.create({{"history", "10"}});
//   auto& ann = host.connect({.query = "nick=ann"});
//   ann.send("hello");
//   assert(ann.take() == "hello");
//
// It keeps the contract of wsp/plugin.h and wsp/extensions.h to the letter, and watches that the
// plugin does: what breaks it is a complaint, and a complaint that no test took aborts at the end.
// It stays on the thread that made it. Other threads may use the wsp_host, see run_foreign(); they
// rest while time is moved, work is run, or the plugin destroyed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "wsp/extensions.h"
#include "wsp/testing/fake_channels.hpp"
#include "wsp/testing/fake_client.hpp"
#include "wsp/testing/fake_presence.hpp"
#include "wsp/testing/handshake.hpp"

namespace wsp::testing {

// WebSocketSlowClient: what becomes of a session whose output queue is full.
enum class SlowClient {
  close,  // it is closed with 1013
  drop,   // that message is dropped
};

// What a good token says, for wsp.identity/1's renew.
struct FakeToken {
  std::string user;
  int64_t expires_ms = 0;  // 0: never
};

class FakeHost {
 public:
  struct LogLine {
    wsp_log_level level;
    std::string text;
  };
  static constexpr int64_t kStartTimeMs = 1'700'000'000'000;

  // plugin: read now, as far as its struct_size goes. It is not created yet.
  explicit FakeHost(const wsp_plugin& plugin);
  // destroy(); then prints what complaints remain and aborts.
  ~FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // ---- settings: change them at any time ----
  size_t send_queue = size_t{1} << 20U;  // WebSocketSendQueue, for a client that does not read
  SlowClient slow_client = SlowClient::close;
  size_t work_limit = 1000;            // jobs that may wait
  bool late_history = false;           // replies wait for answer_history()
  size_t event_limit = 1'000'000;      // what one event may lead to; more is a complaint
  wsp_status history_status = WSP_OK;  // else why there is no history reply
  // WebSocketChannel and its kin: whether this user ("" for a guest) may. A user's own
  // channels (wsp::own_channel) are his and nobody else's all the same. A prefix is asked for like
  // a channel.
  using Rule = std::function<bool(std::string_view user, std::string_view channel)>;
  Rule may_subscribe = [](auto, auto) { return true; };
  Rule may_publish = [](auto, auto) { return true; };
  // The good ones; nullopt: no WebSocketToken here.
  std::optional<std::map<std::string, FakeToken, std::less<>>> tokens;
  void remove_extension(std::string id) { removed_.insert(std::move(id)); }
  // An older host, whose table ends where a later member begins:
  // shorten_extension(WSP_PRESENCE_1, offsetof(wsp_presence_1, count)).
  void shorten_extension(const std::string& id, size_t size);

  // ---- the plugin's life ----
  // What configtest says: "" or why it refuses.
  std::string check(const Pairs& options, const std::string& location = "/ws/test");
  // False: check() or create() refused; the log says what.
  bool create(const Pairs& options = {}, const std::string& location = "/ws/test");
  // on_stopping, and nothing else yet.
  void begin_stop();
  // Ends all sessions (1001), timers and work, then destroys. Later calls of the plugin are
  // complaints.
  void destroy();

  // ---- clients ----
  // Borrowed: lives as long as the host. Refused: is_open() is false, handshake() says why.
  FakeClient& connect(const FakeRequest& request = {});
  Handshake handshake(const FakeRequest& request);    // only that
  size_t opened() const noexcept { return opened_; }  // on_open returned WSP_OK
  size_t closed() const noexcept { return closed_; }  // on_close was called

  // ---- time, work, other threads, other processes ----
  int64_t now_ms() const noexcept { return now_ms_; }
  void advance(std::chrono::milliseconds by);  // and calls the timers that are due, in order
  size_t timer_count() const noexcept { return timers_.size(); }
  size_t run_work();  // runs all jobs that wait, then their done; how many
  size_t waiting_work() const noexcept { return work_.size(); }
  // Carries out what other threads asked for so far.
  void run_foreign() { settle(); }
  void answer_history();  // gives the replies that wait, and the live messages behind them
  // What other server processes do, or PHP.
  void publish_elsewhere(std::string_view channel, std::string_view payload,
                         wsp_opcode opcode = WSP_TEXT, const wsp_publish_options* keep = nullptr);
  void enter_elsewhere(std::string_view channel, std::string_view key, std::string_view info = {});
  void leave_elsewhere(std::string_view channel, std::string_view key);
  void lose_history() { channels_.new_epoch(); }
  // This process falls too far behind in the channel: these texts of other processes are kept, if
  // `keep` says so, but its subscribers, by name and by prefix, get a gap (wsp_gap_fn) instead.
  // Without texts: only the gap.
  void lose(std::string_view channel, const std::vector<std::string>& texts = {},
            const wsp_publish_options* keep = nullptr);

  // ---- what was seen ----
  std::vector<LogLine> log() const;
  bool logged(std::string_view part) const;  // any line holds it
  // Breaches of the contract by the plugin, oldest first. Taken: they do not abort any more.
  std::vector<std::string> take_complaints();
  // Calls for sessions that had ended. Allowed: that is what WSP_E_GONE is for.
  size_t stale_calls() const;
  std::vector<wsp_session> subscribers(std::string_view channel) const {
    return channels_.subscribers(channel);
  }
  std::vector<wsp_session> prefix_subscribers(std::string_view prefix) const {
    return channels_.prefix_subscribers(prefix);
  }
  // For a test that speaks to the host itself.
  const wsp_host* raw() const noexcept { return &host_; }

 private:
  friend class FakeClient;
  struct TimerEntry {
    wsp_session session;
    int64_t due_ms;
    uint32_t repeat_ms;
    wsp_timer_fn fn;
    void* arg;
  };
  struct Job {
    wsp_session session;
    void (*work)(void*);
    void (*done)(void*, wsp_status);
    void* arg;
  };
  using Event = std::function<void()>;

  // fake_host_calls.hpp: what the plugin calls.
  void fill_host();
  static FakeHost& of(const wsp_host* h) noexcept { return *static_cast<FakeHost*>(h->impl); }
  wsp_status send(wsp_session, wsp_opcode, std::string_view);
  wsp_status close(wsp_session, uint16_t code, std::string_view reason);
  wsp_status subscription(wsp_session, std::string_view channel, bool on);
  wsp_status publish(std::string_view channel, wsp_opcode, std::string_view, wsp_session except,
                     const wsp_publish_options* keep);
  wsp_status pause(wsp_session, bool on);
  wsp_status queued(wsp_session, size_t*);
  wsp_status invalid(const std::string& why);  // a complaint and WSP_E_INVALID
  bool usable();  // else a complaint: before create() or after destroy()
  bool is_own_thread() const noexcept {
    return std::this_thread::get_id() == thread_ && !on_worker_;
  }
  bool alive(wsp_session);              // counts a stale call when not
  FakeClient* find(wsp_session) const;  // own thread only; NULL when it has ended

  // fake_host_extensions.hpp: the same of the extensions.
  void fill_extensions();
  const void* table(std::string_view id) const;
  const void* extension(const char* id);
  wsp_status start_timer(wsp_session, uint32_t, uint32_t, wsp_timer_fn, void*, wsp_timer*);
  wsp_status stop_timer(wsp_timer);
  wsp_status submit(const Job&);
  wsp_status history(wsp_session, std::string_view channel, const wsp_history_query*,
                     wsp_history_fn, void*, bool subscribe);
  wsp_status listen(wsp_presence_fn, void*);
  wsp_status presence_enter(wsp_session, std::string_view channel, std::string_view key,
                            std::string_view info);
  wsp_status presence_leave(wsp_session, std::string_view channel);
  wsp_status presence_list(std::string_view channel, wsp_member_fn, void*);
  wsp_status presence_count(std::string_view channel, uint64_t* members, uint64_t* sessions);
  wsp_status listen_for_gaps(wsp_gap_fn, void*);
  wsp_status prefix_subscription(wsp_session, std::string_view prefix, bool on);
  wsp_status send_to_user(std::string_view user, wsp_opcode, std::string_view);
  wsp_status disconnect_user(std::string_view user, uint16_t code, std::string_view reason);
  wsp_status ask(wsp_session, std::string_view channel, bool publish);
  wsp_status renew(wsp_session, std::string_view token);
  wsp_status sign_in(wsp_session, std::string_view user);
  static bool is_kept_for(const FakeClient&, std::string_view channel);
  bool may_hear(const FakeClient&, std::string_view channel) const;
  bool may_speak(const FakeClient&, std::string_view channel) const;

  // fake_host_life.hpp: the plugin and its sessions.
  void complain(const std::string& what);
  void soon(Event);  // after the current callback; from another thread: with run_foreign()
  void settle();     // until nothing is left to do; within a callback: nothing
  template <class Call>
  void callback(const char* what, Call&& call, wsp_session acting = 0);  // into the plugin
  void open(FakeClient&, const FakeRequest&);
  void deliver(FakeClient&, const Frame&);
  void end(FakeClient&, uint16_t code, std::string_view reason);

  // fake_host_world.hpp: what comes from elsewhere.
  void receive(FakeClient&, Frame);
  wsp_status queue(FakeClient&, const Frame&);
  void fan_out(const FakeChannels::Message&);
  std::optional<Frame> wire_form(const Published&);
  void give(FakeClient&, std::string_view channel, const Frame&, bool by_name);
  void tell_gap(const std::string& name, wsp_position, bool is_prefix);
  void announce(const FakePresence::Change&);
  void changed(const std::vector<FakePresence::Change>&);
  void expire();

  wsp_plugin plugin_ = {};  // what an older plugin lacks is NULL
  wsp_host host_ = {};
  wsp_timer_1 timer_table_ = {};
  wsp_work_1 work_table_ = {};
  wsp_history_1 history_table_ = {};
  wsp_presence_1 presence_table_ = {};
  wsp_prefix_1 prefix_table_ = {};
  wsp_users_1 users_table_ = {};
  wsp_identity_1 identity_table_ = {};
  std::set<std::string> removed_;
  std::map<std::string, std::unique_ptr<char[]>> shortened_;
  const std::thread::id thread_ = std::this_thread::get_id();

  enum class Life { fresh, creating, created, destroyed };
  std::atomic<Life> life_ = Life::fresh;
  bool loadable_ = false;
  void* self_ = nullptr;
  int depth_ = 0;             // callbacks that run
  bool on_worker_ = false;    // the callback that runs is [worker]
  bool keeps_plain_ = false;  // a callback about what is never compressed runs
  wsp_session acting_ = 0;    // the session whose callback runs; 0: it is nobody's
  int64_t now_ms_ = kStartTimeMs;
  std::deque<std::unique_ptr<FakeClient>> clients_;
  std::map<wsp_session, FakeClient*> by_id_;  // on_close not called yet
  std::deque<Event> events_;
  FakeChannels channels_;
  std::map<wsp_timer, TimerEntry> timers_;
  wsp_timer next_timer_ = 1;
  std::deque<Job> work_;
  wsp_presence_fn presence_fn_ = nullptr;
  void* presence_self_ = nullptr;
  wsp_gap_fn gap_fn_ = nullptr;
  void* gap_self_ = nullptr;
  size_t opened_ = 0, closed_ = 0;
  wsp_session next_elsewhere_ = wsp_session{1} << 40U;
  std::map<std::pair<std::string, std::string>, std::vector<wsp_session>> elsewhere_;

  mutable std::mutex mutex_;  // guards what other threads reach:
  std::set<wsp_session> alive_;
  std::deque<Event> foreign_;
  FakePresence presence_;
  std::vector<LogLine> log_;
  std::vector<std::string> complaints_;
  size_t stale_calls_ = 0;
};

}  // namespace wsp::testing

#include "wsp/testing/fake_host_calls.hpp"
#include "wsp/testing/fake_host_extensions.hpp"
#include "wsp/testing/fake_host_life.hpp"
#include "wsp/testing/fake_host_world.hpp"
