// Makes tokens as a site does, and texts in base64url.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <string>
#include <string_view>

namespace ws::plugin::test {

inline constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

inline std::string base64url(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (size_t k = 0; k <= count; ++k) out.push_back(kDigits[bits >> (18 - 6 * k) & 63]);
  }
  return out;
}

// HS256, whatever the header says.
inline std::string make_token(std::string_view claims,
                              std::string_view header = R"({"alg":"HS256","typ":"JWT"})",
                              std::string_view secret = kSecret) {
  std::string token = base64url(header) + "." + base64url(claims);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  size_t size = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(),
            reinterpret_cast<const unsigned char*>(token.data()), token.size(), mac.data(),
            mac.size(), &size);
  return token + "." + base64url({reinterpret_cast<const char*>(mac.data()), size});
}

}  // namespace ws::plugin::test
