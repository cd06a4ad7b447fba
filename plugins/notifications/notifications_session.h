// One connection: what it hears, what of it is unread, and what it says about both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>
#include <wsp/plugin.hpp>

#include "client_message.h"
#include "feed.h"
#include "server_message.h"
#include "services.h"
#include "shared/traffic.h"
#include "user_state.h"

namespace notifications {

// So many tabs and processes may change a user's state in the same instant.
constexpr std::uint32_t kStatesJoined = 16;

// What was published there, or nothing, and the log says why.
[[nodiscard]] std::optional<Notification> parse_published(Services& services,
                                                          std::string_view channel,
                                                          std::string_view payload,
                                                          wsp::Opcode opcode);

class NotificationsSession final : public wsp::Session, private Listener {
 public:
  // `user` is empty for a guest.
  NotificationsSession(wsp::Peer peer, Services& services, std::string_view user,
                       std::string_view display_name);
  ~NotificationsSession() override;

 private:
  enum class Phase {
    waiting,   // for hello
    starting,  // what is kept is being read
    ready,     // "ready" was sent
    closing,   // too many errors
  };
  // A channel that this connection hears.
  struct Heard {
    Feed feed;
    std::string channel;
    std::uint64_t visit = 0;  // tells this stay from an earlier one
    std::uint64_t floor = 0;  // what a guest is told begins after it
    bool is_loaded = false;   // what is kept there was read once
  };
  // What a client's `since` says of one channel.
  struct Resumption {
    bool is_asked = false;
    bool is_complete = false;  // all that came after it is here
    std::uint64_t after = 0;
  };
  struct Kept {
    Notification said;
    wsp::Position position;
    std::int64_t time_ms;
  };
  struct Replay {
    std::int64_t time_ms;
    std::string message;
  };

  void on_message(const wsp::Message& message) override;
  void handle(const Hello& hello);
  void handle(const Read& read);
  void handle(const Follow& follow);
  void handle(const Token& token);

  void on_arrival(const Arrival& arrival) override;
  void on_state(const UserState& state) override;
  void on_gap(std::string_view channel) override;

  // From hello to ready.
  void start(std::optional<Since> since);
  void start_hearing();
  void finish();
  void send_backlog();
  [[nodiscard]] std::optional<Recovery> recovery() const;

  void hear(const std::string& topic);
  // The ids of what stood there.
  std::vector<std::string> stop_hearing(const std::string& topic);
  void on_page(const std::string& topic, std::uint64_t visit, const wsp::HistoryReply& reply);
  [[nodiscard]] Resumption resumption(const Feed& feed, const wsp::HistoryReply& reply) const;
  void take(Heard& heard, const wsp::HistoryReply& reply);
  std::vector<Kept> add_kept(Heard& heard, const wsp::HistoryReply& reply, bool is_all,
                             std::vector<std::string>& gone);
  void refill();

  // Makes it the user's state, in all tabs. False: the server could not.
  bool change(const UserState& next);
  [[nodiscard]] wsp::Status publish_state(const UserState& state) const;
  void take_states(const wsp::HistoryReply& reply);
  // Does what the state says: other topics, what was read.
  void apply_state();

  [[nodiscard]] bool is_guest() const { return user_.empty(); }
  [[nodiscard]] bool may_hear(std::string_view topic) const;
  [[nodiscard]] std::vector<std::string> wanted_topics() const;
  [[nodiscard]] std::vector<Topic> topics(const std::vector<std::string>& followed) const;
  [[nodiscard]] std::size_t unread() const;
  void tell_removed(const std::vector<std::string>& ids);
  void tell_unread();  // unless the client knows
  void watch_expiry();
  void on_expiry();

  // True when the rate allows it; else the client was told.
  [[nodiscard]] bool pay(const char* of);
  void reply(std::string_view json) { peer().send(json); }
  // Tells the client. One error too many ends the connection.
  void complain(const Error& error);

  Services& services_;
  shared::Traffic traffic_;
  std::string user_, name_;
  Phase phase_ = Phase::waiting;
  bool has_said_hello_ = false;
  std::optional<Since> since_;
  bool recovered_ = true;
  std::optional<ClientMessage> held_;  // said before all was read
  std::vector<Replay> backlog_;
  std::size_t pending_ = 0;  // pages on their way

  UserState state_;
  bool is_shared_ = false;          // with the user's other connections
  std::int64_t state_time_ms_ = 0;  // of the newest message that said it
  std::map<std::string, Heard, std::less<>> heard_;
  std::uint64_t visits_ = 0;
  std::size_t told_unread_ = 0;
  std::set<std::string, std::less<>> gaps_;  // channels to be read again
  wsp::Timer hello_timer_, gap_timer_, expiry_timer_;
  std::int64_t watched_expiry_ms_ = 0;
};

}  // namespace notifications
