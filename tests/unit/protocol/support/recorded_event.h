// Events that outlive their input, so that two runs can be compared.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/deflate_parameters.h"
#include "protocol/message_assembler.h"

namespace ws::protocol::test {

struct RecordedEvent {
  Event::Kind kind = Event::Kind::need_input;
  Opcode opcode = Opcode::continuation;
  ProtocolError error = ProtocolError::none;
  uint16_t close_code = 0;
  std::string payload = {};

  bool operator==(const RecordedEvent&) const = default;
};

// As a test states it: text(abc) binary(\x00\xFF) ping() pong(x) close(1000 bye) error(the words of
// describe()), with a space between. A long payload is cut and followed by its size and hash.
std::string to_string(const std::vector<RecordedEvent>& events);

// What MessageAssembler makes of `bytes` cut at `cuts` (ascending). Each piece lies in a heap block
// of its own that just holds it. Between two messages the inflater serves another client, or is
// parked if it keeps its context. Stops after an error. Throws std::logic_error if the assembler
// breaks its contract on the way: memory, idle(), what it takes after the end.
std::vector<RecordedEvent> assemble(std::string_view bytes, std::span<const size_t> cuts,
                                    const ReadLimits& limits,
                                    const DeflateAgreement& agreement = {});

}  // namespace ws::protocol::test
