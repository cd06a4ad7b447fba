// Tokens: RFC 7515's own examples, and what is refused.
#include "plugin/token_verifier.h"

#include <string>

#include "plugin/base64url.h"
#include "token_maker.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

constexpr int64_t kNow = 1'700'000'000'000;

// RFC 7515, appendix A: claims, keys and signatures.
constexpr int64_t kRfcNow = 1'300'819'000'000;
constexpr const char* kRfcClaims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
constexpr const char* kRfcSecret =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
constexpr const char* kRfcRsaKey = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj
NiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz
P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo
9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB
EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX
FvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp
oQIDAQAB
-----END PUBLIC KEY-----
)";
constexpr const char* kRfcEcKey = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7
6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==
-----END PUBLIC KEY-----
)";

std::string rfc_token(const std::string& header, const std::string& signature) {
  return header + "." + kRfcClaims + "." + signature;
}

const std::string kRfcHs256 = rfc_token("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
                                        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
const std::string kRfcRs256 = rfc_token(
    "eyJhbGciOiJSUzI1NiJ9",
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
const std::string kRfcEs256 = rfc_token(
    "eyJhbGciOiJFUzI1NiJ9",
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");

}  // namespace

TEST_GROUP(token_verifier) {
  TokenVerifier verifier;
  std::string_view fault;

  void add(TokenAlgorithm algorithm, std::string_view file, const TokenTerms& terms = {}) {
    std::string error;
    auto keys = TokenKey::parse(algorithm, file, error);
    STRCMP_EQUAL("", error.c_str());
    verifier.add(std::move(keys), terms);
  }
  std::optional<Identity> verify(std::string_view token, int64_t now_ms = kNow) {
    fault = {};
    return verifier.verify(token, now_ms, fault);
  }
  std::string fault_of(std::string_view token, int64_t now_ms = kNow) {
    CHECK_FALSE(verify(token, now_ms).has_value());
    return std::string(fault);
  }
  std::string fault_of_claims(const std::string& claims) {
    return fault_of(make_token(R"({"sub":"ann","exp":1700000060,)" + claims + "}"));
  }
  static std::string token_until(int64_t seconds) {
    return make_token(R"({"sub":"ann","exp":)" + std::to_string(seconds) + "}");
  }
};

TEST(token_verifier, TakesTheExamplesOfRfc7515) {
  add(TokenAlgorithm::hs256, *decode_base64url(kRfcSecret));
  add(TokenAlgorithm::rs256, kRfcRsaKey);
  add(TokenAlgorithm::es256, kRfcEcKey);
  for (const std::string& token : {kRfcHs256, kRfcRs256, kRfcEs256}) {
    const auto identity = verify(token, kRfcNow);
    CHECK_TRUE(identity.has_value());
    CHECK_EQUAL(1'300'819'380'000, identity->rights.expires_ms);
    STRCMP_EQUAL("it has expired (exp)", fault_of(token).c_str());
    // A bit more or less in the signature, or in the claims.
    std::string broken = token;
    broken[token.size() - 10] ^= 1;
    CHECK_FALSE(verify(broken, kRfcNow).has_value());
    broken = token;
    broken[token.find('.') + 5] ^= 1;
    CHECK_FALSE(verify(broken, kRfcNow).has_value());
  }
}

TEST(token_verifier, AKeyIsGoodForItsAlgorithmOnly) {
  add(TokenAlgorithm::rs256, kRfcRsaKey);
  add(TokenAlgorithm::es256, kRfcEcKey);
  const std::string claims = R"({"exp":1700000060})";
  // The public key as an HMAC secret, which everybody could sign with.
  for (const char* pem : {kRfcRsaKey, kRfcEcKey})
    STRCMP_EQUAL("no key of ours has signed it",
                 fault_of(make_token(claims, R"({"alg":"HS256"})", pem)).c_str());
  STRCMP_EQUAL("no key of ours has signed it",
               fault_of(make_token(claims, R"({"alg":"RS256"})")).c_str());
  STRCMP_EQUAL("no key of ours has signed it",
               fault_of(make_token(claims, R"({"alg":"ES256"})")).c_str());
}

TEST(token_verifier, RefusesWhatIsUnsigned) {
  add(TokenAlgorithm::hs256, kSecret);
  const std::string claims = base64url(R"({"exp":1700000060})");
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":""})",
                             R"({"alg":1})", R"({})", R"({"alg":"hs256"})", R"({"alg":"HS512"})"}) {
    STRCMP_EQUAL("its algorithm is none of HS256, RS256 and ES256",
                 fault_of(base64url(header) + "." + claims + ".").c_str());
    STRCMP_EQUAL("its algorithm is none of HS256, RS256 and ES256",
                 fault_of(make_token(R"({"exp":1700000060})", header)).c_str());
  }
  STRCMP_EQUAL("no key of ours has signed it",
               fault_of(base64url(R"({"alg":"HS256"})") + "." + claims + ".").c_str());
  STRCMP_EQUAL("it has critical headers",
               fault_of(make_token("{}", R"({"alg":"HS256","crit":["b64"],"b64":false})")).c_str());
}

