// WebSocketToken: whatever a client sends as a token, and whatever a signer puts into one.
#include <string>

#include "fuzz_input.h"
#include "plugin/base64url.h"
#include "plugin/identity_text.h"
#include "plugin/token_maker.h"
#include "plugin/token_source.h"
#include "plugin/token_verifier.h"

namespace {

using namespace ws::plugin;
using namespace ws::plugin::test;
using ws::fuzz::require;

constexpr int64_t kNow = 1'700'000'000'000;
constexpr const char* kGoodClaims = R"({"sub":"ann","exp":1700000060})";

TokenVerifier make_verifier(std::string_view secret) {
  TokenVerifier verifier;
  std::string error;
  verifier.add(TokenKey::parse(TokenAlgorithm::hs256, secret, error), {});
  return verifier;
}

// Null, or an identity that keeps the rules.
bool verifies(const TokenVerifier& verifier, const std::string& token) {
  std::string_view fault;
  const auto identity = verifier.verify(token, kNow, fault);
  require(identity.has_value() == fault.empty(), "a token is good, or something is wrong with it");
  if (!identity) return false;
  require(is_user_name(identity->rights.user), "the user is a user's name");
  require(is_display_name(identity->display_name), "the name is a display name");
  require(identity->data.size() <= kMaxUserData, "the data has its limit");
  require(identity->rights.expires_ms >= kNow, "a good token has not ended");
  return true;
}

void check_source(std::string_view text) {
  if (const auto found = take_token_from_protocols(text))
    require(!take_token_from_protocols(found->rest), "no token is left among the subprotocols");
  if (const auto found = take_token_from_query(text))
    require(!take_token_from_query(found->rest), "no token is left in the query");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const TokenVerifier ours = make_verifier(kSecret);
  static const TokenVerifier other = make_verifier("another secret, which nobody has told");
  ws::fuzz::FuzzInput input(data, size);
  const uint8_t kind = input.byte() % 4;
  const std::string text(input.rest());
  switch (kind) {
    case 0:
      require(!verifies(other, text), "nobody guesses a signature");
      break;
    case 1:
      verifies(ours, make_token(text));
      break;
    case 2:
      if (verifies(ours, make_token(kGoodClaims, text)))
        require(text.find("HS256") != text.npos, "a header names the algorithm");
      break;
    default:
      check_source(text);
      if (const auto bytes = decode_base64url(text))
        require(base64url(*bytes) == text, "bytes have one text");
      break;
  }
  return 0;
}
