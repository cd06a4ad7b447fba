// The keys that let a program publish: as a bearer token, or as the secret of a signature.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ws::publish {

// What a signature covers.
struct SignedRequest {
  std::string_view method;
  std::string_view target;  // raw, with its query
  std::string_view type;    // Content-Type; empty: none
  std::string_view key;     // Idempotency-Key; empty: none
  std::string_view body;
};

class Keys {
 public:
  static constexpr size_t kLeast = 16;               // bytes of a key
  static constexpr int64_t kSignatureSeconds = 300;  // that a signature is good for, each way

  // text: a key a line, and comments that begin with #. Several: while one is replaced by another.
  // False: `error` says what is wrong.
  [[nodiscard]] bool parse(std::string_view text, std::string& error);

  // authorization: of the header, "Bearer KEY". Takes the same time wherever a key differs.
  [[nodiscard]] bool accepts(std::string_view authorization) const noexcept;

  // signature: "t=SECONDS,v1=HEX", where HEX is the HMAC-SHA256 under a key of
  //   SECONDS \n METHOD \n TARGET \n TYPE \n KEY \n BODY
  [[nodiscard]] bool accepts(std::string_view signature, const SignedRequest& request,
                             int64_t now_seconds) const;

 private:
  std::vector<std::string> keys_;
};

}  // namespace ws::publish
