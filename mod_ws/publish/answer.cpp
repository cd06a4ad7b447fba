// Answers in JSON.
#include "publish/answer.h"

#include <cjson/cJSON.h>

#include <memory>
#include <new>

#include "channel/channel_name.h"
#include "protocol/utf8.h"

namespace ws::publish {

namespace {

using channel::ChannelFacts;
using channel::Member;
using channel::Position;

class Json {
 public:
  Json() : Json(cJSON_CreateObject()) {}
  static Json array() { return Json(cJSON_CreateArray()); }

  Json& add(const char* name, std::string_view text) {
    check(cJSON_AddStringToObject(value_.get(), name, std::string(text).c_str()));
    return *this;
  }
  // Exact below 2^53.
  Json& add(const char* name, uint64_t number) {
    check(cJSON_AddNumberToObject(value_.get(), name, static_cast<double>(number)));
    return *this;
  }
  Json& add(const char* name, Json value) {
    if (!cJSON_AddItemToObject(value_.get(), name, value.value_.release())) throw std::bad_alloc();
    return *this;
  }
  Json& add(Json element) {
    if (!cJSON_AddItemToArray(value_.get(), element.value_.release())) throw std::bad_alloc();
    return *this;
  }
  Json& add(const Position& position) {
    return add("epoch", std::to_string(position.epoch))
        .add("offset", std::to_string(position.offset));
  }
  [[nodiscard]] std::string text() const {
    const std::unique_ptr<char, void (*)(void*)> text(cJSON_PrintUnformatted(value_.get()),
                                                      cJSON_free);
    check(text.get());
    return std::string(text.get()) + '\n';
  }

 private:
  explicit Json(cJSON* value) : value_(value, cJSON_Delete) { check(value); }
  static void check(const void* made) {
    if (!made) throw std::bad_alloc();
  }

  std::unique_ptr<cJSON, void (*)(cJSON*)> value_;
};

// A plugin's own bytes: they need not be text.
std::string_view shown(std::string_view bytes) {
  const bool is_text = protocol::is_valid_utf8(bytes) && bytes.find('\0') == bytes.npos;
  return is_text ? bytes : std::string_view();
}

Json placed(std::string_view channel, const channel::Receipt::Placed& one) {
  Json json;
  json.add("channel", channel).add(one.position).add("subscribers", one.subscribers);
  return json;
}

Json facts_of(std::string_view channel, const ChannelFacts& facts) {
  Json count;
  count.add("members", facts.members.keys).add("sessions", facts.members.sessions);
  Json json;
  json.add("channel", channel)
      .add(facts.position)
      .add("kept", facts.kept)
      .add("subscribers", facts.subscribers)
      .add("count", std::move(count));
  return json;
}

}  // namespace

std::string error_answer(std::string_view error, std::string_view message) {
  return Json().add("error", error).add("message", message).text();
}

std::string published_answer(std::span<const std::string> channels,
                             const channel::Receipt& receipt) {
  if (channels.size() == 1) return placed(channels[0], receipt.placed[0]).text();
  Json messages = Json::array();
  for (size_t i = 0; i < channels.size(); ++i) messages.add(placed(channels[i], receipt.placed[i]));
  return Json().add("messages", std::move(messages)).text();
}

std::string channel_answer(std::string_view channel, const ChannelFacts& facts,
                           const std::vector<Member>& members) {
  Json list = Json::array();
  for (const Member& member : members) {
    Json one;
    one.add("key", shown(member.key)).add("info", shown(member.info));
    list.add(std::move(one.add("sessions", uint64_t{member.session_count})));
  }
  return facts_of(channel, facts).add("members", std::move(list)).text();
}

std::string list_answer(std::span<const ChannelFacts> channels, std::string_view next) {
  Json list = Json::array();
  for (const ChannelFacts& one : channels) {
    const std::string_view name = channel::plain_name(one.channel);
    if (channel::is_valid_name(name) && !channel::is_family(one.channel))
      list.add(facts_of(name, one));
  }
  Json json;
  json.add("channels", std::move(list));
  if (!next.empty()) json.add("next", next);
  return json.text();
}

std::string cleared_answer(std::string_view channel, const channel::Cleared& cleared) {
  return Json()
      .add("channel", channel)
      .add(cleared.position)
      .add("removed", cleared.removed)
      .text();
}

std::string disconnected_answer(std::span<const std::string> users) {
  if (users.size() == 1) return Json().add("user", users[0]).text();
  Json list = Json::array();
  for (const std::string& user : users) list.add(std::move(Json().add("user", user)));
  return Json().add("users", std::move(list)).text();
}

}  // namespace ws::publish
