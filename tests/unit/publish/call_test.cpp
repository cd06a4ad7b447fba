// What method, path and query ask for.
#include "publish/call.h"

#include <string>
#include <variant>

#include <CppUTest/TestHarness.h>

using namespace ws::publish;

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

}  // namespace

TEST_GROUP(call){
    static Call good(std::string_view method, std::string_view path,
                     std::string_view query = ""){auto parsed = parse_call(method, path, query);
if (const auto* const refusal = std::get_if<Refusal>(&parsed)) FAIL(refusal->message.c_str());
return std::get<Call>(parsed);
}
// "status error"
static std::string bad(std::string_view method, std::string_view path,
                       std::string_view query = "") {
  const auto parsed = parse_call(method, path, query);
  const auto* const refusal = std::get_if<Refusal>(&parsed);
  return refusal ? std::to_string(refusal->status) + ' ' + std::string(refusal->error) : "taken";
}
static void check(std::string_view expected, const std::string& actual) {
  STRCMP_EQUAL(std::string(expected).c_str(), actual.c_str());
}
}
;

TEST(call, PublishesToTheChannelInThePath) {
  const Call call = good("POST", "orders/7");
  CHECK_TRUE(call.kind == Call::Kind::publish);
  check("orders/7", joined(call.channels));
  CHECK_FALSE(call.keep.has_value());
}

TEST(call, SaysWhetherItMayBeCompressed) {
  CHECK_TRUE(good("POST", "a").may_compress);
  CHECK_TRUE(good("POST", "a", "compress=yes").may_compress);
  CHECK_FALSE(good("POST", "a", "compress=no").may_compress);
  check("400 bad_query", bad("POST", "a", "compress=off"));
  check("400 bad_query", bad("POST", "a", "compress"));
}

TEST(call, TakesMoreChannelsFromTheQuery) {
  check("b/c \xC3\xA4 user:x",
        joined(good("POST", "", "channel=b%2fc&channel=%C3%A4&user=x").channels));
  check("b", joined(good("POST", "", "channel=b").channels));
}

TEST(call, HistoryIsWhatTheQuerySays) {
  const Call call = good("POST", "a", "history=50&age=2h");
  LONGS_EQUAL(50, call.keep->count);
  LONGS_EQUAL(7'200'000, call.keep->age_ms);
  LONGS_EQUAL(0, good("POST", "a", "history=0").keep->count);
  struct Age {
    const char* text;
    uint32_t ms;
  };
  for (const auto& [text, ms] : {Age{"90", 90'000},
                                 {"90s", 90'000},
                                 {"5ms", 5},
                                 {"15m", 900'000},
                                 {"15min", 900'000},
                                 {"7d", 604'800'000},
                                 {"999d", UINT32_MAX}})
    LONGS_EQUAL(ms, good("POST", "a", "history=1&age=" + std::string(text)).keep->age_ms);
}

TEST(call, UsersHaveChannelsOfTheirOwn) {
  check("user:ann", joined(good("POST", "users/ann").channels));
  check("user:Bob%20Lee user:50%25",
        joined(good("POST", "users", "user=Bob+Lee&user=50%25").channels));
  LONGS_EQUAL(3, good("POST", "users/ann", "history=3").keep->count);
  check("user:a/b", joined(good("POST", "users", "user=a%2Fb").channels));
}

TEST(call, UsersAreDisconnected) {
  const Call call = good("POST", "users/ann/disconnect");
  CHECK_TRUE(call.kind == Call::Kind::disconnect);
  check("ann", joined(call.users));
  CHECK_TRUE(call.channels.empty());
  check("ann bob", joined(good("POST", "users/disconnect", "user=ann&user=bob").users));
  check("a/b", joined(good("POST", "users/disconnect", "user=a/b").users));
  // Somebody may be called so.
  check("user:disconnect", joined(good("POST", "users/disconnect").channels));
  check("disconnect", joined(good("POST", "users/disconnect/disconnect").users));
}

TEST(call, OtherMethodsAskForFacts) {
  CHECK_TRUE(good("GET", "a").kind == Call::Kind::describe);
  CHECK_TRUE(good("HEAD", "a").kind == Call::Kind::describe);
  CHECK_TRUE(good("DELETE", "a").kind == Call::Kind::clear);
  check("user:ann", joined(good("GET", "users/ann").channels));
  const Call list = good("GET", "", "prefix=orders.&after=orders.7&limit=5");
  CHECK_TRUE(list.kind == Call::Kind::list);
  check("orders.", list.prefix);
  check("orders.7", list.after);
  LONGS_EQUAL(5, list.limit);
}

TEST(call, OtherMethodsAreRefused) {
  for (const char* method : {"PUT", "PATCH", "OPTIONS", "post", ""})
    check("405 method_not_allowed", bad(method, "a"));
  check("405 method_not_allowed", bad("GET", "users/ann/disconnect"));
}

TEST(call, ChannelsMustBeNamedWell) {
  check("400 bad_channel", bad("POST", ""));
  check("400 bad_channel", bad("DELETE", ""));
  check("400 bad_channel", bad("POST", "a b"));
  check("400 bad_channel", bad("POST", "", "channel="));
  check("400 bad_channel", bad("POST", "", "channel=%00"));
  check("400 bad_channel", bad("POST", "", "channel=%ff"));
  check("400 bad_channel", bad("POST", "", "channel=x%0d%0ay"));
  check("taken", bad("POST", std::string(255, 'x')));
  check("400 bad_channel", bad("POST", std::string(256, 'x')));
  check("400 bad_channel", bad("GET", "", "channel=a&channel=b"));
  check("400 bad_user", bad("POST", "users"));
  check("400 bad_user", bad("POST", "users/"));
  check("400 bad_user", bad("POST", "users", "user=%ff"));
  check("400 bad_user", bad("POST", "users/a/b"));
  check("400 bad_channel", bad("POST", "users/" + std::string(251, 'x')));
}

TEST(call, QueryMustBeKnownAndEncoded) {
  for (const char* query : {"channel=%", "channel=%2", "channel=%zz", "history=", "history=-1",
                            "history=4294967296", "history=1x", "history=1&age=", "history=1&age=0",
                            "history=1&age=5w", "age=5", "chanel=b", "limit=0", "limit=1001"})
    check("400 bad_query", bad("POST", "a", query));
  check("taken", bad("POST", "", "&&channel=b&"));
}

// Who may call an inner Location may not name what is without.
TEST(call, NamesStandInThePathOrInTheQuery) {
  for (const char* query : {"channel=b", "user=b"}) {
    check("400 bad_query", bad("POST", "a", query));
    check("400 bad_query", bad("POST", "users/a", query));
    check("400 bad_query", bad("POST", "users/a/disconnect", query));
  }
  check("400 bad_query", bad("POST", "users", "user=a&channel=b"));
  check("400 bad_query", bad("POST", "users/disconnect", "user=a&channel=b"));
}

TEST(call, HasAtMostAHundredChannels) {
  std::string query;
  for (int i = 0; i < 100; ++i) query += "&channel=c" + std::to_string(i);
  check("taken", bad("POST", "", query));
  check("413 too_many_channels", bad("POST", "", query + "&channel=x"));
}
