// Messages of one channel as frames.
#include "channel/batch.h"

#include <algorithm>

#include "protocol/frame_writer.h"

namespace ws::channel {

void Batch::add(protocol::Opcode opcode, std::string_view payload, uint64_t order,
                session::SessionId except) {
  char bytes[protocol::kMaxServerHeader];
  const std::string_view header(bytes, protocol::write_frame_header(bytes, opcode, payload.size()));
  if (pieces_.empty()) {
    frames_ = base::SharedBytes({header, payload});
  } else {
    if (frames_) growing_ = frames_.view();
    frames_ = base::SharedBytes();
    growing_.append(header).append(payload);
  }
  size_ += header.size() + payload.size();
  pieces_.push_back({size_, order, except});
  if (except != 0) excepted_.push_back(except);
}

void Batch::seal() {
  if (!frames_) frames_ = base::SharedBytes(growing_);
  growing_ = std::string();
  std::sort(excepted_.begin(), excepted_.end());
}

Batch::Part Batch::part_for(session::SessionId session, uint64_t after) const noexcept {
  if (after >= pieces_.back().order) return Part::none;
  if (after >= pieces_.front().order) return Part::some;
  if (!excepted_.empty() && std::binary_search(excepted_.begin(), excepted_.end(), session))
    return pieces_.size() == 1 ? Part::none : Part::some;
  return Part::all;
}

Batch::Cut Batch::cut_for(session::SessionId session, uint64_t after) const {
  Cut cut;
  std::string frames;
  size_t begin = 0;
  for (const Piece& piece : pieces_) {
    if (piece.order > after && piece.except != session) {
      cut.last = frames.size();
      frames.append(frames_.view().substr(begin, piece.end - begin));
      ++cut.count;
    }
    begin = piece.end;
  }
  cut.frames = base::SharedBytes(frames);
  return cut;
}

}  // namespace ws::channel
