// The statistics in the form that Prometheus reads.
#include "plugin/metrics_text.h"

#include <cstdio>
#include <string_view>

namespace ws::plugin {

namespace {

// OpenMetrics, section "Escaping".
std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string labels_of(const PlaceView& place) {
  return "server=\"" + label_value(place.server) + "\",location=\"" + label_value(place.location) +
         "\",plugin=\"" + label_value(place.plugin) + '"';
}

std::string with(const std::string& labels, std::string_view name, std::string_view value) {
  return labels + ',' + std::string(name) + "=\"" + label_value(value) + '"';
}

std::string seconds(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6f", value);
  return text.data();
}

constexpr std::array<std::string_view, 2> kSchemes{"ws", "wss"};

// One family of metrics after the other: its head, then its samples.
class Text {
 public:
  explicit Text(MetricsForm form) : is_open_(form == MetricsForm::open_metrics) {}

  void counter(std::string_view name, std::string_view help) {
    head(is_open_ ? std::string(name) : std::string(name) + "_total", "counter", help);
    sample_name_ = std::string(name) + "_total";
  }
  void gauge(std::string_view name, std::string_view help) {
    head(std::string(name), "gauge", help);
  }
  void summary(std::string_view name, std::string_view help) {
    head(std::string(name), "summary", help);
  }
  void sample(const std::string& labels, std::string_view value, std::string_view suffix = {}) {
    out_ += sample_name_;
    out_ += suffix;
    if (!labels.empty()) out_ += '{' + labels + '}';
    out_ += ' ';
    out_ += value;
    out_ += '\n';
  }
  void sample(const std::string& labels, uint64_t value, std::string_view suffix = {}) {
    sample(labels, std::to_string(value), suffix);
  }
  [[nodiscard]] std::string end() && {
    if (is_open_) out_ += "# EOF\n";
    return std::move(out_);
  }

 private:
  void head(const std::string& name, std::string_view type, std::string_view help) {
    out_ += "# HELP " + name + ' ' + std::string(help) + "\n# TYPE " + name + ' ' +
            std::string(type) + '\n';
    sample_name_ = name;
  }

  const bool is_open_;
  std::string sample_name_;
  std::string out_;
};

using Number = uint64_t PlaceView::*;

void add_numbers(Text& text, const StatisticsView& view, Number number) {
  for (const PlaceView& place : view.places) text.sample(labels_of(place), place.*number);
}

void add_connections(Text& text, const StatisticsView& view) {
  const auto by_scheme = [&](std::array<uint64_t, 2> PlaceView::*numbers) {
    for (const PlaceView& place : view.places)
      for (size_t tls = 0; tls < kSchemes.size(); ++tls)
        text.sample(with(labels_of(place), "scheme", kSchemes.at(tls)), (place.*numbers).at(tls));
  };
  text.gauge("websocket_connections", "Open WebSockets.");
  by_scheme(&PlaceView::open);
  text.counter("websocket_connections_opened", "WebSockets that began.");
  by_scheme(&PlaceView::opened);
  text.counter("websocket_connections_closed",
               "WebSockets that ended, by close code; lost: their process died.");
  for (const PlaceView& place : view.places)
    for (size_t kind = 0; kind < session::kCloseKinds; ++kind)
      if (place.closed_by.at(kind) > 0)
        text.sample(with(labels_of(place), "code", close_name(kind)), place.closed_by.at(kind));
  text.counter("websocket_handshakes_refused", "Handshakes that were refused, by HTTP status.");
  for (const PlaceView& place : view.places)
    for (size_t kind = 0; kind < kRefusalStatus.size(); ++kind)
      if (place.refused.at(kind) > 0)
        text.sample(with(labels_of(place), "status", refusal_name(kind)), place.refused.at(kind));
}

void add_messages(Text& text, const StatisticsView& view) {
  text.counter("websocket_messages_received", "Messages from clients.");
  add_numbers(text, view, &PlaceView::messages_in);
  text.counter("websocket_messages_sent", "Messages queued for clients.");
  add_numbers(text, view, &PlaceView::messages_out);
  text.counter("websocket_received_bytes", "Bytes of frames from clients.");
  add_numbers(text, view, &PlaceView::bytes_in);
  text.counter("websocket_sent_bytes", "Bytes of frames queued for clients.");
  add_numbers(text, view, &PlaceView::bytes_out);
  text.counter("websocket_messages_dropped", "Messages that slow clients missed.");
  add_numbers(text, view, &PlaceView::dropped);
  text.counter("websocket_messages_published", "Messages that plugins published to channels.");
  add_numbers(text, view, &PlaceView::published);
}

void add_callbacks(Text& text, const StatisticsView& view) {
  const auto each = [&](const auto& f) {
    for (const PlaceView& place : view.places)
      for (size_t i = 0; i < kCallbacks; ++i)
        if (place.callbacks.at(i).calls > 0)
          f(with(labels_of(place), "callback", name_of(static_cast<Callback>(i))),
            place.callbacks.at(i));
  };
  text.summary("websocket_callback_seconds", "Time in the plugin's callbacks.");
  each([&](const std::string& labels, const CallView& calls) {
    text.sample(labels, seconds(static_cast<double>(calls.time_ns) / 1e9), "_sum");
    text.sample(labels, calls.calls, "_count");
  });
  text.gauge("websocket_callback_slowest_seconds",
             "The slowest callback of this minute and the last.");
  each([&](const std::string& labels, const CallView& calls) {
    text.sample(labels, seconds(static_cast<double>(calls.slowest_us) / 1e6));
  });
  text.counter("websocket_callback_failures", "Exceptions out of the plugin's callbacks.");
  each([&](const std::string& labels, const CallView& calls) {
    text.sample(labels, calls.failures);
  });
}

void add_processes(Text& text, const StatisticsView& view) {
  const ProcessSums sums = sums_of(view.processes);
  text.gauge("websocket_processes", "Child processes with WebSockets, by what they do.");
  text.sample("state=\"serving\"", view.processes.size() - sums.draining);
  text.sample("state=\"draining\"", sums.draining);
  text.gauge("websocket_draining_connections", "Open WebSockets of child processes that end.");
  text.sample("", sums.draining_connections);
  text.gauge("websocket_send_queue_bytes", "What waits for slow clients.");
  text.sample("", sums.waiting_bytes);
  text.gauge("websocket_incomplete_message_bytes", "What came of messages that are not complete.");
  text.sample("", sums.received_bytes);
  text.counter("websocket_bus_gaps",
               "Times that a loop was so far behind that messages of a channel were lost to it.");
  text.sample("", view.gaps);
  text.summary("websocket_bus_delay_seconds",
               "From a publish to the loop that delivers it; of what a loop takes at once, the "
               "oldest.");
  text.sample("", seconds(static_cast<double>(view.bus_delays_ms) / 1e3), "_sum");
  text.sample("", view.bus_turns, "_count");
  text.counter("websocket_http_calls", "Calls of websocket-publish, by what came of them.");
  text.sample("result=\"accepted\"", view.http_accepted);
  text.sample("result=\"refused\"", view.http_refused);
}

}  // namespace

std::string metrics_text(const StatisticsView& view, MetricsForm form) {
  Text text(form);
  add_connections(text, view);
  add_messages(text, view);
  add_callbacks(text, view);
  add_processes(text, view);
  return std::move(text).end();
}

}  // namespace ws::plugin
