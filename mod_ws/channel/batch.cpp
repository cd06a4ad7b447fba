// Messages of one channel as frames.
#include "channel/batch.h"

#include <algorithm>

#include "protocol/frame_writer.h"

namespace ws::channel {

void Batch::add(protocol::MessageType type, std::string_view payload, uint64_t order,
                session::SessionId except) {
  char bytes[protocol::kMaxServerHeader];
  const std::string_view header(bytes,
                                protocol::write_frame_header(bytes, type.opcode, payload.size()));
  if (pieces_.empty()) {
    plain_.frames = base::SharedBytes({header, payload});
  } else {
    if (plain_.frames) growing_ = plain_.frames.view();
    plain_.frames = base::SharedBytes();
    growing_.append(header).append(payload);
    plain_.ends.push_back(size_);
  }
  size_ += header.size() + payload.size();
  if (type.may_compress) largest_ = std::max(largest_, payload.size());
  pieces_.push_back({order, except, type.may_compress});
  if (except != 0) excepted_.push_back(except);
}

void Batch::seal() {
  if (!plain_.frames) plain_.frames = base::SharedBytes(growing_);
  growing_ = std::string();
  std::sort(excepted_.begin(), excepted_.end());
}

// Windows beyond the largest message's make no difference to it, nor to smaller ones.
const BatchForm& Batch::compressed(unsigned window_bits, const protocol::DeflateSettings& settings,
                                   protocol::DeflaterPool& pool) const {
  if (largest_ == 0 || largest_ < settings.min_size) return plain_;
  const CompressionKey key{protocol::window_for(largest_, window_bits), settings.level,
                           settings.min_size};
  for (const Compressed& known : compressed_)
    if (known.key == key) return known.form;
  const auto may_compress = [this](size_t i) { return pieces_[i].may_compress; };
  compressed_.push_back({key, channel::compressed(plain_, may_compress, key, pool)});
  return compressed_.back().form;
}

Batch::Part Batch::part_for(session::SessionId session, uint64_t after) const noexcept {
  if (after >= pieces_.back().order) return Part::none;
  if (after >= pieces_.front().order) return Part::some;
  if (!excepted_.empty() && std::binary_search(excepted_.begin(), excepted_.end(), session))
    return pieces_.size() == 1 ? Part::none : Part::some;
  return Part::all;
}

Batch::Cut Batch::cut_for(session::SessionId session, uint64_t after, const BatchForm& form) const {
  Cut cut;
  std::string frames;
  for (size_t i = 0; i < pieces_.size(); ++i) {
    if (pieces_[i].order <= after || pieces_[i].except == session) continue;
    cut.last = frames.size();
    frames.append(form.frame(i));
    ++cut.count;
  }
  cut.frames = base::SharedBytes(frames);
  return cut;
}

}  // namespace ws::channel
