// The end of a session, for its handler and for the log.
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>

#include "net/event_loop.h"
#include "protocol/close_code.h"
#include "session/session.h"
#include "session/session_end.h"

namespace ws::session {

namespace {

// What a peer can bring about as often as it likes.
bool is_bad_end(uint16_t code) noexcept {
  switch (code) {
    case protocol::kProtocolError:
    case protocol::kUnsupportedData:
    case protocol::kAbnormal:
    case protocol::kInvalidPayload:
    case protocol::kPolicyViolation:
    case protocol::kMessageTooBig:
    case protocol::kInternalError:
      return true;
    default:
      return false;
  }
}

}  // namespace

// Once, whatever ends the session: nothing reaches the handler afterwards.
void Session::report(uint16_t code, std::string_view reason, std::string_view cause) {
  if (reported_) return;
  reported_ = true;
  if (handled_) settings_.handler.on_close(*this, code, reason);
  attachment.reset();
  traffic().closed[is_tls() ? 1 : 0].add(1);
  traffic().closed_by[close_kind(code)].add(1);
  log_end(code, reason, cause);
}

Session::Identity Session::identity() const noexcept {
  const char* const address = identity_.get();
  const char* const user = address + std::strlen(address) + 1;
  return {address, user, user + std::strlen(user) + 1};
}

void Session::tell(std::string_view what, std::string_view detail) const noexcept {
  if (!settings_.log.enabled(base::LogLevel::debug)) return;
  try {
    char number[40];
    const int size = std::snprintf(number, sizeof number, "session %016" PRIx64 " ", id_);
    settings_.log.write(base::LogLevel::debug, std::string(number, static_cast<size_t>(size)) +
                                                   std::string(what) + (detail.empty() ? "" : " ") +
                                                   base::escaped(detail));
  } catch (const std::bad_alloc&) {
    settings_.log.write(base::LogLevel::error, "no memory for a line about a session");
  }
}

void Session::log_begin() const {
  if (!identity_ || !settings_.log.enabled(base::LogLevel::debug)) return;
  const auto [address, user, path] = identity();
  char line[256];
  const int size = std::snprintf(
      line, sizeof line, "session %016" PRIx64 " opens: plugin=%s client=%s user=\"%s\" tls=%s",
      id_, settings_.plugin_name.c_str(), address, base::escaped(user, 64).c_str(),
      is_tls() ? "yes" : "no");
  settings_.log.write(base::LogLevel::debug, {line, std::min<size_t>(size, sizeof line - 1)});
}

void Session::log_end(uint16_t code, std::string_view reason, std::string_view cause) const {
  if (!identity_) return;
  if (settings_.ends) tell_end_log(code, reason, cause);
  if (!settings_.log.enabled(base::LogLevel::info)) return;
  if (is_bad_end(code) && !table_.bad_end_lines().take(settings_.log)) return;
  const auto [address, user, path] = identity();
  const uint64_t lasted_ms = loop().now_ms() - opened_ms_;
  char dropped[32] = "";
  if (dropped_ > 0) std::snprintf(dropped, sizeof dropped, " dropped %u", dropped_);
  char line[1024];
  const int size = std::snprintf(
      line, sizeof line,
      "session %016" PRIx64
      " ended: code=%u (%.*s) reason=\"%s\" plugin=%s client=%s user=\"%s\" "
      "duration=%" PRIu64 ".%03us in=%" PRIu64 "/%" PRIu64 " out=%" PRIu64 "/%" PRIu64
      " (messages/bytes)%s",
      id_, code, static_cast<int>(cause.size()), cause.data(), base::escaped(reason, 123).c_str(),
      settings_.plugin_name.c_str(), address, base::escaped(user, 64).c_str(), lasted_ms / 1000,
      static_cast<unsigned>(lasted_ms % 1000), messages_in_, bytes_in_, messages_out_, bytes_out_,
      dropped);
  settings_.log.write(base::LogLevel::info, {line, std::min<size_t>(size, sizeof line - 1)});
}

void Session::tell_end_log(uint16_t code, std::string_view reason, std::string_view cause) const {
  const auto [address, user, path] = identity();
  settings_.ends->write({.id = id_,
                         .address = address,
                         .user = user,
                         .path = path,
                         .plugin = settings_.plugin_name,
                         .is_tls = is_tls(),
                         .code = code,
                         .reason = reason,
                         .cause = cause,
                         .duration_ms = loop().now_ms() - opened_ms_,
                         .messages_in = messages_in_,
                         .messages_out = messages_out_,
                         .bytes_in = bytes_in_,
                         .bytes_out = bytes_out_,
                         .dropped = dropped_});
}

}  // namespace ws::session
