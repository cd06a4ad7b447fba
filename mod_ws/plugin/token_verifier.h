// WebSocketToken: who a signed token (JWT, RFC 7519) says that its bearer is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/rights.h"
#include "plugin/token_key.h"

namespace ws::plugin {

// What one WebSocketToken line says beside its keys.
struct TokenTerms {
  std::string kid = {};       // empty: good for tokens with any kid, or none
  std::string audience = {};  // empty: only for tokens that name no audience
  bool must_expire = true;
};

class TokenVerifier {
 public:
  static constexpr size_t kMaxToken = 4096;      // bytes
  static constexpr int64_t kLeewaySeconds = 60;  // for clocks that differ

  void add(std::vector<TokenKey> keys, const TokenTerms& terms);

  // [any] Nothing: `fault` says why, without a byte of the token; it is static.
  [[nodiscard]] std::optional<Identity> verify(std::string_view token, int64_t now_ms,
                                               std::string_view& fault) const;

 private:
  struct Entry {
    TokenKey key;
    TokenTerms terms;
  };
  std::vector<Entry> entries_;
};

}  // namespace ws::plugin
