// One socket on one loop, with or without TLS: reads, corked writes, orderly end.
//
// It knows no frames. session::Session derives from it and gives the bytes a meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/shared_bytes.h"
#include "base/unique_fd.h"
#include "net/output_queue.h"
#include "net/timer_wheel.h"
#include "net/tls_io.h"

namespace ws::net {

class EventLoop;

// Belongs to its loop: made anywhere, adopted by the loop, then used on its thread only.
class Connection : public Timer {
 public:
  // fd: connected, non-blocking. ssl: null without TLS; its handshake is done.
  Connection(EventLoop& loop, base::UniqueFd fd, SslPtr ssl) noexcept;
  ~Connection() override;

  [[nodiscard]] EventLoop& loop() const noexcept { return loop_; }
  [[nodiscard]] bool is_tls() const noexcept { return ssl_ != nullptr; }

  // Bytes that have not been given to the kernel, exactly.
  [[nodiscard]] size_t queued_bytes() const noexcept;

  // Called by the loop.
  void on_events(uint32_t events);
  void flush_now();
  void continue_input();
  // An exception came out of a call by the loop: no memory, or a bug. Ends the connection.
  virtual void on_fault(std::string_view what) noexcept = 0;

 protected:
  enum class End : uint8_t {
    finished,  // the peer ended its side
    broken     // socket or TLS error
  };

  // Handles what it can from the front and says how many bytes; the rest comes again
  // when input goes on (resume_input, or the next turn after slice_is_over()).
  virtual size_t on_input(std::span<char> bytes) = 0;
  // No input follows. Each comes once at most: `finished`, after which the socket may still take
  // output, and `broken`, maybe behind it, after which nothing comes: close the socket.
  virtual void on_input_end(End end) = 0;
  // Everything queued has left.
  virtual void on_drained() = 0;

  // Registers the socket and handles what came before: `early`, then `sealed`, which is
  // still encrypted. Then reads what is there. False: the kernel refuses.
  [[nodiscard]] bool open(std::string_view early, std::string_view sealed = {});

  // Both parts go out together with the turn's other output.
  void write(std::string_view header, std::string_view payload);
  // The bytes from `begin` on; they are shared, not copied.
  void write(base::SharedBytes bytes, Droppable what = {}, size_t begin = 0);

  // What waits for the peer, with the memory for keeping track of it; without what is just
  // collected for this turn's one call.
  [[nodiscard]] size_t waiting_bytes() const noexcept { return waiting_ ? waiting_->cost() : 0; }
  // Of that, what was not written as droppable, and is not encrypted yet.
  [[nodiscard]] size_t lasting_bytes() const noexcept;
  // Of what waits and has not begun to leave: the oldest that may be dropped, until waiting_bytes()
  // is below the limit; and all of a stream.
  Dropped drop_oldest(size_t limit) noexcept;
  Dropped drop_stream(uint64_t stream) noexcept;
  // Gives the kernel what it takes now, without on_drained().
  void try_flush();

  // Stops and restarts on_input(). Nested calls don't count.
  void set_input_wanted(bool wanted);
  [[nodiscard]] bool input_wanted() const noexcept { return input_wanted_; }

  // After what is queued: TLS's and TCP's ends. Input goes on.
  void finish_output();
  [[nodiscard]] bool output_finished() const noexcept { return output_ == Output::finished; }
  // Ends the socket now. reset: with RST, forgetting what the kernel holds.
  void close_socket(bool reset) noexcept;
  [[nodiscard]] bool is_closed() const noexcept { return !fd_; }

 private:
  enum class Output : uint8_t {
    open,
    finishing,  // ends when the queue is empty
    finished    // FIN is sent
  };

  // What SSL already encrypted, and bytes or shared buffers behind it.
  struct Waiting {
    explicit Waiting(EventLoop& its_loop) noexcept : loop(its_loop) {}
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    [[nodiscard]] size_t cost() const noexcept { return plain.cost() + sealed.size(); }
    // Tells the loop.
    void count() noexcept;

    EventLoop& loop;
    std::string sealed;
    OutputQueue plain;
    size_t counted = 0;
  };

  void read_input();
  bool read_tls(std::span<char> buffer);
  void take_input(std::span<char> bytes);
  void end_input(End end);
  bool give(std::span<iovec> pieces);
  void write_directly(std::span<iovec> pieces);
  bool seal_and_send(std::span<iovec> pieces);
  bool send_sealed();
  bool flush_waiting();
  void flush_cork();
  void end_output();
  void break_output();
  void mark_dirty();
  void watch() noexcept;
  Waiting& waiting();

  EventLoop& loop_;
  SslPtr ssl_;
  std::unique_ptr<Waiting> waiting_;   // only while the peer is slower than we are
  std::unique_ptr<std::string> rest_;  // input that on_input did not take
  base::UniqueFd fd_;
  uint32_t key_update_window_ = 0;
  uint8_t key_updates_ = 0;  // in that window
  Output output_ = Output::open;
  bool input_wanted_ : 1 = true;
  bool input_ended_ : 1 = false;
  bool dirty_ : 1 = false;
  bool continuing_ : 1 = false;
  bool watches_input_ : 1 = false;
  bool watches_output_ : 1 = false;
  bool blocked_ : 1 = false;  // the kernel took less than it was offered
};

}  // namespace ws::net
