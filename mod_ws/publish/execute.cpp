// Does what a call asks for, on the bus.
#include "publish/execute.h"

#include <openssl/evp.h>

#include <array>
#include <utility>
#include <vector>

#include "channel/channel_name.h"
#include "channel/close_order.h"
#include "channel/own_channel.h"
#include "plugin/user_channel.h"
#include "publish/answer.h"
#include "publish/content.h"

namespace ws::publish {

namespace {

using channel::BusStatus;
using Result = std::variant<Done, Refusal>;

Refusal refusal_of(BusStatus status) {
  switch (status) {
    case BusStatus::full:
      return {503, "full", "There is no room for another message or channel."};
    case BusStatus::conflict:
      return {422, "key_reused", "This Idempotency-Key was another message's."};
    default:
      return {503, "unavailable", "The channels cannot be used at the moment."};
  }
}

std::string full(const Ground& ground, std::string_view name) {
  return std::string(channel::FullName(ground.name_space, name));
}

// Of what the caller said: rules may change until he asks again.
std::array<unsigned char, 32> digest_of(const Call& call, const Content& content) {
  std::array<unsigned char, 32> digest{};
  std::string text(1, static_cast<char>(content.opcode));
  for (const std::string& name : call.channels) text.append(name).append(1, '\0');
  if (call.keep)
    text.append(std::to_string(call.keep->count))
        .append(1, ' ')
        .append(std::to_string(call.keep->age_ms));
  if (!call.may_compress) text.append(1, '!');
  text.append(1, '\0').append(content.body);
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

// The call's word, the administrator's, our own: users find what was meant for them when they come.
std::optional<channel::Keep> keep_of(const Call& call, const Ground& ground,
                                     std::string_view name) {
  constexpr channel::Keep kOwn{100, 0};
  if (call.keep) return call.keep;
  if (ground.kept_by_rule)
    if (const auto keep = ground.kept_by_rule(name)) return keep;
  return channel::is_of_users(name) ? std::optional(kOwn) : std::nullopt;
}

Result publish(const Call& call, const Content& content, const Ground& ground) {
  if (auto refusal = check_body(content.opcode, content.body)) return *std::move(refusal);
  channel::Submission submission;
  submission.type = {content.opcode, call.may_compress};
  submission.payload = content.body;
  for (const std::string& name : call.channels)
    submission.targets.push_back({full(ground, name), keep_of(call, ground, name)});
  if (!content.key.empty()) {
    submission.key = std::string(ground.name_space).append(1, '\n').append(content.key);
    submission.digest = digest_of(call, content);
  }
  const channel::Receipt receipt = ground.bus.submit(submission, ground.patience_ms);
  if (receipt.status != BusStatus::ok) return refusal_of(receipt.status);
  return Done{published_answer(call.channels, receipt), receipt.is_replay};
}

// At each Location: they keep their users apart.
Result disconnect(const Call& call, const Content& content, const Ground& ground) {
  auto farewell = parse_farewell(content.body);
  if (auto* const refusal = std::get_if<Refusal>(&farewell)) return std::move(*refusal);
  const auto& [code, reason] = std::get<Farewell>(farewell);
  for (const std::string& user : call.users)
    for (const std::string_view location : ground.locations) {
      const BusStatus status =
          ground.bus.control_and_wait(plugin::user_channel(ground.name_space, location, user),
                                      channel::encode_close(code, reason), ground.patience_ms);
      if (status != BusStatus::ok) return refusal_of(status);
    }
  return Done{disconnected_answer(call.users)};
}

Result describe(const Call& call, const Ground& ground) {
  const std::string name = full(ground, call.channels.front());
  channel::ChannelFacts facts;
  std::vector<channel::Member> members;
  BusStatus status = ground.bus.describe(name, facts);
  if (status == BusStatus::ok) status = ground.bus.members(name, members);
  if (status != BusStatus::ok) return refusal_of(status);
  return Done{channel_answer(call.channels.front(), facts, members)};
}

Result list(const Call& call, const Ground& ground) {
  std::vector<channel::ChannelFacts> channels;
  const std::string all = std::string(ground.name_space) + '\n';
  // Before names come the channels that no plugin can name: they begin with a control character.
  const std::string after = all + (call.after.empty() ? " " : call.after);
  const BusStatus status = ground.bus.list(all + call.prefix, after, call.limit, channels);
  if (status != BusStatus::ok) return refusal_of(status);
  std::string_view next;
  if (channels.size() == call.limit)
    next = std::string_view(channels.back().channel).substr(all.size());
  return Done{list_answer(channels, next)};
}

Result clear(const Call& call, const Ground& ground) {
  const channel::Cleared cleared =
      ground.bus.clear(full(ground, call.channels.front()), ground.patience_ms);
  if (cleared.status != BusStatus::ok) return refusal_of(cleared.status);
  return Done{cleared_answer(call.channels.front(), cleared)};
}

}  // namespace

Result execute(const Call& call, const Content& content, const Ground& ground) {
  switch (call.kind) {
    case Call::Kind::publish:
      return publish(call, content, ground);
    case Call::Kind::disconnect:
      return disconnect(call, content, ground);
    case Call::Kind::describe:
      return describe(call, ground);
    case Call::Kind::list:
      return list(call, ground);
    case Call::Kind::clear:
      return clear(call, ground);
  }
  return Refusal{500, "unavailable", "The call is of no known kind."};
}

}  // namespace ws::publish
