// One client: it comes, does its part, leaves when told, and comes again. What is its part, the
// derived classes say (visitors.h, attacker.h).
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "connection.h"
#include "deflate.h"
#include "histogram.h"
#include "message_reader.h"

namespace soak {

constexpr uint64_t kMillisecond = 1'000'000;  // times are nanoseconds of bench::now_ns()

// What all clients have in common.
struct Surroundings {
  int epoll = -1;
  bench::Target ws, wss;
  std::mt19937_64 random;
  uint64_t now = 0;  // of this turn
  bool is_over = false;

  // What they have counted.
  uint64_t open = 0, opened = 0, left = 0, received = 0, attacks = 0, slow_ends = 0;
  bench::Histogram latency;           // of echoes
  std::vector<std::string> failures;  // the first ones
  uint64_t failed = 0;

  uint64_t below(uint64_t bound) { return random() % bound; }
  void fail(std::string what);
};

class Client : public bench::ConnectionUser {
 public:
  Client(Surroundings& around, size_t number, uint64_t comes_at);

  // Once a turn.
  void act();
  // Ends the connection, in one of the ways in which clients do.
  virtual void leave();
  [[nodiscard]] bool is_here() const { return state_ == State::kHere; }
  [[nodiscard]] bool is_away() const { return state_ == State::kAway; }

  void on_open(bench::Connection&) final;
  void on_bytes(bench::Connection&, std::string_view bytes) final;
  void on_writable(bench::Connection&) final { flush(); }
  void on_failure(bench::Connection&, std::string_view what) final;

 protected:
  // Connects; by default asks for a WebSocket at path().
  virtual void come();
  [[nodiscard]] virtual std::string path() const = 0;
  [[nodiscard]] virtual std::string headers() const;  // further ones of the handshake
  virtual void greet() {}                             // it is open
  virtual void talk() {}                              // from time to time, as talk_in() says
  virtual void take(std::string_view text) = 0;       // a message
  // The server ended it, with this code or, 0, without one.
  virtual void ended(unsigned code, std::string_view what);

  void say(std::string_view text);
  void send(std::string bytes);
  void talk_in(uint64_t milliseconds) { talks_at_ = around_.now + milliseconds * kMillisecond; }
  void come_in(uint64_t milliseconds);
  void drop();  // without a word

  Surroundings& around_;
  const size_t number_;
  bench::Connection connection_;
  unsigned generation_ = 0;  // which of its connections this is

 private:
  enum class State : uint8_t {
    kAway,    // until comes_at_
    kComing,  // not open yet
    kHere,
    kLeaving,  // our Close is on its way
  };
  void flush();
  void gone();
  void on_message(const Message& message);

  State state_ = State::kAway;
  uint64_t comes_at_;
  uint64_t talks_at_ = 0;
  uint64_t gives_up_at_ = 0;  // on a connection that does not open or close
  std::string output_;        // what the socket has not taken
  MessageReader reader_;
  Agreement agreement_;
  Inflater inflater_;
};

// A frame as a client sends it. first: its first byte.
std::string frame(uint8_t first, std::string_view payload);

}  // namespace soak
