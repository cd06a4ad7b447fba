// What a run says: one line of JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cpu_time.h"
#include "histogram.h"

namespace bench {

class Report {
 public:
  void add(std::string_view name, double value);
  void add(std::string_view name, uint64_t value);
  void add(std::string_view name, std::string_view text);
  void add_latency(std::string_view prefix, const Histogram& latency);  // 50, 99 and 99.9 %
  void print() const;

 private:
  void add_json(std::string_view name, std::string_view json);
  std::string fields_;
};

// Time and CPU time between start() and report().
class Meter {
 public:
  explicit Meter(ServerCpu server) : server_(std::move(server)) {}

  void start();
  // The figures for so many operations.
  void report(uint64_t operations, Report& report) const;

 private:
  ServerCpu server_;
  uint64_t began_ns_ = 0;
  uint64_t own_began_ns_ = 0;
  uint64_t machine_began_ns_ = 0;
};

}  // namespace bench
