// Compression of a session's messages (RFC 7692), and what is kept for it between them.
#include <string>
#include <utility>

#include "protocol/deflater_pool.h"
#include "protocol/frame_writer.h"
#include "session/session.h"

namespace ws::session {

Session::Contexts& Session::contexts() {
  if (!contexts_) contexts_ = std::make_unique<Contexts>();
  contexts_->used_ms = now_ms();
  if (std::exchange(contexts_->are_parked, false)) schedule_next();
  return *contexts_;
}

// What was not used for so long.
uint32_t Session::park_after_ms() const noexcept {
  constexpr uint32_t kWithoutPings = 25'000;
  const uint32_t interval = settings_.limits.ping_interval_ms;
  return interval != 0 ? interval : kWithoutPings;
}

// What the peer's next message may refer to is kept, in a small form.
void Session::check_contexts(uint32_t now) noexcept {
  if (!contexts_ || contexts_->are_parked || now - contexts_->used_ms < park_after_ms()) return;
  if (inbound_ && inbound_->assembler->inflating()) {
    contexts_->used_ms = now;
    return;
  }
  contexts_->deflater.reset();
  if (contexts_->inflater) contexts_->inflater->park();
  contexts_->are_parked = true;
}

void Session::break_context() noexcept {
  if (contexts_ && contexts_->deflater) contexts_->deflater->reset();
}

// False: it goes out as it is.
bool Session::write_compressed(protocol::MessageType type, std::string_view payload) {
  const protocol::DeflateSettings& settings = *settings_.limits.deflate;
  if (!type.may_compress || payload.empty() || payload.size() < settings.min_size) return false;
  const unsigned window_bits = deflate_.server_window_bits;
  std::string deflated;
  if (deflate_.server_takeover) {
    // After an exception there is none.
    auto deflater = std::move(contexts().deflater);
    if (!deflater) deflater = std::make_unique<protocol::Deflater>(window_bits, settings.level);
    deflater->compress(payload, deflated);
    if (deflated.size() >= payload.size()) deflater->reset();
    contexts_->deflater = std::move(deflater);
  } else {
    table_.deflaters().compress(payload, protocol::window_for(payload.size(), window_bits),
                                settings.level, deflated);
  }
  if (deflated.size() >= payload.size()) return false;
  char header[protocol::kMaxServerHeader];
  const size_t size =
      protocol::write_frame_header(header, type.opcode, deflated.size(), true, true);
  write({header, size}, deflated);
  count_out(0, size + deflated.size());
  return true;
}

// For the next input; null: nothing compressed may come.
protocol::Inflater* Session::inflater() {
  if (deflate_.client_window_bits == 0) return nullptr;
  if (deflate_.client_takeover) {
    auto& own = contexts().inflater;
    if (!own) own = std::make_unique<protocol::Inflater>(deflate_.client_window_bits, true);
    return own.get();
  }
  if (inbound_ && inbound_->inflater) return inbound_->inflater.get();
  protocol::Inflater& shared = table_.inflater();
  shared.use_for(deflate_.client_window_bits, false);
  return &shared;
}

// Inside of a compressed message the loop's one is the session's.
void Session::keep_inflater() noexcept {
  if (inbound_->assembler->inflating()) {
    if (!inbound_->inflater && !deflate_.client_takeover)
      inbound_->inflater = table_.take_inflater();
  } else if (inbound_->inflater) {
    table_.give_back(std::move(inbound_->inflater));
  }
}

}  // namespace ws::session
