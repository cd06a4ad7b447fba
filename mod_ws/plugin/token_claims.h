// What a token whose signature is good says (RFC 7519, section 4).
#pragma once

#include <cstdint>
#include <string_view>

#include "plugin/rights.h"
#include "plugin/token_json.h"
#include "plugin/token_verifier.h"

namespace ws::plugin {

// Empty, or why the claims are not good here and now; static.
[[nodiscard]] std::string_view read_claims(const cJSON& claims, const TokenTerms& terms,
                                           int64_t now_ms, Identity& identity);

}  // namespace ws::plugin
