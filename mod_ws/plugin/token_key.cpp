// A key that tokens are signed with.
#include "plugin/token_key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

namespace ws::plugin {

namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* thing) const noexcept {
    kFree(thing);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

constexpr size_t kEs256Half = 32;

// TLS on the same thread must not find our errors in OpenSSL's queue.
class OwnErrors {
 public:
  OwnErrors() noexcept { ERR_set_mark(); }
  ~OwnErrors() { ERR_pop_to_mark(); }
  OwnErrors(const OwnErrors&) = delete;
  OwnErrors& operator=(const OwnErrors&) = delete;
};

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::vector<std::string_view> lines_of(std::string_view file) {
  std::vector<std::string_view> lines;
  while (!file.empty()) {
    std::string_view line = file.substr(0, file.find('\n'));
    file.remove_prefix(std::min(line.size() + 1, file.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
      line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  }
  return lines;
}

// RFC 7518, section 3.4: r and s behind each other; OpenSSL wants them in DER.
std::string es256_to_der(std::string_view signature) {
  if (signature.size() != 2 * kEs256Half) return {};
  const EcSignature parts(ECDSA_SIG_new());
  BIGNUM* const r = BN_bin2bn(bytes_of(signature), kEs256Half, nullptr);
  BIGNUM* const s = BN_bin2bn(bytes_of(signature) + kEs256Half, kEs256Half, nullptr);
  if (!parts || !r || !s || ECDSA_SIG_set0(parts.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &der);
  std::string out;
  if (size > 0) out.assign(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace

void TokenKey::FreeKey::operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }

TokenKey::TokenKey(TokenAlgorithm algorithm, PublicKey key) noexcept
    : algorithm_(algorithm), key_(std::move(key)) {}
TokenKey::TokenKey(TokenKey&&) noexcept = default;
TokenKey& TokenKey::operator=(TokenKey&&) noexcept = default;
TokenKey::~TokenKey() { OPENSSL_cleanse(secret_.data(), secret_.size()); }

std::vector<TokenKey> TokenKey::parse(TokenAlgorithm algorithm, std::string_view file,
                                      std::string& error) {
  const OwnErrors own_errors;
  std::vector<TokenKey> keys;
  if (algorithm == TokenAlgorithm::hs256) {
    for (const std::string_view line : lines_of(file)) {
      if (line.size() < kLeastSecret) {
        error = "a secret of " + std::to_string(line.size()) + " bytes is too short: HS256 needs " +
                std::to_string(kLeastSecret) + ", as of \"openssl rand -hex 32\"";
        return {};
      }
      keys.push_back(TokenKey(line));
    }
    if (keys.empty()) error = "there is no secret in it";
    return keys;
  }
  if (file.find("PRIVATE KEY") != file.npos) {
    error =
        "there is a private key in it, which belongs to whoever makes the tokens; here its "
        "public key is needed: \"openssl pkey -pubout\"";
    return {};
  }
  const Bio bio(BIO_new_mem_buf(file.data(), static_cast<int>(file.size())));
  const bool has_certificates = file.find("BEGIN CERTIFICATE") != file.npos;
  while (bio) {
    PublicKey key;
    if (has_certificates) {
      const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
      if (certificate) key.reset(X509_get_pubkey(certificate.get()));
    } else {
      key.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
    }
    if (!key) break;
    error = fault_of(algorithm, *key);
    if (!error.empty()) return {};
    keys.push_back(TokenKey(algorithm, std::move(key)));
  }
  if (keys.empty()) error = "there is no public key in it, in PEM";
  return keys;
}

std::string TokenKey::fault_of(TokenAlgorithm algorithm, const EVP_PKEY& key) {
  if (algorithm == TokenAlgorithm::rs256) {
    if (EVP_PKEY_get_base_id(&key) != EVP_PKEY_RSA) return "RS256 needs an RSA key";
    if (EVP_PKEY_get_bits(&key) < kLeastRsaBits)
      return "an RSA key of " + std::to_string(EVP_PKEY_get_bits(&key)) +
             " bits is too short: RS256 needs " + std::to_string(kLeastRsaBits);
    return {};
  }
  std::array<char, 64> group{};
  size_t size = 0;
  const bool is_p256 = EVP_PKEY_get_base_id(&key) == EVP_PKEY_EC &&
                       EVP_PKEY_get_utf8_string_param(&key, OSSL_PKEY_PARAM_GROUP_NAME,
                                                      group.data(), group.size(), &size) == 1 &&
                       std::string_view(group.data(), size) == "prime256v1";
  return is_p256 ? std::string() : "ES256 needs an elliptic curve key on P-256 (prime256v1)";
}

bool TokenKey::verifies(std::string_view signature, std::string_view text) const {
  const OwnErrors own_errors;
  if (algorithm_ != TokenAlgorithm::hs256) return verifies_publicly(signature, text);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  size_t size = 0;
  return EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret_.data(), secret_.size(),
                   bytes_of(text), text.size(), mac.data(), mac.size(), &size) &&
         signature.size() == size && CRYPTO_memcmp(signature.data(), mac.data(), size) == 0;
}

bool TokenKey::verifies_publicly(std::string_view signature, std::string_view text) const {
  std::string der;
  if (algorithm_ == TokenAlgorithm::es256) signature = der = es256_to_der(signature);
  const Digest digest(EVP_MD_CTX_new());
  return !signature.empty() && digest &&
         EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(digest.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

}  // namespace ws::plugin
