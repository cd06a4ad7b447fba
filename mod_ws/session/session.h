// One peer's WebSocket session (RFC 6455): messages in and out, pings, the closing handshake.
//
// It knows neither channels nor plugins: what it receives goes to its SessionHandler.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/shared_bytes.h"
#include "net/connection.h"
#include "protocol/deflate_parameters.h"
#include "protocol/deflater.h"
#include "protocol/inflater.h"
#include "protocol/message_assembler.h"
#include "protocol/message_type.h"
#include "session/memory_share.h"
#include "session/session_handler.h"
#include "session/session_settings.h"
#include "session/session_table.h"

namespace ws::session {

// Something a layer above keeps with a session; destroyed with it, after on_close.
class Attachment {
 public:
  virtual ~Attachment() = default;
};

// What a session needs to begin. Filled by a worker, consumed on the loop.
struct SessionStart {
  base::UniqueFd fd;
  net::SslPtr ssl;  // null without TLS
  const SessionSettings* settings = nullptr;
  std::unique_ptr<OpenRequest> request;
  std::string early;         // bytes that came behind the handshake
  std::string early_sealed;  // and behind these, still encrypted
  std::string user;
  std::string remote_ip;
  std::string path;  // of the handshake
  protocol::DeflateAgreement deflate = {};
  Seat seat;
  ServerSeats server_seats;
};

// Lives on its loop; all calls come from there. It owns itself: begin() hands it over.
class Session final : public net::Connection {
 public:
  // [loop] Opens the session in `table`'s loop. Without room it closes the socket and returns 0.
  // The session may have ended already when this returns.
  static SessionId begin(SessionTable& table, SessionStart start);

  ~Session() override;

  enum class SendResult : uint8_t {
    ok,
    gone,  // closing or closed
    full   // not sent: see SlowClient. What was published and is dropped later is not told.
  };
  // text must be UTF-8.
  SendResult send(protocol::MessageType type, std::string_view payload);
  // Whole frames, as many messages; `messages` of them count in the statistics. stream: whose they
  // are, a number for each audience of the loop; while they wait they may be dropped for others
  // (see SlowClient), but for those of stream 0. last: where the last message begins in `frames`.
  SendResult send_frames(const base::SharedBytes& frames, uint32_t messages, uint64_t stream = 0,
                         size_t last = 0);

  // What compressed frames the peer gets next were not made by this session: none of its own may
  // refer to what was before them.
  void break_context() noexcept;

  // Starts the closing handshake; a second call does nothing. False when it has begun before.
  bool close(uint16_t code, std::string_view reason);

  // Ends the session and its socket at once, as if the peer had vanished.
  void drop(std::string_view cause);

  // What it has sent of a message takes too much: ends the session with 1013.
  void give_up_message(std::string_view cause);
  // Bytes of that.
  [[nodiscard]] size_t received_bytes() const noexcept {
    return inbound_ ? inbound_->memory.bytes() : 0;
  }

  // As the plugin wishes; reading also pauses while the peer does not take our output.
  void pause_input();
  void resume_input();

  [[nodiscard]] SessionId id() const noexcept { return id_; }
  [[nodiscard]] const SessionSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] SessionTable& table() const noexcept { return table_; }
  [[nodiscard]] const protocol::DeflateAgreement& deflate() const noexcept { return deflate_; }
  [[nodiscard]] bool is_open() const noexcept {
    return state_ == State::open || state_ == State::opening;
  }
  // on_close has been called, or is being called.
  [[nodiscard]] bool has_ended() const noexcept { return reported_; }

  // A debug line: "session NUMBER WHAT DETAIL". detail: escaped there.
  void tell(std::string_view what, std::string_view detail = {}) const noexcept;

  // For the handler: whatever belongs to this session.
  void* user_state = nullptr;
  std::unique_ptr<Attachment> attachment;

 private:
  enum class State : uint8_t {
    opening,    // before on_open returned
    open,       // messages flow
    closing,    // our Close is sent, the peer's awaited
    finishing,  // both said Close or the peer broke the protocol: last bytes leave, then TCP ends
    ended       // the socket is closed
  };

  // A partly received message, and since when.
  struct Inbound {
    explicit Inbound(base::Gauge& all) noexcept : memory(all) {}
    MemoryShare memory;
    std::unique_ptr<protocol::MessageAssembler> assembler;
    std::unique_ptr<protocol::Inflater> inflater;  // of a compressed message, without takeover
    uint32_t frame_since_ms = 0;
    uint32_t message_since_ms = 0;
  };

