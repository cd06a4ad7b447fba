// server_us_per_op is the figure; the rest says whether to trust it.
#include "report.h"

#include <algorithm>
#include <cstdio>

namespace bench {

void Report::add_json(std::string_view name, std::string_view json) {
  fields_ += fields_.empty() ? "" : ", ";
  fields_.append("\"").append(name).append("\": ").append(json);
}

void Report::add(std::string_view name, double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6g", value);
  add_json(name, text);
}

void Report::add(std::string_view name, uint64_t value) { add_json(name, std::to_string(value)); }

void Report::add(std::string_view name, std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  add_json(name, quoted + '"');
}

void Report::add_latency(std::string_view prefix, const Histogram& latency) {
  const std::string name(prefix);
  add(name + "_p50_us", latency.quantile_us(0.5));
  add(name + "_p99_us", latency.quantile_us(0.99));
  add(name + "_p999_us", latency.quantile_us(0.999));
}

void Report::print() const {
  std::printf("{%s}\n", fields_.c_str());
  std::fflush(stdout);
}

void Meter::start() {
  server_.start();
  began_ns_ = now_ns();
  own_began_ns_ = own_cpu_ns();
  machine_began_ns_ = machine_cpu_ns();
}

void Meter::report(uint64_t operations, Report& report) const {
  const auto elapsed_ns = static_cast<double>(now_ns() - began_ns_);
  const auto own_ns = static_cast<double>(own_cpu_ns() - own_began_ns_);
  const auto server_ns = static_cast<double>(server_.used_ns());
  const auto machine_ns = static_cast<double>(machine_cpu_ns() - machine_began_ns_);
  const double others_ns = std::max(0.0, machine_ns - own_ns - server_ns);
  const auto count = static_cast<double>(operations == 0 ? 1 : operations);
  report.add("operations", operations);
  report.add("per_second", static_cast<double>(operations) / elapsed_ns * 1e9);
  report.add("server_us_per_op", server_ns / 1000 / count);
  report.add("generator_us_per_op", own_ns / 1000 / count);
  report.add("server_cpu_percent", 100 * server_ns / elapsed_ns);
  report.add("generator_cpu_percent", 100 * own_ns / elapsed_ns);
  report.add("others_cpu_percent", 100 * others_ns / elapsed_ns);  // of one CPU
}

}  // namespace bench
