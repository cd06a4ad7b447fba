// The check of nearly all tests here: bytes -> events, however the bytes are cut.
#pragma once

#include <string_view>

#include "protocol/deflate_parameters.h"
#include "protocol/message_assembler.h"

namespace ws::protocol::test {

inline constexpr ReadLimits kLimits{.max_message_size = 1 << 20, .max_fragments = 4096};

// The assembler and the oracle make `expected` (to_string) of `bytes`: in one piece, byte by byte,
// cut at every place, and, up to 80 bytes, cut at every two places. Long input is cut at its ends
// and at some places between.
void check_events(std::string_view bytes, std::string_view expected,
                  const ReadLimits& limits = kLimits, const DeflateAgreement& agreement = {});

}  // namespace ws::protocol::test
