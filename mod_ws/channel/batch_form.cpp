// The frames of a batch.
#include "channel/batch_form.h"

#include <string>

#include "protocol/frame_writer.h"

namespace ws::channel {

namespace {

// Of one of our own frames.
size_t header_size(std::string_view frame) noexcept {
  const auto size = static_cast<unsigned char>(frame[1]);
  return size < 126 ? 2 : size == 126 ? 4 : protocol::kMaxServerHeader;
}

// False: that is not smaller, and nothing was appended.
bool append_compressed(std::string_view frame, const CompressionKey& key,
                       protocol::DeflaterPool& pool, std::string& out) {
  const auto opcode = static_cast<protocol::Opcode>(frame[0] & 0xf);
  const std::string_view payload = frame.substr(header_size(frame));
  if (payload.size() < key.min_size) return false;
  std::string deflated;
  pool.compress(payload, protocol::window_for(payload.size(), key.window_bits), key.level,
                deflated);
  if (deflated.size() >= payload.size()) return false;
  char bytes[protocol::kMaxServerHeader];
  const size_t size = protocol::write_frame_header(bytes, opcode, deflated.size(), true, true);
  out.append(bytes, size).append(deflated);
  return true;
}

}  // namespace

BatchForm compressed(const BatchForm& plain,
                     const std::function<bool(size_t message)>& may_compress,
                     const CompressionKey& key, protocol::DeflaterPool& pool) {
  BatchForm form;
  std::string frames;
  form.ends.reserve(plain.ends.size());
  for (size_t message = 0; message <= plain.ends.size(); ++message) {
    if (message > 0) form.ends.push_back(frames.size());
    const std::string_view frame = plain.frame(message);
    if (may_compress(message) && append_compressed(frame, key, pool, frames)) {
      form.is_compressed = true;
    } else {
      frames.append(frame);
    }
  }
  if (!form.is_compressed) return plain;
  form.frames = base::SharedBytes(frames);
  return form;
}

}  // namespace ws::channel
