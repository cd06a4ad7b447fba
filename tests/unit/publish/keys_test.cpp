// Who may publish.
#include "publish/keys.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::publish;

namespace {

constexpr const char* kFile =
    "# the new one\n0123456789abcdef\r\n\n  fedcba9876543210fedcba9876543210  \n";
constexpr SignedRequest kRequest{"POST", "/ws/publish/orders?history=5", "text/plain", "k1",
                                 "{\"a\":1}"};
// printf '1700000000\nPOST\n/ws/publish/orders?history=5\ntext/plain\nk1\n{"a":1}' | openssl dgst
// -sha256 -hmac 0123456789abcdef
constexpr const char* kSignature =
    "t=1700000000,v1=8669d0de96cc9a9ed9986923f5e1f161a5c7dfddff7f76efede4d622d23231ea";

}  // namespace

TEST_GROUP(keys) {
  Keys keys;
  void setup() override {
    std::string error;
    CHECK_TRUE(keys.parse(kFile, error));
  }
  static std::string error_of(std::string_view text) {
    std::string error;
    return Keys().parse(text, error) ? "taken" : error;
  }
};

TEST(keys, EachLineIsOne) {
  CHECK_TRUE(keys.accepts("Bearer 0123456789abcdef"));
  CHECK_TRUE(keys.accepts("bearer  fedcba9876543210fedcba9876543210"));
  for (const char* wrong :
       {"", "Bearer ", "Bearer", "0123456789abcdef", "Basic 0123456789abcdef",
        "Bearer 0123456789abcde", "Bearer 0123456789abcdefg", "Bearer #", "Bearer # the new one"})
    CHECK_FALSE(keys.accepts(wrong));
}

TEST(keys, FileMustHaveGoodOnes) {
  STRCMP_EQUAL("it has no key", error_of("").c_str());
  STRCMP_EQUAL("it has no key", error_of("# nothing\n\n").c_str());
  STRCMP_EQUAL("the key in line 2 is shorter than 16 characters", error_of("#\nshort").c_str());
  STRCMP_EQUAL("line 1 is not one word of ASCII", error_of("two words here, no key").c_str());
  STRCMP_EQUAL("taken", error_of("0123456789abcdef").c_str());
}

TEST(keys, SignatureCoversTheWholeRequest) {
  CHECK_TRUE(keys.accepts(kSignature, kRequest, 1'700'000'000));
  const SignedRequest others[] = {{"PUT", kRequest.target, "text/plain", "k1", kRequest.body},
                                  {"POST", "/ws/publish/orders", "text/plain", "k1", kRequest.body},
                                  {"POST", kRequest.target, "", "k1", kRequest.body},
                                  {"POST", kRequest.target, "text/plain", "k2", kRequest.body},
                                  {"POST", kRequest.target, "text/plain", "k1", "{\"a\":2}"}};
  for (const SignedRequest& other : others)
    CHECK_FALSE(keys.accepts(kSignature, other, 1'700'000'000));
}

TEST(keys, SignatureIsGoodForFiveMinutes) {
  for (const int64_t seconds : {-300, 0, 300})
    CHECK_TRUE(keys.accepts(kSignature, kRequest, 1'700'000'000 + seconds));
  for (const int64_t seconds : {-301, 301})
    CHECK_FALSE(keys.accepts(kSignature, kRequest, 1'700'000'000 + seconds));
}

TEST(keys, BrokenSignaturesAreRefused) {
  const std::string hex = std::string(kSignature).substr(16);
  for (const std::string& wrong :
       {std::string(), "v1=" + hex, std::string("t=1700000000"), "t=,v1=" + hex, "t=x,v1=" + hex,
        "t=1700000000,v1=" + hex.substr(1), "t=1700000000,v1=" + hex + "0",
        "t=1700000000,v1=" + std::string(64, 'g'), "t=99999999999999999999,v1=" + hex})
    CHECK_FALSE(keys.accepts(wrong, kRequest, 1'700'000'000));
}