TEST(token_verifier, RefusesWhatIsNoJwt) {
  add(TokenAlgorithm::hs256, kSecret);
  const std::string good = token_until(1700000060);
  CHECK_TRUE(verify(good).has_value());
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), good + "=",
        good + ".x", " " + good, good + " ", good.substr(0, good.rfind('.')),
        "." + good.substr(good.find('.') + 1), std::string("eyJ.e30.x")})
    CHECK_FALSE(verify(bad).has_value());
  STRCMP_EQUAL("it is longer than 4096 bytes", fault_of(std::string(4097, 'a')).c_str());
  for (const char* claims :
       {"", "[]", "1", "{", R"({"exp":1700000060} x)", R"({"exp":1700000060,"exp":1900000000})",
        R"({"exp":1700000060,"ws":{"data":"a","data":"b"}})",
        R"({"exp":1700000060,"a":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]})",
        "{\"exp\":1700000060,\"a\":\"\xFF\"}", R"({"exp":1700000060,"a":"\u0000"})"})
    STRCMP_EQUAL("its claims are no JSON object, or an ambiguous one",
                 fault_of(make_token(claims)).c_str());
}

TEST(token_verifier, ReadsWhoItIs) {
  add(TokenAlgorithm::hs256, kSecret);
  const auto ann =
      verify(make_token(R"({"sub":"ann","name":"Ann B\u00f6ll","exp":1700000060,"iat":1,"jti":"x",)"
                        R"("ws":{"subscribe":["orders.*","news"],"publish":[],"data":"{}"}})"));
  CHECK_TRUE(ann.has_value());
  STRCMP_EQUAL("ann", ann->rights.user.c_str());
  STRCMP_EQUAL("Ann B\xC3\xB6ll", ann->display_name.c_str());
  STRCMP_EQUAL("{}", ann->data.c_str());
  CHECK_EQUAL(1'700'000'060'000, ann->rights.expires_ms);
  CHECK_TRUE(ann->rights.subscribe->match("orders.1"));
  CHECK_FALSE(ann->rights.subscribe->match("other"));
  CHECK_FALSE(ann->rights.publish->match("news"));
  const auto guest = verify(make_token(R"({"exp":1700000060})"));
  CHECK_TRUE(guest->rights.user.empty() && !guest->rights.subscribe && !guest->rights.publish);
}

TEST(token_verifier, RefusesClaimsOfAWrongKind) {
  add(TokenAlgorithm::hs256, kSecret);
  STRCMP_EQUAL("sub is no user name",
               fault_of(make_token(R"({"sub":1,"exp":1700000060})")).c_str());
  STRCMP_EQUAL("sub is no user name",
               fault_of(make_token(R"({"sub":"a\u0007","exp":1700000060})")).c_str());
  STRCMP_EQUAL("sub is no user name", fault_of(make_token(R"({"sub":")" + std::string(256, 'a') +
                                                          R"(","exp":1700000060})"))
                                          .c_str());
  STRCMP_EQUAL("name is no display name", fault_of_claims(R"("name":[])").c_str());
  STRCMP_EQUAL("ws is no object", fault_of_claims(R"("ws":"x")").c_str());
  for (const char* ws : {R"("subscribe":"orders")", R"("subscribe":[1])", R"("publish":["a*b"])",
                         R"("publish":[""])", R"("subscribe":{})"})
    STRCMP_EQUAL("ws.subscribe or ws.publish is no list of channels",
                 fault_of_claims("\"ws\":{" + std::string(ws) + "}").c_str());
  STRCMP_EQUAL("ws.data is no text of at most 4 KiB",
               fault_of_claims(R"("ws":{"data":1})").c_str());
  for (const char* exp : {"\"1700000060\"", "null", "-1", "1e300", "true"})
    STRCMP_EQUAL("exp is no date",
                 fault_of(make_token(R"({"exp":)" + std::string(exp) + "}")).c_str());
  STRCMP_EQUAL("nbf is no date", fault_of_claims(R"("nbf":"now")").c_str());
}

