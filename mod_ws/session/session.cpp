// One peer's WebSocket session: input, output, the closing handshake.
#include "session/session.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "net/event_loop.h"
#include "protocol/close_code.h"
#include "protocol/frame_writer.h"

namespace ws::session {

namespace {

// How often the clock is asked while a flood of small messages is handled.
constexpr unsigned kMessagesPerSliceCheck = 16;
constexpr size_t kLargeMessage = size_t{16} * 1024;
// What a peer may still send after the end of messages before it is cut off.
constexpr uint32_t kMaxDiscarded = uint32_t{4} << 20;

std::unique_ptr<char[]> join_identity(std::initializer_list<std::string_view> texts) {
  size_t size = 0;
  for (const std::string_view text : texts) size += text.size() + 1;
  auto joined = std::make_unique<char[]>(size);
  char* to = joined.get();
  for (const std::string_view text : texts) {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    to += text.size() + 1;
  }
  return joined;
}

}  // namespace

Session::Session(SessionTable& table, SessionStart& start)
    : Connection(table.loop(), std::move(start.fd), std::move(start.ssl)),
      table_(table),
      settings_(*start.settings),
      opened_ms_(table.loop().now_ms()),
      meter_(now_ms()),
      heard_ms_(now_ms()),
      since_ms_(now_ms()),
      deflate_(start.deflate) {
  if (settings_.ends || settings_.log.enabled(base::LogLevel::info))
    identity_ = join_identity(
        {start.remote_ip, start.user, settings_.ends ? start.path : std::string_view()});
}

Session::~Session() {
  if (id_ != 0) table_.erase(id_);
}

SessionId Session::begin(SessionTable& table, SessionStart start) {
  std::unique_ptr<Session> session(new Session(table, start));
  session->id_ = table.insert(*session, std::move(start.seat), std::move(start.server_seats));
  if (session->id_ == 0) {
    start.settings->log.write(base::LogLevel::error, "no room for another session in this process");
    return 0;
  }
  const SessionId id = session->id_;
  // From here on it ends through set_state(ended).
  session.release()->open_with(start);
  return id;
}

void Session::open_with(const SessionStart& start) {
  log_begin();
  traffic().opened[is_tls() ? 1 : 0].add(1);
  const bool accepted = settings_.handler.on_open(*this, *start.request);
  if (!accepted) {
    handled_ = false;
    fail(protocol::kInternalError, "the plugin refused the session");
  } else if (state_ == State::opening) {
    set_state(State::open);
  }
  if (!Connection::open(start.early, start.early_sealed)) {
    drop("epoll refuses the socket");
  }
}

// The one place where the state changes.
void Session::set_state(State state) {
  state_ = state;
  switch (state) {
    case State::opening:
      break;
    case State::open:
      schedule_next();
      break;
    case State::closing:
    case State::finishing:
      pressed_ = false;
      resting_ = false;
      plugin_paused_ = false;
      pending_pong_.reset();
      apply_input();
      if (state == State::finishing) {
        inbound_.reset();
        contexts_.reset();
        finish_output();
      }
      loop().schedule(*this, settings_.limits.close_timeout_ms);
      break;
    case State::ended:
      stop_timer();
      close_socket(cut_);
      if (id_ != 0) table_.erase(id_);
      id_ = 0;
      loop().retire(std::unique_ptr<Connection>(this));
      break;
  }
}

size_t Session::on_input(std::span<char> bytes) {
  const uint64_t bytes_before = bytes_in_;
  const uint64_t messages_before = messages_in_;
  const size_t taken = take_input(bytes);
  // Ended or not: until the turn's end this lives.
  traffic().bytes_in.add(bytes_in_ - bytes_before);
  traffic().messages_in.add(messages_in_ - messages_before);
  return taken;
}

size_t Session::take_input(std::span<char> bytes) {
  const size_t offered = bytes.size();
  if (state_ == State::finishing) {
    discard(offered);
    return offered;
  }
  heard_ms_ = now_ms();
  if (ping_sent_) {
    ping_sent_ = false;
    schedule_next();
  }
  bytes_in_ += offered;
  std::unique_ptr<protocol::MessageAssembler> assembler =
      inbound_ ? std::move(inbound_->assembler) : table_.take_assembler();
  const Progress before{assembler->frames(), messages_in_, assembler->in_message()};
  protocol::Inflater* const its_inflater = inflater();
  unsigned countdown = kMessagesPerSliceCheck;
  size_t inflated = 0;
  while (input_wanted() && (state_ == State::open || state_ == State::closing)) {
    const protocol::Event event = assembler->next(bytes, settings_.limits.read, its_inflater);
    if (event.compressed) inflated += event.payload.size();
    if (!handle(event)) break;
    // Few bytes may have become a large message.
    if (--countdown == 0 || event.payload.size() > kLargeMessage) {
      countdown = kMessagesPerSliceCheck;
      if (loop().slice_is_over()) break;
    }
  }
  if (state_ == State::finishing || state_ == State::ended) return offered;
  bytes_in_ -= bytes.size();
  keep_inbound(std::move(assembler), before);
  const size_t taken = offered - bytes.size();
  charge(taken + inflated);
  return state_ == State::finishing ? offered : taken;
}

// False: no more events from this input.
bool Session::handle(const protocol::Event& event) {
  using Kind = protocol::Event::Kind;
  switch (event.kind) {
    case Kind::need_input:
      return false;
    case Kind::message:
      if (state_ != State::open) {
        discard(event.payload.size());
        return state_ == State::closing;
      }
      ++messages_in_;
      if (!meter_.take_message(settings_.limits.rates, now_ms())) {
        fail(protocol::kPolicyViolation, "too many messages");
        return false;
      }
      if (event.opcode == protocol::Opcode::text ? !settings_.limits.accepts_text
                                                 : !settings_.limits.accepts_binary) {
        fail(protocol::kUnsupportedData, "message type not accepted");
        return false;
      }
      settings_.handler.on_message(*this, event.opcode, event.payload);
      return true;
    case Kind::ping:
      if (state_ != State::open) return true;
      if (!take_control()) return false;
      answer_ping(event.payload);
      return true;
    case Kind::pong:
      if (state_ != State::open) return true;
      if (pongs_due_ == 0) return take_control();
      --pongs_due_;
      return true;
    case Kind::close:
      on_peer_close(event.close_code, event.payload);
      return false;
    case Kind::error:
      fail(protocol::close_code(event.error), protocol::describe(event.error));
      return false;
  }
  return false;
}

void Session::on_peer_close(uint16_t code, std::string_view reason) {
  // RFC 6455, section 5.5.1: answered with a Close of the same code, unless ours is out.
  if (state_ == State::open) write_close(code, reason);
  report(code, reason, state_ == State::closing ? "closed by us" : "closed by the peer");
  set_state(State::finishing);
}

// Ends the session with this code for what the peer did (RFC 6455, section 7.1.7).
void Session::fail(uint16_t code, std::string_view cause) {
  if (state_ == State::open || state_ == State::opening) write_close(code, {});
  report(code, {}, cause);
  set_state(State::finishing);
}

void Session::give_up_message(std::string_view cause) { fail(protocol::kTryAgainLater, cause); }

void Session::drop(std::string_view cause) {
  cut_ = true;
  report(protocol::kAbnormal, {}, cause);
  set_state(State::ended);
}

void Session::discard(size_t size) {
  discarded_ += static_cast<uint32_t>(std::min<size_t>(size, kMaxDiscarded));
  if (discarded_ > kMaxDiscarded && state_ != State::ended) drop("too much data after the close");
}

void Session::on_fault(std::string_view what) noexcept {
  if (state_ != State::ended) drop(what);
}

void Session::on_input_end(End end) {
  if (state_ == State::ended) return;
  if (end == End::finished && state_ == State::finishing && !output_finished()) {
    peer_done_ = true;
    return;
  }
  report(protocol::kAbnormal, {},
         end == End::broken ? "connection lost" : "peer left without a Close");
  set_state(State::ended);
}

void Session::write_frame(protocol::Opcode opcode, std::string_view payload) {
  char header[protocol::kMaxServerHeader];
  const size_t size = protocol::write_frame_header(header, opcode, payload.size());
  write({header, size}, payload);
  count_out(0, size + payload.size());
}

void Session::write_close(uint16_t code, std::string_view reason) {
  const protocol::ClosePayload payload = protocol::make_close_payload(code, reason);
  write_frame(protocol::Opcode::close, payload.view());
}

void Session::answer_ping(std::string_view payload) {
  if (waiting_bytes() == 0) return write_frame(protocol::Opcode::pong, payload);
  // RFC 6455, section 5.5.3: of several pings only the most recent must be answered.
  pending_pong_ = std::make_unique<std::string>(payload);
}

// The queue may be exceeded by one message: an echo to a peer whose reading pauses at half the
// queue is never too much.
bool Session::has_room() {
  const auto has = [this] {
    return waiting_bytes() < std::max<size_t>(settings_.limits.send_queue, 1);
  };
  if (has()) return true;
  try_flush();
  if (has() || make_room()) return true;
  if (!was_full_) tell("is slow: its send queue is full");
  was_full_ = true;
  if (settings_.limits.slow_client == SlowClient::close) {
    slow_ = true;
    close(protocol::kTryAgainLater, "too slow");
  }
  return false;
}

Session::SendResult Session::send(protocol::MessageType type, std::string_view payload) {
  if (!is_open()) return SendResult::gone;
  if (!has_room()) return SendResult::full;
  if (deflate_.server_window_bits == 0 || !write_compressed(type, payload))
    write_frame(type.opcode, payload);
  count_out(1, 0);
  check_pressure();
  return SendResult::ok;
}

Session::SendResult Session::send_frames(const base::SharedBytes& frames, uint32_t messages,
                                         uint64_t stream, size_t last) {
  if (!is_open()) return SendResult::gone;
  const bool only_last = conflate(stream);
  const uint32_t wanted = only_last ? 1 : messages;
  const size_t begin = only_last ? last : 0;
  if (wanted < messages) count_dropped(messages - wanted);
  if (!has_room()) {
    if (is_open()) count_dropped(wanted);
    return SendResult::full;
  }
  write(frames, {stream, wanted}, begin);
  count_out(wanted, frames.size() - begin);
  check_pressure();
  return SendResult::ok;
}

bool Session::close(uint16_t code, std::string_view reason) {
  if (!is_open()) return false;
  if (settings_.log.enabled(base::LogLevel::debug))
    tell("is closed with " + std::to_string(code) + (reason.empty() ? "" : ":"), reason);
  write_close(code, reason);
  set_state(State::closing);
  return true;
}

void Session::pause_input() {
  if (!is_open()) return;
  plugin_paused_ = true;
  apply_input();
}

void Session::resume_input() {
  if (!plugin_paused_) return;
  plugin_paused_ = false;
  ping_sent_ = false;
  heard_ms_ = now_ms();
  apply_input();
  schedule_next();
}

void Session::apply_input() {
  set_input_wanted(!plugin_paused_ && !resting_ && (!pressed_ || reads_under_pressure()));
}

// A peer that doesn't take our output isn't asked for more to answer.
void Session::check_pressure() {
  const auto is_relaxed = [this] { return waiting_bytes() * 2 <= settings_.limits.send_queue; };
  if (!is_open()) return;
  if (pressed_) return apply_input();
  if (is_relaxed()) return;
  // What waits for the turn's end only is no sign of a slow peer.
  try_flush();
  if (is_relaxed()) return;
  pressed_ = true;
  since_ms_ = now_ms();
  progress_ = static_cast<uint32_t>(bytes_out_ - queued_bytes());
  apply_input();
  schedule_next();
}

void Session::on_drained() {
  if (state_ == State::finishing && peer_done_) return set_state(State::ended);
  if (!is_open()) return;
  if (pending_pong_) {
    const auto pong = std::move(pending_pong_);
    write_frame(protocol::Opcode::pong, *pong);
  }
  if (pressed_) {
    pressed_ = false;
    ping_sent_ = false;
    heard_ms_ = now_ms();
    apply_input();
  }
  if (was_full_) {
    was_full_ = false;
    settings_.handler.on_drain(*this);
  }
}

}  // namespace ws::session
