// wsp::Config: options as texts, numbers, flags and durations, and what it says of bad ones.
#include <string>

#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace std::chrono_literals;

namespace {

// Runs `read` on a config with the one option x.
template <class Read>
auto with_x(const char* value, Read read) {
  const wsp_option option = {"x", value};
  const wsp_config raw = {sizeof(wsp_config), 1, &option, "/ws"};
  return read(wsp::Config(raw));
}

template <class Read>
std::string complaint(const char* value, Read read) {
  try {
    (void)with_x(value, read);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_GROUP(Config){};

TEST(Config, ReadsText) {
  with_x("abc", [](const wsp::Config& c) {
    CHECK(c.has("x"));
    CHECK(!c.has("y"));
    CHECK(c.get("x") == "abc");
    CHECK(c.get("y") == "");
    CHECK(c.get("y", "z") == "z");
    CHECK(c.location() == "/ws");
    CHECK_EQUAL(1U, c.options().size());
    return 0;
  });
}

TEST(Config, ReadsNumbersWithinTheirRange) {
  const auto read = [](const wsp::Config& c) { return c.get_number("x", 7, -1, 10); };
  LONGS_EQUAL(-1, with_x("-1", read));
  LONGS_EQUAL(10, with_x("10", read));
  LONGS_EQUAL(7, with_x("0", [](const wsp::Config& c) { return c.get_number("y", 7, 0, 1); }));
  STRCMP_EQUAL("x must be -1 to 10, not \"11\"", complaint("11", read).c_str());
  STRCMP_EQUAL("x must be -1 to 10, not \"-2\"", complaint("-2", read).c_str());
}

TEST(Config, RefusesWhatIsNoNumber) {
  const auto read = [](const wsp::Config& c) { return c.get_number("x", 7); };
  for (const char* bad : {"", "a", "1a", " 1", "1 ", "+1", "0x1", "1.5", "9223372036854775808"})
    STRCMP_EQUAL((std::string("x must be a number, not \"") + bad + "\"").c_str(),
                 complaint(bad, read).c_str());
}

TEST(Config, ReadsFlags) {
  const auto read = [](const wsp::Config& c) { return c.get_flag("x", true); };
  CHECK(with_x("on", read));
  CHECK(with_x("On", read));
  CHECK(!with_x("off", read));
  CHECK(with_x("off", [](const wsp::Config& c) { return c.get_flag("y", true); }));
  STRCMP_EQUAL("x must be on or off, not \"yes\"", complaint("yes", read).c_str());
}

TEST(Config, ReadsDurations) {
  const auto read = [](const wsp::Config& c) { return c.get_duration_ms("x", 1s, 10ms, 2h); };
  CHECK(500ms == with_x("500ms", read));
  CHECK(30s == with_x("30", read));
  CHECK(30s == with_x("30s", read));
  CHECK(5min == with_x("5min", read));
  CHECK(5min == with_x("5mi", read));
  CHECK(2h == with_x("2h", read));
  CHECK(10ms == with_x("10ms", read));
  CHECK(1s == with_x("", [](const wsp::Config& c) { return c.get_duration_ms("y", 1s); }));
  for (const char* bad : {"9ms", "7201s", "3h", "99999999999999999h"})
    STRCMP_EQUAL((std::string("x must be 10ms to 7200000ms, not \"") + bad + "\"").c_str(),
                 complaint(bad, read).c_str());
  for (const char* bad : {"1d", "1 s", "-1s", "s1", "1msx"})
    STRCMP_CONTAINS("x must be a duration", complaint(bad, read).c_str());
  for (const char* bad : {"", "ms"}) STRCMP_CONTAINS("x must be", complaint(bad, read).c_str());
}
