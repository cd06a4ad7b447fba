// The statistics in the two forms of mod_status.
#include "plugin/status_text.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string_view>

namespace ws::plugin {

namespace {

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// What is one line in the configuration stays one here.
std::string on_one_line(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return out;
}

std::string decimal(double value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

template <size_t N>
uint64_t sum(const std::array<uint64_t, N>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), uint64_t{0});
}

struct Slowest {
  uint64_t us = 0;
  std::string_view callback;
};

Slowest slowest_of(const PlaceView& place) {
  Slowest slowest;
  for (size_t i = 0; i < kCallbacks; ++i)
    if (place.callbacks.at(i).slowest_us > slowest.us)
      slowest = {place.callbacks.at(i).slowest_us, name_of(static_cast<Callback>(i))};
  return slowest;
}

// The mean.
double bus_delay_ms(const StatisticsView& view) {
  const auto turns = static_cast<double>(std::max<uint64_t>(view.bus_turns, 1));
  return static_cast<double>(view.bus_delays_ms) / turns;
}

std::string in_ms(uint64_t us) { return decimal(static_cast<double>(us) / 1000, 0); }

uint64_t failures_of(const PlaceView& place) {
  uint64_t failures = 0;
  for (const CallView& calls : place.callbacks) failures += calls.failures;
  return failures;
}

void add_row(std::string& html, const char* tag, std::initializer_list<std::string> cells) {
  html += "<tr>";
  for (const std::string& cell : cells)
    html += '<' + std::string(tag) + '>' + escaped_html(cell) + "</" + tag + '>';
  html += "</tr>\n";
}

std::string state_of(const ProcessView& process) {
  if (!process.is_stopping) return "serving";
  const uint64_t closed =
      process.stopping_sessions - std::min(process.stopping_sessions, process.open);
  std::string state = "draining for " + std::to_string(process.stopping_for_ms / 1000) + " s, " +
                      std::to_string(closed) + " of " + std::to_string(process.stopping_sessions) +
                      " closed";
  if (process.stopping_left_ms > 0)
    state += ", " + std::to_string(process.stopping_left_ms / 1000) + " s left";
  return state;
}

// Reasons for the ends of connections, the ordinary first.
std::string ends_of(const PlaceView& place) {
  std::string text;
  for (size_t kind = 0; kind < session::kCloseKinds; ++kind) {
    if (place.closed_by.at(kind) == 0) continue;
    text += (text.empty() ? "" : ", ") + close_name(kind) + ": " +
            std::to_string(place.closed_by.at(kind));
  }
  return text;
}

std::string refusals_of(const PlaceView& place) {
  std::string text;
  for (size_t kind = 0; kind < kRefusalStatus.size(); ++kind) {
    if (place.refused.at(kind) == 0) continue;
    text += (text.empty() ? "" : ", ") + refusal_name(kind) + ": " +
            std::to_string(place.refused.at(kind));
  }
  return text;
}

void add_places(std::string& html, const StatisticsView& view) {
  html += "<table border=\"0\" class=\"websocket-locations\">\n";
  add_row(html, "th",
          {"Server", "Location", "Plugin", "ws", "wss", "Opened", "Closed by code", "Refused",
           "Messages in", "/s", "Messages out", "/s", "kB in", "kB out", "Published", "Dropped",
           "Slowest call ms", "Exceptions"});
  for (const PlaceView& place : view.places) {
    const Slowest slowest = slowest_of(place);
    add_row(html, "td",
            {place.server, place.location, place.plugin, std::to_string(place.open[0]),
             std::to_string(place.open[1]), std::to_string(sum(place.opened)), ends_of(place),
             refusals_of(place), std::to_string(place.messages_in), decimal(place.in_per_second, 1),
             std::to_string(place.messages_out), decimal(place.out_per_second, 1),
             std::to_string(place.bytes_in / 1024), std::to_string(place.bytes_out / 1024),
             std::to_string(place.published), std::to_string(place.dropped),
             in_ms(slowest.us) + (slowest.us > 0 ? " " + std::string(slowest.callback) : ""),
             std::to_string(failures_of(place))});
  }
  html += "</table>\n";
}

void add_processes(std::string& html, const StatisticsView& view) {
  html += "<table border=\"0\" class=\"websocket-processes\">\n";
  add_row(html, "th",
          {"PID", "Generation", "State", "WebSockets", "Bytes that wait for slow clients",
           "Bytes of messages not complete"});
  for (const ProcessView& process : view.processes)
    add_row(html, "td",
            {std::to_string(process.pid), std::to_string(process.generation), state_of(process),
             std::to_string(process.open), std::to_string(process.waiting_bytes),
             std::to_string(process.received_bytes)});
  html += "</table>\n";
}

class Lines {
 public:
  explicit Lines(std::string prefix = "WebSocket") : prefix_(std::move(prefix)) {}
  void add(std::string_view name, std::string_view value) {
    text_ += prefix_;
    text_ += name;
    text_ += ": ";
    text_ += on_one_line(value);
    text_ += '\n';
  }
  void add(std::string_view name, uint64_t value) { add(name, std::to_string(value)); }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  const std::string prefix_;
  std::string text_;
};

void add_numbers(Lines& lines, const PlaceView& place) {
  lines.add("Connections", sum(place.open));
  lines.add("ConnectionsTLS", place.open[1]);
  lines.add("ConnectionsOpened", sum(place.opened));
  lines.add("ConnectionsClosed", sum(place.closed_by));
  lines.add("HandshakesRefused", sum(place.refused));
  lines.add("MessagesIn", place.messages_in);
  lines.add("MessagesOut", place.messages_out);
  lines.add("BytesIn", place.bytes_in);
  lines.add("BytesOut", place.bytes_out);
  lines.add("MessagesPublished", place.published);
  lines.add("MessagesDropped", place.dropped);
  lines.add("MessagesInPerSec", decimal(place.in_per_second, 1));
  lines.add("MessagesOutPerSec", decimal(place.out_per_second, 1));
  const Slowest slowest = slowest_of(place);
  lines.add("SlowestCallMs", in_ms(slowest.us));
  lines.add("CallFailures", failures_of(place));
}

void add(PlaceView& to, const PlaceView& from) {
  const auto add_each = [](auto& sums, const auto& numbers) {
    for (size_t i = 0; i < sums.size(); ++i) sums.at(i) += numbers.at(i);
  };
  add_each(to.open, from.open);
  add_each(to.opened, from.opened);
  add_each(to.closed_by, from.closed_by);
  add_each(to.refused, from.refused);
  for (uint64_t PlaceView::*number :
       {&PlaceView::messages_in, &PlaceView::messages_out, &PlaceView::bytes_in,
        &PlaceView::bytes_out, &PlaceView::dropped, &PlaceView::published})
    to.*number += from.*number;
  to.in_per_second += from.in_per_second;
  to.out_per_second += from.out_per_second;
  for (size_t i = 0; i < kCallbacks; ++i) {
    to.callbacks.at(i).failures += from.callbacks.at(i).failures;
    to.callbacks.at(i).slowest_us =
        std::max(to.callbacks.at(i).slowest_us, from.callbacks.at(i).slowest_us);
  }
}

}  // namespace

