// A second reader of RFC 6455 and 7692: slow, plain, written apart from the first, to compare with.
#pragma once

#include <string_view>
#include <vector>

#include "protocol/deflate_parameters.h"
#include "support/recorded_event.h"

namespace ws::protocol::test {

// Decodes every character to its number (RFC 3629).
bool oracle_is_utf8(std::string_view bytes);

// Whether something can follow that makes it UTF-8: tried with bytes from every range.
bool oracle_is_utf8_prefix(std::string_view bytes);

// What a server must make of `bytes` so far: up to the Close frame or the first error.
std::vector<RecordedEvent> oracle_events(std::string_view bytes, const ReadLimits& limits,
                                         const DeflateAgreement& agreement = {});

}  // namespace ws::protocol::test
