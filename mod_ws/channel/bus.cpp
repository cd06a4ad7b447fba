// What all engines do alike.
#include "channel/bus.h"

namespace ws::channel {

Published Bus::publish_and_wait(std::string_view channel, protocol::MessageType type,
                                std::string_view payload, SessionId except,
                                const std::optional<Keep>& keep, uint32_t timeout_ms) {
  Submission submission;
  submission.targets.push_back({std::string(channel), keep});
  submission.type = type;
  submission.payload = payload;
  submission.except = except;
  const Receipt receipt = submit(submission, timeout_ms);
  return {receipt.status, receipt.placed.empty() ? Position() : receipt.placed.front().position};
}

}  // namespace ws::channel