std::string status_html(const StatisticsView& view) {
  std::string html = "<hr />\n<h2>WebSockets</h2>\n";
  add_places(html, view);
  add_processes(html, view);
  html += "<p>Calls of websocket-publish: " + std::to_string(view.http_accepted) +
          ", refused: " + std::to_string(view.http_refused) +
          "; gaps of the bus: " + std::to_string(view.gaps) +
          ", its mean delay: " + decimal(bus_delay_ms(view), 1) + " ms</p>\n";
  return html;
}

std::string status_lines(const StatisticsView& view) {
  PlaceView all;
  for (const PlaceView& place : view.places) add(all, place);
  Lines lines;
  add_numbers(lines, all);
  const ProcessSums sums = sums_of(view.processes);
  lines.add("BytesWaiting", sums.waiting_bytes);
  lines.add("BytesIncomplete", sums.received_bytes);
  lines.add("Processes", view.processes.size());
  lines.add("ProcessesDraining", sums.draining);
  lines.add("ConnectionsDraining", sums.draining_connections);
  lines.add("HttpCalls", view.http_accepted);
  lines.add("HttpCallsRefused", view.http_refused);
  lines.add("BusGaps", view.gaps);
  lines.add("BusDelayMs", decimal(bus_delay_ms(view), 1));
  std::string text = lines.text();
  for (size_t i = 0; i < view.places.size(); ++i) {
    Lines own("WebSocketLocation[" + std::to_string(i) + "]");
    own.add("Server", view.places[i].server);
    own.add("Path", view.places[i].location);
    own.add("Plugin", view.places[i].plugin);
    add_numbers(own, view.places[i]);
    text += own.text();
  }
  return text;
}

}  // namespace ws::plugin
