// Origins (BAD_INPUT rows A20 to A22).
#include "protocol/origin.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;

namespace {

using Arguments = std::vector<std::string_view>;

OriginPolicy policy(const Arguments& arguments) {
  std::string error;
  const auto parsed = OriginPolicy::parse(arguments, error);
  STRCMP_EQUAL("", error.c_str());
  return *parsed;
}

std::string error_of(const Arguments& arguments) {
  std::string error;
  const auto parsed = OriginPolicy::parse(arguments, error);
  CHECK_FALSE(parsed.has_value());
  return error;
}

bool listed(const char* origin) {
  return policy({"https://good.example", "http://plain.example:8080", "https://[2001:db8::1]"})
      .allows(origin, true, "ws.example");
}

bool same(const char* origin, bool is_tls, std::string_view host) {
  return OriginPolicy().allows(origin, is_tls, host);
}

}  // namespace

TEST_GROUP(origin){};

TEST(origin, AllowsWhatIsListed) {
  CHECK_TRUE(listed("https://good.example"));
  CHECK_TRUE(listed("http://plain.example:8080"));
  CHECK_TRUE(listed("https://[2001:db8::1]"));
}

TEST(origin, FoldsCaseAndDefaultPorts) {
  CHECK_TRUE(listed("HTTPS://Good.EXAMPLE"));
  CHECK_TRUE(listed("https://good.example:443"));
  CHECK_TRUE(listed("https://[2001:DB8::1]:443"));
  CHECK_TRUE(policy({"HTTP://Good.Example:80"}).allows("http://good.example", false, ""));
}

TEST(origin, RefusesWhatOnlyLooksLikeIt) {
  for (const char* origin : {"https://evil",
                             "https://good.example.evil",
                             "https://evilgood.example",
                             "http://good.example",
                             "https://good.example:8443",
                             "https://good.example:80",
                             "https://good.example.",
                             "https://xn--god-1na.example",
                             "https://g\xC3\xB6od.example",
                             "https://good.example/",
                             "https://good.example/path",
                             "https://good.example?",
                             "https://good.example#",
                             "https://user@good.example",
                             "https://good.example@evil",
                             "https://good.example:",
                             "https://good.example:0443",
                             "https://good.example:443x",
                             "https://good.example:4430",
                             "https://good.example:65979",
                             " https://good.example",
                             "https://good.example ",
                             "https://good.example\\evil",
                             "https:/good.example",
                             "https:good.example",
                             "//good.example",
                             "good.example",
                             "https://",
                             "https://*",
                             "",
                             "wss://good.example",
                             "null",
                             "https://good.example, https://evil",
                             "https://good.example https://evil",
                             "https://good.example\r\nX: y"}) {
    CHECK_FALSE_TEXT(listed(origin), origin);
  }
  CHECK_FALSE(policy({"https://good.example"})
                  .allows(std::string_view("https://good.example\0", 21), true, ""));
}

TEST(origin, AllowsTheSameHostByDefault) {
  CHECK_TRUE(same("https://www.example", true, "www.example"));
  CHECK_TRUE(same("http://www.example", false, "www.example"));
  CHECK_TRUE(same("http://www.example:8080", false, "www.example:8080"));
  CHECK_TRUE(same("https://WWW.example", true, "www.EXAMPLE:443"));
  CHECK_TRUE(same("https://www.example:443", true, "www.example"));
  CHECK_TRUE(same("http://127.0.0.1:8080", false, "127.0.0.1:8080"));
  CHECK_TRUE(same("http://[::1]:8080", false, "[::1]:8080"));
  CHECK_TRUE(same("https://www.example.", true, "www.example."));
}

