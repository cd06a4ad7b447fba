// The keys that let a program publish.
#include "publish/keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>

#include "protocol/header_list.h"

namespace ws::publish {

namespace {

using Digest = std::array<unsigned char, 32>;

Digest digest_of(std::string_view text) noexcept {
  Digest digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

bool is_same(const Digest& a, const Digest& b) noexcept {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool from_hex(std::string_view hex, Digest& digest) noexcept {
  if (hex.size() != 2 * digest.size()) return false;
  for (size_t i = 0; i < digest.size(); ++i) {
    const char* const at = hex.data() + 2 * i;
    if (std::from_chars(at, at + 2, digest[i], 16).ptr != at + 2) return false;
  }
  return true;
}

}  // namespace

bool Keys::parse(std::string_view text, std::string& error) {
  std::vector<std::string> keys;
  for (unsigned number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = protocol::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view key = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
    if (key.empty() || key.front() == '#') continue;
    for (const char c : key)
      if (c <= ' ' || c >= '\x7f') {
        error = "line " + std::to_string(number) + " is not one word of ASCII";
        return false;
      }
    if (key.size() < kLeast) {
      error = "the key in line " + std::to_string(number) + " is shorter than " +
              std::to_string(kLeast) + " characters";
      return false;
    }
    keys.emplace_back(key);
  }
  if (keys.empty()) {
    error = "it has no key";
    return false;
  }
  keys_ = std::move(keys);
  return true;
}

bool Keys::accepts(std::string_view authorization) const noexcept {
  constexpr std::string_view kScheme = "Bearer ";
  if (authorization.size() <= kScheme.size() ||
      !protocol::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme))
    return false;
  // Digests have one length, so the time tells nothing of that either.
  const Digest given = digest_of(protocol::trim(authorization.substr(kScheme.size())));
  bool is_known = false;
  for (const std::string& key : keys_)
    if (is_same(given, digest_of(key))) is_known = true;
  return is_known;
}

bool Keys::accepts(std::string_view signature, const SignedRequest& request,
                   int64_t now_seconds) const {
  std::string_view seconds;
  Digest given{};
  bool has_digest = false;
  protocol::ElementReader parts(signature);
  while (const auto part = parts.next()) {
    if (part->starts_with("t=")) seconds = part->substr(2);
    if (part->starts_with("v1=")) has_digest = from_hex(part->substr(3), given);
  }
  int64_t time = 0;
  const auto [end, error] =
      std::from_chars(seconds.data(), seconds.data() + seconds.size(), time, 10);
  if (error != std::errc() || end != seconds.data() + seconds.size() || !has_digest) return false;
  if (time < now_seconds - kSignatureSeconds || time > now_seconds + kSignatureSeconds)
    return false;
  std::string text(seconds);
  for (const std::string_view part :
       {request.method, request.target, request.type, request.key, request.body})
    text.append(1, '\n').append(part);
  bool is_known = false;
  for (const std::string& key : keys_) {
    Digest expected{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), expected.data(),
         nullptr);
    if (is_same(given, expected)) is_known = true;
  }
  return is_known;
}

}  // namespace ws::publish
