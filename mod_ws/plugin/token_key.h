// A key that tokens are signed with (RFC 7515), bound to its one algorithm.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ws::plugin {

// RFC 7518, section 3.1: those of its table that people use.
enum class TokenAlgorithm : uint8_t { hs256, rs256, es256 };

class TokenKey {
 public:
  // RFC 7518, sections 3.2 and 3.3: the least sizes.
  static constexpr size_t kLeastSecret = 32;  // bytes
  static constexpr int kLeastRsaBits = 2048;

  // What a key file has. HS256: a secret a line, and comments that begin with #. RS256 and ES256:
  // public keys or certificates, in PEM. Empty: `error` says what is wrong.
  [[nodiscard]] static std::vector<TokenKey> parse(TokenAlgorithm algorithm, std::string_view file,
                                                   std::string& error);

  TokenKey(TokenKey&&) noexcept;
  TokenKey& operator=(TokenKey&&) noexcept;
  ~TokenKey();

  // [any] signature: its bytes, as in the token.
  [[nodiscard]] bool verifies(std::string_view signature, std::string_view text) const;

  [[nodiscard]] TokenAlgorithm algorithm() const noexcept { return algorithm_; }

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const noexcept;
  };
  using PublicKey = std::unique_ptr<EVP_PKEY, FreeKey>;

  explicit TokenKey(std::string_view secret) : algorithm_(TokenAlgorithm::hs256), secret_(secret) {}
  TokenKey(TokenAlgorithm algorithm, PublicKey key) noexcept;

  [[nodiscard]] static std::string fault_of(TokenAlgorithm algorithm, const EVP_PKEY& key);
  [[nodiscard]] bool verifies_publicly(std::string_view signature, std::string_view text) const;

  TokenAlgorithm algorithm_;
  std::string secret_;
  PublicKey key_;
};

}  // namespace ws::plugin
