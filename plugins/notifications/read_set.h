// Which notifications of one channel a user has read: a set of offsets, as ranges. It only grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace notifications {

class ReadSet {
 public:
  // More ranges than this: the two lowest become one.
  static constexpr std::size_t kMostRanges = 1024;

  // first <= last.
  void add(std::uint64_t first, std::uint64_t last);
  void add_all(const ReadSet& other);
  [[nodiscard]] bool has(std::uint64_t offset) const;

  // "1-12,14"; what does not parse adds nothing.
  [[nodiscard]] std::string print() const;
  [[nodiscard]] static ReadSet parse(std::string_view text);

  bool operator==(const ReadSet&) const = default;

 private:
  struct Range {
    std::uint64_t first, last;
    bool operator==(const Range&) const = default;
  };
  std::vector<Range> ranges_;  // ascending, with a hole between any two
};

}  // namespace notifications
