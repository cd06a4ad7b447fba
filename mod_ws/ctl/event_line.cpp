// What happens in a channel, as a line.
#include "ctl/event_line.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <time.h>

#include <array>
#include <memory>
#include <new>

#include "channel/channel_name.h"
#include "ctl/printable.h"
#include "protocol/utf8.h"

namespace ws::ctl {

namespace {

using channel::Event;
using channel::Position;

std::string local_time(int64_t time_ms) {
  const auto seconds = static_cast<time_t>(time_ms / 1000);
  tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), strftime(text.data(), text.size(), "%F %T", &parts)};
}

std::string text_of(const Position& position) {
  return std::to_string(position.epoch) + ':' + std::to_string(position.offset);
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

// An object for one line.
class Line {
 public:
  explicit Line(const char* event) : json_(cJSON_CreateObject(), cJSON_Delete) {
    add("event", event);
  }
  // What is no text goes as base64, under another name.
  Line& add(const char* name, std::string_view bytes, const char* other = "") {
    const bool is_text =
        protocol::is_valid_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
    check(cJSON_AddStringToObject(json_.get(), is_text ? name : other,
                                  (is_text ? std::string(bytes) : base64(bytes)).c_str()));
    return *this;
  }
  Line& add(const char* name, int64_t number) {
    check(cJSON_AddNumberToObject(json_.get(), name, static_cast<double>(number)));
    return *this;
  }
  Line& add(const Position& position) {
    return add("epoch", std::to_string(position.epoch))
        .add("offset", std::to_string(position.offset));
  }
  [[nodiscard]] std::string text() const {
    const std::unique_ptr<char, void (*)(void*)> text(cJSON_PrintUnformatted(json_.get()),
                                                      cJSON_free);
    check(text.get());
    return std::string(text.get()) + '\n';
  }

 private:
  static void check(const void* made) {
    if (!made) throw std::bad_alloc();
  }
  std::unique_ptr<cJSON, void (*)(cJSON*)> json_;
};

std::string shown(std::string_view text, Style style) {
  return style == Style::terminal ? printable(text) : std::string(text);
}

std::string message_line(const Event& event, std::string_view name, Style style) {
  const std::string_view payload = event.payload.view();
  if (style != Style::json)
    return local_time(event.time_ms) + "  " + std::string(name) + "  " + text_of(event.position) +
           "  " + shown(payload, style) + '\n';
  Line line("message");
  line.add("channel", name).add(event.position).add("time", event.time_ms);
  if (event.type.opcode == protocol::Opcode::text) {
    line.add("text", payload, "base64");
  } else {
    line.add("base64", base64(payload));
  }
  return line.text();
}

std::string presence_line(const Event& event, std::string_view name, Style style) {
  const channel::Member& member = *event.member;
  const char* const what = event.kind == Event::Kind::joined ? "joined" : "left";
  if (style != Style::json)
    return local_time(event.time_ms) + "  " + std::string(name) + "  " + shown(member.key, style) +
           ' ' + what + '\n';
  Line line(what);
  line.add("channel", name).add("time", event.time_ms);
  line.add("key", member.key, "key_base64").add("info", member.info, "info_base64");
  return line.text();
}

}  // namespace

std::string gap_line(std::string_view channel, const Position& position, Style style) {
  if (style == Style::json) return Line("gap").add("channel", channel).add(position).text();
  const std::string until = position.epoch == 0 ? "" : " up to " + text_of(position);
  return "gap: messages of " + std::string(channel) + until + " are lost\n";
}

std::string event_line(const Event& event, Style style) {
  const std::string_view name = channel::plain_name(event.channel.view());
  switch (event.kind) {
    case Event::Kind::message:
      return message_line(event, name, style);
    case Event::Kind::joined:
    case Event::Kind::left:
      return presence_line(event, name, style);
    case Event::Kind::gap:
      return channel::is_family(event.channel.view())
                 ? gap_line(std::string(name) + '*', event.position, style)
                 : gap_line(name, event.position, style);
    case Event::Kind::control:
      break;
  }
  return {};
}

}  // namespace ws::ctl