TEST(token_verifier, EndsInTimeWithSomeLeeway) {
  add(TokenAlgorithm::hs256, kSecret);
  STRCMP_EQUAL("it has expired (exp)", fault_of(token_until(1699999940)).c_str());
  const auto late = verify(token_until(1699999941));
  CHECK_EQUAL(1'700'000'001'000, late->rights.expires_ms);
  CHECK_EQUAL(1'700'000'001'000, verify(token_until(1700000001))->rights.expires_ms);
  STRCMP_EQUAL("it is not good yet (nbf)", fault_of_claims(R"("nbf":1700000061)").c_str());
  CHECK_TRUE(verify(make_token(R"({"nbf":1700000060.5,"exp":1700000100})"), kNow + 500));
}

TEST(token_verifier, HasAnEndUnlessToldOtherwise) {
  add(TokenAlgorithm::hs256, kSecret);
  STRCMP_EQUAL("it has no end (exp)", fault_of(make_token(R"({"sub":"ann"})")).c_str());
  TokenVerifier lenient;
  std::string error;
  lenient.add(TokenKey::parse(TokenAlgorithm::hs256, kSecret, error), {.must_expire = false});
  CHECK_EQUAL(0, lenient.verify(make_token(R"({"sub":"ann"})"), kNow, fault)->rights.expires_ms);
}

TEST(token_verifier, IsForItsAudience) {
  add(TokenAlgorithm::hs256, kSecret, {.audience = "chat"});
  for (const char* good : {R"("aud":"chat")", R"("aud":["x","chat"])"})
    CHECK_TRUE(verify(make_token(R"({"exp":1700000060,)" + std::string(good) + "}")));
  for (const char* bad : {R"("aud":"Chat")", R"("aud":[])", R"("aud":["x"])", R"("aud":{})"})
    STRCMP_EQUAL("it is for another audience", fault_of_claims(bad).c_str());
  STRCMP_EQUAL("it is for another audience", fault_of(token_until(1700000060)).c_str());
}

TEST(token_verifier, IsRefusedForAnAudienceThatNobodyIs) {
  add(TokenAlgorithm::hs256, kSecret);
  STRCMP_EQUAL("it is for an audience, and none is set here",
               fault_of_claims(R"("aud":"chat")").c_str());
}

TEST(token_verifier, RotatesItsKeys) {
  const std::string other(40, 'x'), third(40, 'y');
  add(TokenAlgorithm::hs256, "# the new one\n" + other + "\r\n\n" + std::string(kSecret) + "\n");
  add(TokenAlgorithm::hs256, third, {.kid = "3"});
  const std::string claims = R"({"exp":1700000060})";
  for (const std::string_view secret : {std::string_view(other), kSecret})
    for (const char* header : {R"({"alg":"HS256"})", R"({"alg":"HS256","kid":"any"})"})
      CHECK_TRUE(verify(make_token(claims, header, secret)).has_value());
  CHECK_TRUE(verify(make_token(claims, R"({"alg":"HS256","kid":"3"})", third)).has_value());
  CHECK_FALSE(verify(make_token(claims, R"({"alg":"HS256","kid":"4"})", third)).has_value());
  CHECK_FALSE(verify(make_token(claims, R"({"alg":"HS256"})", third)).has_value());
}

TEST(token_verifier, RefusesBadKeys) {
  const auto error_of = [](TokenAlgorithm algorithm, std::string_view file) {
    std::string error;
    CHECK_TRUE(TokenKey::parse(algorithm, file, error).empty());
    CHECK_FALSE(error.empty());
    return error;
  };
  STRCMP_CONTAINS("31 bytes", error_of(TokenAlgorithm::hs256, std::string(31, 'a')).c_str());
  STRCMP_CONTAINS("no secret", error_of(TokenAlgorithm::hs256, "# none\n\n").c_str());
  STRCMP_CONTAINS("no public key", error_of(TokenAlgorithm::rs256, "").c_str());
  STRCMP_CONTAINS("no public key", error_of(TokenAlgorithm::es256, "x").c_str());
  STRCMP_CONTAINS("needs an RSA key", error_of(TokenAlgorithm::rs256, kRfcEcKey).c_str());
  STRCMP_CONTAINS("P-256", error_of(TokenAlgorithm::es256, kRfcRsaKey).c_str());
  STRCMP_CONTAINS("private key",
                  error_of(TokenAlgorithm::es256, "-----BEGIN PRIVATE KEY-----").c_str());
}
