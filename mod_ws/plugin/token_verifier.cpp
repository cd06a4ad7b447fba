// Who a signed token says that its bearer is.
#include "plugin/token_verifier.h"

#include <array>
#include <utility>

#include "plugin/base64url.h"
#include "plugin/token_claims.h"

namespace ws::plugin {

namespace {

struct Parts {
  std::string_view header, claims, signature;
  std::string_view text;  // that is signed
};

// The compact form (RFC 7515, section 3.1): three parts and two dots.
std::optional<Parts> split(std::string_view token) noexcept {
  const size_t first = token.find('.');
  if (first == token.npos) return std::nullopt;
  const size_t second = token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

Json decode_object(std::string_view part) {
  const auto text = decode_base64url(part);
  return text ? parse_token_json(*text) : nullptr;
}

std::optional<TokenAlgorithm> algorithm_of(std::string_view name) noexcept {
  if (name == "HS256") return TokenAlgorithm::hs256;
  if (name == "RS256") return TokenAlgorithm::rs256;
  if (name == "ES256") return TokenAlgorithm::es256;
  return std::nullopt;
}

}  // namespace

void TokenVerifier::add(std::vector<TokenKey> keys, const TokenTerms& terms) {
  for (TokenKey& key : keys) entries_.push_back({std::move(key), terms});
}

std::optional<Identity> TokenVerifier::verify(std::string_view token, int64_t now_ms,
                                              std::string_view& fault) const {
  const auto refused = [&fault](std::string_view why) {
    fault = why;
    return std::nullopt;
  };
  if (token.size() > kMaxToken) return refused("it is longer than 4096 bytes");
  const auto parts = split(token);
  const Json header = parts ? decode_object(parts->header) : nullptr;
  if (!header) return refused("it is no JWT");
  // RFC 7515, section 4.1.11: what must be understood is not.
  if (member(*header, "crit")) return refused("it has critical headers");
  const auto algorithm = algorithm_of(text_member(*header, "alg").value_or(""));
  if (!algorithm) return refused("its algorithm is none of HS256, RS256 and ES256");
  const auto signature = decode_base64url(parts->signature);
  if (!signature) return refused("it is no JWT");
  const auto kid = text_member(*header, "kid");
  for (const Entry& entry : entries_) {
    if (entry.key.algorithm() != *algorithm) continue;
    if (!entry.terms.kid.empty() && kid != entry.terms.kid) continue;
    if (!entry.key.verifies(*signature, parts->text)) continue;
    const Json claims = decode_object(parts->claims);
    if (!claims) return refused("its claims are no JSON object, or an ambiguous one");
    Identity identity;
    if (const auto why = read_claims(*claims, entry.terms, now_ms, identity); !why.empty())
      return refused(why);
    return identity;
  }
  return refused("no key of ours has signed it");
}

}  // namespace ws::plugin
