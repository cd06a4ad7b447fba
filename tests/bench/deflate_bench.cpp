// What permessage-deflate costs without a network: time and size of messages like a chat's JSON, by
// level, size and window; and reading them back through MessageAssembler.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "measure.h"
#include "protocol/deflater_pool.h"
#include "protocol/inflater.h"
#include "protocol/message_assembler.h"

namespace {

using ws::bench::nanoseconds;
using namespace ws::protocol;

constexpr ReadLimits kLimits{.max_message_size = 1 << 20, .max_fragments = 4096};
constexpr size_t kSizes[] = {128, 256, 1024, 4096, 65536};
constexpr int kRounds = 15;

// Objects with words, names and numbers that do not come again in the same order.
std::string json(size_t size) {
  constexpr std::string_view kNames[] = {"ann", "bob", "carla", "dimitri", "eve"};
  constexpr std::string_view kWords[] = {"the",   "server", "says",  "that",   "nobody", "reads",
                                         "what",  "is",     "not",   "there",  "but",    "we",
                                         "shall", "see",    "about", "coffee", "and",    "tea",
                                         "at",    "noon",   "or",    "later",  "maybe",  "Tuesday"};
  uint32_t seed = 1;
  const auto below = [&](uint32_t limit) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
  };
  std::string text;
  while (text.size() < size) {
    text += "{\"type\":\"message\",\"id\":\"" + std::to_string(below(1 << 24)) + "\",\"from\":\"";
    text += kNames[below(std::size(kNames))];
    text += "\",\"text\":\"";
    for (uint32_t words = 3 + below(12); words > 0; --words) {
      text.append(kWords[below(std::size(kWords))]).append(words > 1 ? " " : "\"}");
    }
  }
  text.resize(size);
  return text;
}

template <class Work>
double time_of(size_t size, Work work) {
  return nanoseconds(work, static_cast<int>(1 + 65536 / size), kRounds);
}

// By itself, with the pool's choice of the window, and with the largest one always.
void measure_levels() {
  std::printf("%8s %5s %12s %9s   %12s %9s   %12s %9s\n", "bytes", "level", "pool: ns", "of 100",
              "window 15: ns", "of 100", "takeover: ns", "of 100");
  for (const size_t size : kSizes) {
    const std::string text = json(size);
    const unsigned bits = window_for(size, 15);
    for (int level = 1; level <= 9; ++level) {
      const auto percent = [&](const std::string& out) {
        return 100.0 * static_cast<double>(out.size()) / static_cast<double>(size);
      };
      std::string pooled, largest, last;
      DeflaterPool pool;
      const double pool_time = time_of(size, [&] {
        pooled.clear();
        pool.compress(text, bits, level, pooled);
      });
      Deflater one(15, level);
      const double one_time = time_of(size, [&] {
        largest.clear();
        one.reset();
        one.compress(text, largest);
      });
      // A context that has seen other messages of the kind.
      const std::string many = json(40 * size + 100000);
      Deflater keeps(15, level);
      size_t at = 0, total = 0, count = 0;
      const double keeps_time = time_of(size, [&] {
        last.clear();
        keeps.compress(std::string_view(many).substr(at, size), last);
        at = (at + size) % (many.size() - size);
        total += last.size();
        ++count;
      });
      std::printf("%8zu %5d %12.0f %9.1f   %12.0f %9.1f   %12.0f %9.1f\n", size, level, pool_time,
                  percent(pooled), one_time, percent(largest), keeps_time,
                  100.0 * static_cast<double>(total) / static_cast<double>(count * size));
    }
  }
}

std::string compressed_frame(std::string_view payload) {
  std::string frame = "\xC1";
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    frame.push_back('\xFE');
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size()));
  }
  return frame.append(4, '\0').append(payload);  // a mask of zeros
}

void measure_reading() {
  std::printf("\n%8s %7s %12s %9s\n", "bytes", "window", "read: ns", "GB/s");
  for (const size_t size : kSizes) {
    for (const unsigned bits : {9U, 12U, 15U}) {
      const std::string text = json(size);
      std::string out;
      Deflater(bits, 6).compress(text, out);
      const std::string frame = compressed_frame(out);
      std::string buffer(frame.size(), '\0');
      MessageAssembler assembler;
      Inflater inflater(bits, false);
      bool good = true;
      const double time = time_of(size, [&] {
        std::memcpy(buffer.data(), frame.data(), frame.size());
        std::span<char> input(buffer);
        good = good && assembler.next(input, kLimits, &inflater).payload.size() == size;
      });
      std::printf("%8zu %7u %12.0f %9.3f%s\n", size, bits, time, static_cast<double>(size) / time,
                  good ? "" : " WRONG");
    }
  }
}

}  // namespace

int main() {
  measure_levels();
  measure_reading();
  std::printf("\n%7s %16s %16s\n", "window", "deflating: bytes", "inflating: bytes");
  for (unsigned bits = 9; bits <= 15; ++bits) {
    Inflater inflater(bits, true);
    inflater.begin_message();
    std::printf("%7u %16zu %16zu\n", bits, Deflater(bits, 3).memory(), inflater.memory());
  }
  return 0;
}