TEST(origin, RefusesOtherHostsByDefault) {
  CHECK_FALSE(same("http://www.example", true, "www.example"));
  CHECK_FALSE(same("https://www.example", false, "www.example"));
  CHECK_FALSE(same("https://www.example", false, "www.example:443"));
  CHECK_FALSE(same("https://www.example:8443", true, "www.example"));
  CHECK_FALSE(same("https://www.example", true, "www.example:8443"));
  CHECK_FALSE(same("https://www.example.", true, "www.example"));
  CHECK_FALSE(same("https://www.example", true, "www.example."));
  CHECK_FALSE(same("https://sub.www.example", true, "www.example"));
  CHECK_FALSE(same("https://example", true, "www.example"));
  CHECK_FALSE(same("null", true, "www.example"));
  CHECK_FALSE(same("", true, ""));
  CHECK_FALSE(same("https://", true, ""));
  CHECK_FALSE(same("https://a", true, "user@a"));
}

TEST(origin, SameMayStandAmongOrigins) {
  const OriginPolicy both = policy({"same", "https://other.example"});
  CHECK_TRUE(both.allows("https://www.example", true, "www.example"));
  CHECK_TRUE(both.allows("https://other.example", true, "www.example"));
  CHECK_FALSE(both.allows("https://third.example", true, "www.example"));
}

TEST(origin, AListDoesNotAllowTheSameHost) {
  CHECK_FALSE(policy({"https://other.example"}).allows("https://www.example", true, "www.example"));
}

TEST(origin, AMissingOriginPassesUnlessRequired) {
  CHECK_TRUE(OriginPolicy().allows(std::nullopt, true, "www.example"));
  CHECK_TRUE(policy({"https://a.example"}).allows(std::nullopt, true, "www.example"));
  CHECK_FALSE(policy({"required", "same"}).allows(std::nullopt, true, "www.example"));
  CHECK_FALSE(policy({"required", "any"}).allows(std::nullopt, true, "www.example"));
  CHECK_TRUE(policy({"Required", "same"}).allows("https://www.example", true, "www.example"));
}

TEST(origin, AnyAllowsEveryOrigin) {
  const OriginPolicy any = policy({"any"});
  for (const char* origin : {"https://evil", "null", "", "garbage", "file://"}) {
    CHECK_TRUE(any.allows(origin, true, "www.example"));
  }
}

TEST(origin, NullIsRefusedUnlessListed) {
  CHECK_FALSE(policy({"same", "https://a.example"}).allows("null", true, "www.example"));
  CHECK_TRUE(policy({"same", "null"}).allows("null", true, "www.example"));
  CHECK_FALSE(policy({"null"}).allows("NULL", true, "www.example"));
}

TEST(origin, OtherSchemesMayBeListed) {
  const OriginPolicy apps = policy({"chrome-extension://abcdefgh", "capacitor://localhost"});
  CHECK_TRUE(apps.allows("chrome-extension://abcdefgh", true, ""));
  CHECK_TRUE(apps.allows("capacitor://localhost", true, ""));
  CHECK_FALSE(apps.allows("capacitor://localhost:80", true, ""));
}

TEST(origin, SaysWhatIsWrongWithAnArgument) {
  STRCMP_CONTAINS("say which origins", error_of({}).c_str());
  STRCMP_CONTAINS("say which origins", error_of({"required"}).c_str());
  STRCMP_CONTAINS("\"example.org\" is neither", error_of({"same", "example.org"}).c_str());
  STRCMP_CONTAINS("wildcard", error_of({"https://*.example.org"}).c_str());
  STRCMP_CONTAINS("wildcard", error_of({"*"}).c_str());
  STRCMP_CONTAINS("without a path", error_of({"https://example.org/"}).c_str());
  STRCMP_CONTAINS("required must come first", error_of({"same", "required"}).c_str());
  STRCMP_CONTAINS("any allows every origin", error_of({"any", "https://a.example"}).c_str());
  STRCMP_CONTAINS("is no origin", error_of({"https://m\xC3\xBCnchen.example"}).c_str());
}

TEST(origin, RefusesVeryLongOrigins) {
  const std::string origin = "https://" + std::string(8000, 'a');
  CHECK_FALSE(Origin::parse(origin).has_value());
  CHECK_FALSE(OriginPolicy().allows(origin, true, std::string(8000, 'a')));
}
