// What all plugin instances of a process share: its loops, and where they count.
#include "plugin/runtime.h"

namespace ws::plugin {

namespace {

constexpr uint32_t kOwnPlaces = 16;

// As many as asked for, or none.
std::vector<Row> claim_rows(Statistics& statistics, unsigned count, uint64_t generation,
                            uint64_t now_ms) {
  std::vector<Row> rows;
  while (rows.size() < count) {
    const Row row = statistics.claim(generation, static_cast<unsigned>(rows.size()), now_ms);
    if (!row) {
      for (const Row& one : rows) Statistics::release(one);
      return {};
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

void Runtime::make_loops(const base::Clock& clock, unsigned count, uint16_t process,
                         Counting counting) {
  const uint64_t now_ms = clock.now_ms();
  Statistics* const shared = counting.statistics;
  std::vector<Row> rows;
  if (shared) rows = claim_rows(*shared, count, counting.generation, now_ms);
  if (shared && !rows.empty()) {
    statistics_ = shared;
  } else {
    if (shared)
      log_.write(base::LogLevel::warning,
                 "the statistics have no room for this process: it is not in mod_status");
    own_statistics_ = std::make_unique<OwnStatistics>(Statistics::Size{count, kOwnPlaces});
    statistics_ = &own_statistics_->get();
    rows = claim_rows(*statistics_, count, counting.generation, now_ms);
  }
  for (unsigned index = 0; index < count; ++index)
    loops_.push_back(std::make_unique<LoopContext>(log_, faults_, clock, *bus_, seats_, process,
                                                   index, *statistics_, rows.at(index)));
}

}  // namespace ws::plugin
