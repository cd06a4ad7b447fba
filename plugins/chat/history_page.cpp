// What a client missed, or the newest of a channel.
#include "history_page.h"

#include <utility>

#include "server_message.h"

namespace chat {
namespace {

HistoryPage page_of(const wsp::HistoryReply& reply, bool resuming) {
  std::size_t bytes = 0;
  for (const wsp::HistoryMessage message : reply) bytes += message.payload().size();
  HistoryPage page{.messages = "[", .position = reply.position()};
  if (resuming) page.recovered = reply.recovered() && bytes <= kMaxPageBytes;
  for (const wsp::HistoryMessage message : reply) {
    const bool too_much = bytes > kMaxPageBytes;
    bytes -= message.payload().size();
    if (too_much) continue;
    if (page.messages.size() > 1) page.messages += ',';
    page.messages += stamped(message.payload(), message.position(), message.time_ms());
  }
  page.messages += ']';
  return page;
}

}  // namespace

wsp::Status ask_for_page(const wsp::History& history, wsp::Peer peer, const std::string& channel,
                         Reading reading, const std::optional<Since>& since, std::uint32_t limit,
                         PageCallback done) {
  const wsp::HistoryQuery query{.limit = limit, .since = since ? since->position : std::nullopt};
  auto answer = [resuming = since.has_value(),
                 done = std::move(done)](const wsp::HistoryReply& reply) {
    if (!reply) return done(nullptr);
    const HistoryPage page = page_of(reply, resuming);
    done(&page);
  };
  return reading == Reading::only ? history.read(peer, channel, query, std::move(answer))
                                  : history.subscribe(peer, channel, query, std::move(answer));
}

}  // namespace chat
