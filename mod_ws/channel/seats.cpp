// Limits of connections that hold for a whole server.
#include "channel/seats.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstring>
#include <stdexcept>
#include <string>

namespace ws::channel {

SeatNumbers numbers_of(const SeatRequests& requests) noexcept {
  SeatNumbers numbers{};
  for (size_t kind = 0; kind < kSeatKinds; ++kind) numbers[kind] = requests[kind].number;
  return numbers;
}

SeatKey random_seat_key() {
  SeatKey key{};
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
    throw std::runtime_error("OpenSSL has no random bytes");
  return key;
}

uint64_t seat_number(const SeatKey& key, SeatKind kind, std::string_view what) {
  std::string text(1, static_cast<char>(kind));
  text += what;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size))
    throw std::runtime_error("OpenSSL has no HMAC");
  uint64_t number = 0;
  std::memcpy(&number, digest.data(), sizeof number);
  return number != 0 ? number : 1;
}

}  // namespace ws::channel
