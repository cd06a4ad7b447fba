// What a user has read and follows.
#include "user_state.h"

#include <algorithm>
#include <tuple>

#include "notification.h"
#include "shared/json.h"
#include "topic.h"

namespace notifications {

using namespace shared;

namespace {

std::string text_of(const cJSON* object, const char* name) {
  const cJSON* item = cJSON_GetObjectItemCaseSensitive(object, name);
  return cJSON_IsString(item) ? item->valuestring : "";
}

std::string list(const std::string& items) { return "[" + items + "]"; }

void append(std::string& items, const JsonObject& item) {
  if (!items.empty()) items += ',';
  items += item.print();
}

}  // namespace

UserState::Read& UserState::read_of(std::string_view topic, std::uint64_t epoch) {
  const auto known = read_.try_emplace(std::string(topic)).first;
  if (known->second.epoch != epoch) known->second = Read{epoch, {}};
  return known->second;
}

void UserState::mark_read(std::string_view topic, std::uint64_t epoch, std::uint64_t first,
                          std::uint64_t last) {
  if (first <= last) read_of(topic, epoch).offsets.add(first, last);
}

bool UserState::is_read(std::string_view topic, const wsp::Position& position) const {
  const auto known = read_.find(topic);
  return known != read_.end() && known->second.epoch == position.epoch &&
         known->second.offsets.has(position.offset);
}

void UserState::choose(std::string_view topic, bool follows, std::int64_t now_ms) {
  const auto known = choices_.find(topic);
  // A choice counts also where the clocks of two machines, or of one, disagree.
  const std::int64_t least_ms = known == choices_.end() ? 0 : known->second.time_ms + 1;
  decide(topic, {follows, std::max(now_ms, least_ms)});
}

void UserState::decide(std::string_view topic, const Choice& choice) {
  const auto order = [](const Choice& c) { return std::tuple(c.time_ms, c.follows); };
  const auto [known, is_new] = choices_.try_emplace(std::string(topic), choice);
  if (!is_new && order(known->second) < order(choice)) known->second = choice;
  if (choices_.size() <= kMostChoices) return;
  choices_.erase(std::min_element(choices_.begin(), choices_.end(), [&](auto& a, auto& b) {
    return order(a.second) < order(b.second);
  }));
}

std::optional<bool> UserState::choice(std::string_view topic) const {
  const auto known = choices_.find(topic);
  return known == choices_.end() ? std::nullopt : std::optional(known->second.follows);
}

std::vector<std::string> UserState::chosen() const {
  std::vector<std::string> topics;
  for (const auto& [topic, choice] : choices_)
    if (choice.follows) topics.push_back(topic);
  return topics;
}

void UserState::join(const UserState& other) {
  for (const auto& [topic, read] : other.read_) {
    const auto known = read_.find(topic);
    // Epochs grow: an older one is over.
    if (known != read_.end() && known->second.epoch > read.epoch) continue;
    read_of(topic, read.epoch).offsets.add_all(read.offsets);
  }
  for (const auto& [topic, choice] : other.choices_) decide(topic, choice);
}

std::string UserState::print() const {
  std::string read, choices;
  for (const auto& [topic, r] : read_)
    append(read, JsonObject()
                     .text("topic", topic)
                     .big_number("epoch", r.epoch)
                     .text("offsets", r.offsets.print()));
  for (const auto& [topic, c] : choices_)
    append(choices,
           JsonObject().text("topic", topic).flag("follows", c.follows).number("time", c.time_ms));
  return JsonObject().raw("read", list(read)).raw("choices", list(choices)).print();
}

UserState UserState::parse(std::string_view text) {
  UserState state;
  const Json json = parse_object(text);
  if (!json) return state;
  const cJSON* item = nullptr;
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json.get(), "read")) {
    const std::string topic = text_of(item, "topic");
    const auto epoch = parse_decimal(text_of(item, "epoch"));
    if (epoch && (topic == kOwn || is_valid_topic(topic)))
      state.read_of(topic, *epoch).offsets.add_all(ReadSet::parse(text_of(item, "offsets")));
  }
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json.get(), "choices")) {
    const std::string topic = text_of(item, "topic");
    const cJSON* follows = cJSON_GetObjectItemCaseSensitive(item, "follows");
    const cJSON* time = cJSON_GetObjectItemCaseSensitive(item, "time");
    if (is_valid_topic(topic) && cJSON_IsBool(follows) && cJSON_IsNumber(time) &&
        time->valuedouble >= 0 && time->valuedouble < 9e15)
      state.decide(topic, {cJSON_IsTrue(follows) != 0, static_cast<int64_t>(time->valuedouble)});
  }
  return state;
}

}  // namespace notifications
