// The statistics of all processes, added up for whoever looks.
#include "plugin/statistics_view.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "base/log.h"
#include "protocol/utf8.h"

namespace ws::plugin {

namespace {

// Another process may have written anything there.
template <size_t N>
std::string text_of(const std::array<char, N>& text) {
  const std::string_view bytes(text.data(), strnlen(text.data(), N));
  return protocol::is_valid_utf8(bytes) ? std::string(bytes) : base::escaped(bytes);
}

uint64_t since(uint64_t now, uint64_t then) noexcept { return now - std::min(now, then); }

PlaceView& entry_of(std::vector<PlaceView>& places, const Place& place, uint32_t index) {
  PlaceView wanted;
  wanted.server = text_of(place.server);
  wanted.location = index == 0 ? "(others)" : text_of(place.location);
  wanted.plugin = text_of(place.plugin);
  const auto same = std::ranges::find_if(places, [&](const PlaceView& one) {
    return one.server == wanted.server && one.location == wanted.location &&
           one.plugin == wanted.plugin;
  });
  return same != places.end() ? *same : places.emplace_back(std::move(wanted));
}

void add_calls(PlaceView& to, const PluginCounts& counts, uint64_t now_ms) {
  for (size_t i = 0; i < kCallbacks; ++i) {
    const CallTimes& times = counts.callbacks[i];
    to.callbacks[i].calls += times.calls.get();
    to.callbacks[i].failures += times.failures.get();
    to.callbacks[i].time_ns += times.time_ns.get();
    to.callbacks[i].slowest_us = std::max(to.callbacks[i].slowest_us, slowest_us(times, now_ms));
  }
}

// Since the older of the row's marks.
void add_rates(PlaceView& to, const Row& row, uint32_t place, uint64_t now_ms) {
  const auto& marked = row.head().marked_ms;
  const unsigned older = marked[1].get() < marked[0].get() ? 1 : 0;
  const auto& mark = row.counts(place).marks[older];
  const double seconds =
      std::max(static_cast<double>(since(now_ms, marked[older].get())) / 1000, 1.0);
  const session::Traffic& traffic = row.traffic(place);
  to.in_per_second +=
      static_cast<double>(since(traffic.messages_in.get(), mark[0].get())) / seconds;
  to.out_per_second +=
      static_cast<double>(since(traffic.messages_out.get(), mark[1].get())) / seconds;
}

// Gives the connections that the row has open.
uint64_t add_traffic(PlaceView& to, const session::Traffic& traffic, bool is_alive) {
  uint64_t open = 0;
  for (size_t tls = 0; tls < 2; ++tls) {
    const uint64_t closed = traffic.closed[tls].get();
    const uint64_t opened = traffic.opened[tls].get();
    to.opened[tls] += opened;
    const uint64_t left = since(opened, closed);
    (is_alive ? to.open[tls] : to.closed_by[session::kLost]) += left;
    if (is_alive) open += left;
  }
  for (size_t kind = 0; kind < session::kCloseKinds; ++kind)
    to.closed_by[kind] += traffic.closed_by[kind].get();
  to.messages_in += traffic.messages_in.get();
  to.messages_out += traffic.messages_out.get();
  to.bytes_in += traffic.bytes_in.get();
  to.bytes_out += traffic.bytes_out.get();
  to.dropped += traffic.dropped.get();
  return open;
}

void add_process(StatisticsView& view, const RowHead& head, pid_t pid, uint64_t open,
                 uint64_t now_ms) {
  const auto known = std::ranges::find(view.processes, pid, &ProcessView::pid);
  ProcessView& process = known != view.processes.end() ? *known : view.processes.emplace_back();
  process.pid = pid;
  process.generation = head.generation.get();
  process.open += open;
  process.waiting_bytes += head.waiting_bytes.get();
  process.received_bytes += head.received_bytes.get();
  const uint64_t since_ms = head.stopping_since_ms.get();
  if (since_ms == 0) return;
  process.is_stopping = true;
  process.stopping_for_ms = since(now_ms, since_ms);
  process.stopping_sessions = head.stopping_sessions.get();
  process.stopping_left_ms = since(head.stopping_until_ms.get(), now_ms);
}

bool is_worth_telling(const PlaceView& place) noexcept {
  return place.opened[0] + place.opened[1] > 0 ||
         std::ranges::any_of(place.refused, [](uint64_t number) { return number > 0; });
}

}  // namespace

ProcessSums sums_of(const std::vector<ProcessView>& processes) noexcept {
  ProcessSums sums;
  for (const ProcessView& process : processes) {
    sums.draining += process.is_stopping ? 1 : 0;
    sums.draining_connections += process.is_stopping ? process.open : 0;
    sums.waiting_bytes += process.waiting_bytes;
    sums.received_bytes += process.received_bytes;
  }
  return sums;
}

std::string_view name_of(Callback callback) noexcept {
  static constexpr std::array<std::string_view, kCallbacks> kNames{
      "on_handshake", "on_open",    "on_message", "on_drain",
      "on_close",     "on_deliver", "presence",   "timer"};
  return kNames[static_cast<size_t>(callback)];
}

std::string close_name(size_t kind) {
  static constexpr std::array<const char*, 4> kRanges{"3xxx", "4xxx", "other", "lost"};
  return kind < 16 ? std::to_string(1000 + kind) : kRanges.at(kind - 16);
}

std::string refusal_name(size_t kind) {
  const uint16_t status = kRefusalStatus.at(kind);
  return status != 0 ? std::to_string(status) : "other";
}

StatisticsView view_of(const Statistics& statistics, uint64_t now_ms) {
  StatisticsView view;
  const Statistics::Size size = statistics.size();
  std::vector<uint64_t> open(size.rows);
  std::vector<pid_t> owners(size.rows);
  for (uint32_t i = 0; i < size.rows; ++i) owners[i] = Statistics::owner_of(statistics.row(i));
  for (uint32_t index = 0; index < size.places; ++index) {
    const Place* const place = statistics.place(index);
    if (!place) continue;
    PlaceView& entry = entry_of(view.places, *place, index);
    for (uint32_t i = 0; i < size.rows; ++i) {
      const Row row = statistics.row(i);
      open[i] += add_traffic(entry, row.traffic(index), owners[i] != 0);
      const PluginCounts& counts = row.counts(index);
      for (size_t kind = 0; kind < kRefusalStatus.size(); ++kind)
        entry.refused[kind] += counts.refused[kind].get();
      entry.published += counts.published.get();
      add_calls(entry, counts, now_ms);
      if (owners[i] != 0) add_rates(entry, row, index, now_ms);
    }
  }
  std::erase_if(view.places,
                [](const PlaceView& one) { return one.plugin.empty() && !is_worth_telling(one); });
  std::ranges::sort(view.places, {}, [](const PlaceView& one) {
    return std::tie(one.server, one.location, one.plugin);
  });
  for (uint32_t i = 0; i < size.rows; ++i) {
    const RowHead& head = statistics.row(i).head();
    view.gaps += head.bus.gaps.get();
    view.bus_turns += head.bus.turns.get();
    view.bus_delays_ms += head.bus.delays_ms.get();
    view.http_accepted += head.http_accepted.get();
    view.http_refused += head.http_refused.get();
    if (owners[i] != 0) add_process(view, head, owners[i], open[i], now_ms);
  }
  std::ranges::sort(view.processes, {}, &ProcessView::pid);
  return view;
}

}  // namespace ws::plugin
