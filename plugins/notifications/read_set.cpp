// Which notifications of one channel a user has read.
#include "read_set.h"

#include <algorithm>
#include <optional>

#include "notification.h"

namespace notifications {

void ReadSet::add(std::uint64_t first, std::uint64_t last) {
  // The ranges that touch the new one, or would leave no hole between.
  const auto begin = std::find_if(ranges_.begin(), ranges_.end(),
                                  [&](const Range& r) { return r.last >= first - (first > 0); });
  auto end = begin;
  while (end != ranges_.end() && end->first <= last + (last < UINT64_MAX)) {
    first = std::min(first, end->first);
    last = std::max(last, end->last);
    ++end;
  }
  ranges_.insert(ranges_.erase(begin, end), {first, last});
  if (ranges_.size() <= kMostRanges) return;
  ranges_[1].first = ranges_[0].first;
  ranges_.erase(ranges_.begin());
}

void ReadSet::add_all(const ReadSet& other) {
  for (const Range& range : other.ranges_) add(range.first, range.last);
}

bool ReadSet::has(std::uint64_t offset) const {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), offset,
                                      [](std::uint64_t o, const Range& r) { return o < r.first; });
  return after != ranges_.begin() && offset <= std::prev(after)->last;
}

std::string ReadSet::print() const {
  std::string out;
  for (const Range& range : ranges_) {
    if (!out.empty()) out += ',';
    out += std::to_string(range.first);
    if (range.last != range.first) out.append("-").append(std::to_string(range.last));
  }
  return out;
}

ReadSet ReadSet::parse(std::string_view text) {
  ReadSet set;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const std::size_t dash = part.find('-');
    const auto first = parse_decimal(part.substr(0, dash));
    const auto last = dash == part.npos ? first : parse_decimal(part.substr(dash + 1));
    if (first && last && *first <= *last) set.add(*first, *last);
  }
  return set;
}

}  // namespace notifications