  // What messages may refer to: with context takeover, and while they come.
  struct Contexts {
    std::unique_ptr<protocol::Deflater> deflater;
    std::unique_ptr<protocol::Inflater> inflater;
    uint32_t used_ms = 0;
    bool are_parked = true;
  };

  // What was known before some input, to see what it completed.
  struct Progress {
    uint64_t frames;
    uint64_t messages;
    bool in_message;
  };

  Session(SessionTable& table, SessionStart& start);

  [[nodiscard]] Traffic& traffic() const noexcept { return table_.traffic(settings_.place); }
  size_t take_input(std::span<char> bytes);
  void count_out(uint64_t messages, uint64_t bytes) noexcept {
    messages_out_ += messages;
    bytes_out_ += bytes;
    traffic().messages_out.add(messages);
    traffic().bytes_out.add(bytes);
  }

  size_t on_input(std::span<char> bytes) override;
  void on_input_end(End end) override;
  void on_drained() override;
  void on_timer() override;
  void on_fault(std::string_view what) noexcept override;

  void open_with(const SessionStart& start);
  bool handle(const protocol::Event& event);
  void on_peer_close(uint16_t code, std::string_view reason);
  void fail(uint16_t code, std::string_view cause);
  bool take_control();
  void answer_ping(std::string_view payload);
  void write_close(uint16_t code, std::string_view reason);
  void write_frame(protocol::Opcode opcode, std::string_view payload);
  [[nodiscard]] bool write_compressed(protocol::MessageType type, std::string_view payload);
  [[nodiscard]] protocol::Inflater* inflater();
  void keep_inflater() noexcept;
  [[nodiscard]] Contexts& contexts();
  [[nodiscard]] uint32_t park_after_ms() const noexcept;
  void check_contexts(uint32_t now) noexcept;
  bool has_room();
  bool make_room();
  bool conflate(uint64_t stream);
  void take_back(net::Dropped dropped);
  void count_dropped(uint32_t messages);
  void check_pressure();
  [[nodiscard]] bool reads_under_pressure() const noexcept;
  void charge(size_t bytes);
  void end_rest();
  void discard(size_t size);
  void report(uint16_t code, std::string_view reason, std::string_view cause);
  void set_state(State state);
  void apply_input();

  void run_timer();
  void keep_inbound(std::unique_ptr<protocol::MessageAssembler> assembler, const Progress& before);
  void schedule_next();
  bool check_partial(uint32_t now);
  bool check_pressure_stall(uint32_t now);
  bool check_ping(uint32_t now);
  [[nodiscard]] uint32_t now_ms() const noexcept;
  struct Identity {
    const char* address;
    const char* user;
    const char* path;
  };
  [[nodiscard]] Identity identity() const noexcept;
  void log_begin() const;
  void log_end(uint16_t code, std::string_view reason, std::string_view cause) const;
  void tell_end_log(uint16_t code, std::string_view reason, std::string_view cause) const;

  SessionTable& table_;
  const SessionSettings& settings_;
  SessionId id_ = 0;
  std::unique_ptr<Inbound> inbound_;
  std::unique_ptr<Contexts> contexts_;
  std::unique_ptr<std::string> pending_pong_;
  // Address, user and path, each ended by NUL: for the logs, and null when none is written. The
  // path only for an EndLog.
  std::unique_ptr<char[]> identity_;
  uint64_t bytes_in_ = 0;
  uint64_t bytes_out_ = 0;
  uint64_t messages_in_ = 0;
  uint64_t messages_out_ = 0;
  uint64_t opened_ms_;
  RateMeter meter_;
  uint32_t heard_ms_;       // when the peer last sent anything
  uint32_t since_ms_;       // when the pressure began, or the ping was sent
  uint32_t progress_ = 0;   // low half of the bytes that had left at since_ms_
  uint32_t discarded_ = 0;  // bytes after the end of messages
  const protocol::DeflateAgreement deflate_;
  uint32_t dropped_ = 0;  // messages for which there was no room
  State state_ = State::opening;
  uint8_t pongs_due_ = 0;    // for our pings
  bool handled_ : 1 = true;  // on_close is due
  bool reported_ : 1 = false;
  bool plugin_paused_ : 1 = false;
  bool pressed_ : 1 = false;    // the peer doesn't read: reading rests, or is not waited for
  bool resting_ : 1 = false;    // reading rests until there is credit for bytes
  bool was_full_ : 1 = false;   // on_drain is due
  bool slow_ : 1 = false;       // closing because the queue was full
  bool ping_sent_ : 1 = false;  // and nothing heard since
  bool peer_done_ : 1 = false;  // FIN came while our last bytes wait
  bool cut_ : 1 = false;        // the socket ends with RST
};

}  // namespace ws::session
