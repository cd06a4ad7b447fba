// The channels in a state directory.
#include "ctl/state_door.h"

#include <utility>
#include <variant>
#include <vector>

#include "plugin/user_channel.h"
#include "publish/call.h"
#include "publish/execute.h"

namespace ws::ctl {

namespace {

constexpr char kMark = '\r';  // of a user's channel, see plugin/user_channel.h
constexpr size_t kPage = 1000;

bool fail(std::string message, std::string& error) {
  error = std::move(message);
  return false;
}

}  // namespace

bool StateDoor::call(const Request& request, std::string& answer, std::string& error) {
  auto parsed = publish::parse_call(request.method, request.path, request.query);
  if (auto* const refusal = std::get_if<publish::Refusal>(&parsed))
    return fail(std::move(refusal->message), error);
  const auto& call = std::get<publish::Call>(parsed);
  std::set<std::string> locations;
  const bool is_kick = call.kind == publish::Call::Kind::disconnect;
  if (is_kick && !find_locations(call.users.front(), locations, error)) return false;
  const publish::Content content{
      request.binary ? protocol::Opcode::binary : protocol::Opcode::text, request.body, {}};
  const publish::Ground ground{
      bus_, name_space_, {locations.begin(), locations.end()}, timeout_ms_};
  auto result = publish::execute(call, content, ground);
  if (auto* const refusal = std::get_if<publish::Refusal>(&result))
    return fail(std::move(refusal->message), error);
  answer = std::move(std::get<publish::Done>(result).json);
  return true;
}

// Users' channels are named by Location and user, or by a hash of both.
bool StateDoor::find_locations(std::string_view user, std::set<std::string>& found,
                               std::string& error) {
  if (!location_.empty()) {
    found.insert(location_);
    return true;
  }
  const std::string beginning = name_space_ + '\n' + kMark;
  std::set<std::string> names;
  std::set<std::string> locations;
  std::string after;
  std::vector<channel::ChannelFacts> page;
  do {
    if (bus_.list(beginning, after, kPage, page) != channel::BusStatus::ok)
      return fail("The channels cannot be read at the moment.", error);
    for (const channel::ChannelFacts& one : page) {
      const std::string name = one.channel.substr(beginning.size());
      const size_t end = name.find(kMark);
      if (end != 0 && end != std::string::npos) locations.insert(name.substr(0, end));
      names.insert(one.channel);
    }
    if (!page.empty()) after = page.back().channel;
  } while (page.size() == kPage);
  for (const std::string& location : locations)
    if (names.contains(plugin::user_channel(name_space_, location, user))) found.insert(location);
  if (!found.empty()) return true;
  return fail("no connection of " + std::string(user) +
                  " was found; if there is one, name its Location with --location",
              error);
}

}  // namespace ws::ctl
