// The frames of a batch as some of its subscribers get them: plain, or compressed in one way.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "base/shared_bytes.h"
#include "protocol/deflate_parameters.h"
#include "protocol/deflater_pool.h"

namespace ws::channel {

struct BatchForm {
  base::SharedBytes frames;
  std::vector<size_t> ends;    // of each message but the last
  bool is_compressed = false;  // one of them, at least

  [[nodiscard]] size_t begin_of(size_t message) const noexcept {
    return message == 0 ? 0 : ends[message - 1];
  }
  [[nodiscard]] std::string_view frame(size_t message) const noexcept {
    const size_t begin = begin_of(message);
    const size_t end = message < ends.size() ? ends[message] : frames.size();
    return frames.view().substr(begin, end - begin);
  }
};

// What decides how messages are compressed: subscribers for whom it is the same share a form.
struct CompressionKey {
  unsigned window_bits;
  int level;
  uint32_t min_size;

  bool operator==(const CompressionKey&) const = default;
};

// The same messages, those compressed that may be and that get smaller. No message refers to
// another.
[[nodiscard]] BatchForm compressed(const BatchForm& plain,
                                   const std::function<bool(size_t message)>& may_compress,
                                   const CompressionKey& key, protocol::DeflaterPool& pool);

}  // namespace ws::channel
