// The form of a line about a session's end.
#include "session/end_format.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <iterator>

#include "base/log.h"

namespace ws::session {

namespace {

constexpr size_t kMostText = 512;  // of one field

void put(std::string& to, std::string_view text) {
  to += text.empty() ? "-" : base::escaped(text, kMostText);
}

// As httpd's %t has it, without the brackets.
void put_time(std::string& to, time_t now) {
  std::array<char, 40> text{};
  tm parts{};
  localtime_r(&now, &parts);
  to.append(text.data(), std::strftime(text.data(), text.size(), "%d/%b/%Y:%H:%M:%S %z", &parts));
}

void put_duration(std::string& to, uint64_t ms) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%" PRIu64 ".%03u", ms / 1000,
                static_cast<unsigned>(ms % 1000));
  to += text.data();
}

void put_session(std::string& to, SessionId id) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%016" PRIx64, id);
  to += text.data();
}

using End = const SessionEnd&;
using Text = std::string&;
using Server = std::string_view;

}  // namespace

const EndFormat::Field EndFormat::kFields[] = {
    {"bytes-in", [](Text to, End end, Server, time_t) { to += std::to_string(end.bytes_in); }},
    {"bytes-out", [](Text to, End end, Server, time_t) { to += std::to_string(end.bytes_out); }},
    {"cause", [](Text to, End end, Server, time_t) { put(to, end.cause); }},
    {"client", [](Text to, End end, Server, time_t) { put(to, end.address); }},
    {"code", [](Text to, End end, Server, time_t) { to += std::to_string(end.code); }},
    {"dropped", [](Text to, End end, Server, time_t) { to += std::to_string(end.dropped); }},
    {"duration", [](Text to, End end, Server, time_t) { put_duration(to, end.duration_ms); }},
    {"messages-in",
     [](Text to, End end, Server, time_t) { to += std::to_string(end.messages_in); }},
    {"messages-out",
     [](Text to, End end, Server, time_t) { to += std::to_string(end.messages_out); }},
    {"path", [](Text to, End end, Server, time_t) { put(to, end.path); }},
    {"plugin", [](Text to, End end, Server, time_t) { put(to, end.plugin); }},
    {"reason", [](Text to, End end, Server, time_t) { put(to, end.reason); }},
    {"scheme", [](Text to, End end, Server, time_t) { to += end.is_tls ? "wss" : "ws"; }},
    {"server", [](Text to, End, Server server, time_t) { put(to, server); }},
    {"session", [](Text to, End end, Server, time_t) { put_session(to, end.id); }},
    {"time", [](Text to, End, Server, time_t now) { put_time(to, now); }},
    {"user", [](Text to, End end, Server, time_t) { put(to, end.user); }},
};

std::optional<EndFormat> EndFormat::parse(std::string_view text, std::string& error) {
  EndFormat format;
  std::string literal;
  while (!text.empty()) {
    const size_t percent = text.find('%');
    literal += text.substr(0, percent);
    if (percent == text.npos) break;
    text.remove_prefix(percent + 1);
    if (text.starts_with('%')) {
      literal += '%';
      text.remove_prefix(1);
      continue;
    }
    const size_t end = text.find('}');
    const std::string_view name =
        text.starts_with('{') && end != text.npos ? text.substr(1, end - 1) : std::string_view();
    const auto* const field = std::ranges::find(kFields, name, &Field::name);
    if (field == std::end(kFields)) {
      error = "\"%" + std::string(text.substr(0, end == text.npos ? 20 : end + 1)) +
              "\" is no field; there are %%";
      for (const Field& one : kFields) error += " %{" + std::string(one.name) + '}';
      return std::nullopt;
    }
    format.pieces_.push_back({std::move(literal), field->write});
    literal.clear();
    text.remove_prefix(end + 1);
  }
  if (!literal.empty()) format.pieces_.push_back({std::move(literal), nullptr});
  return format;
}

std::string EndFormat::line(const SessionEnd& end, std::string_view server, time_t now) const {
  std::string line;
  for (const Piece& piece : pieces_) {
    line += piece.text;
    if (piece.write) piece.write(line, end, server, now);
  }
  return line;
}

}  // namespace ws::session
