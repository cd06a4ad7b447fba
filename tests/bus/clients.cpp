// The clients of one loop.
#include "clients.h"

#include "records.h"

namespace ws::channel::test {

Clients::Clients(Bus& bus, std::function<void()> on_wake, std::function<void(std::string)> say)
    : bus_(bus), on_wake_(std::move(on_wake)), say_(std::move(say)) {
  bus_.add(*this);
}

Clients::~Clients() { bus_.remove(*this); }

void Clients::receive() {
  std::vector<Event> events;
  bus_.receive(*this, events);
  std::map<std::string_view, uint64_t> orders;
  for (const Event& event : events) {
    uint64_t& last = orders[event.channel.view()];
    const bool is_gap = event.kind == Event::Kind::gap;
    if (is_gap ? event.order < last : event.order <= last) say_(line("wrong", "order"));
    last = event.order;
    for (auto& [id, client] : clients_)
      if (client.channel == event.channel.view()) give(id, client, event);
  }
}

void Clients::give(uint64_t id, Client& client, const Event& event) {
  if (client.after == kWaiting) return client.waiting.push_back(event);
  if (event.order <= client.after) return;
  const Position& at = event.position;
  switch (event.kind) {
    case Event::Kind::message:
      say_(line("msg", id, at.epoch, at.offset, id_of(event.payload.view())));
      break;
    case Event::Kind::joined:
      say_(line("joined", id, event.member->key));
      break;
    case Event::Kind::left:
      say_(line("left", id, event.member->key));
      break;
    case Event::Kind::gap:
      say_(line("gap", id, at.epoch, at.offset));
      break;
    case Event::Kind::control:
      break;
  }
}

void Clients::subscribe(uint64_t id, const std::string& channel, std::optional<Position> since) {
  if (channels_[channel]++ == 0 && bus_.listen(*this, channel) != BusStatus::ok) {
    channels_.erase(channel);
    return say_(line("refused", id));
  }
  Client& client = clients_[id] = {channel, kWaiting, ++last_reading_, {}};
  bus_.read(*this, channel, {since, 0},
            [this, id, reading = client.reading](BusStatus status, const History& history) {
              end_reading(id, reading, status, history);
            });
}

void Clients::end_reading(uint64_t id, uint64_t reading, BusStatus status, const History& history) {
  const auto known = clients_.find(id);
  if (known == clients_.end() || known->second.reading != reading) return;
  Client& client = known->second;
  if (status != BusStatus::ok) {
    say_(line("refused", id));
    return unsubscribe(id);
  }
  say_(line("begin", id, history.recovered ? 1 : 0, history.position.epoch, history.position.offset,
            history.messages.size()));
  for (const Event& event : history.messages)
    say_(line("old", id, event.position.epoch, event.position.offset, id_of(event.payload.view())));
  say_(line("live", id));
  client.after = history.order;
  for (const Event& event : std::exchange(client.waiting, {})) give(id, client, event);
}

void Clients::unsubscribe(uint64_t id) {
  const auto known = clients_.find(id);
  if (known == clients_.end()) return;
  const std::string channel = known->second.channel;
  clients_.erase(known);
  if (--channels_[channel] > 0) return;
  channels_.erase(channel);
  bus_.forget(*this, channel);
}

void Clients::head(uint64_t token, const std::string& channel) {
  bus_.read(*this, channel, {std::nullopt, 1},
            [this, token](BusStatus status, const History& found) {
              if (status == BusStatus::ok)
                say_(line("head", token, found.position.epoch, found.position.offset));
            });
}

}  // namespace ws::channel::test
