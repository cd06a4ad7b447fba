// The fake host's rules about text.
#include <string_view>

#include "fake_host/recorder.h"

#include <CppUTest/TestHarness.h>

using namespace std::string_view_literals;
using namespace wsp::testing;

TEST_GROUP(FakeText){};

TEST(FakeText, IsUtf8) {
  for (const auto good :
       {""sv, "a\0b"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv,
        "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv,
        "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x91\x8B"sv})
    CHECK(is_utf8(good));
}

TEST(FakeText, IsNotUtf8) {
  const std::string_view bad[] = {"\x80"sv,
                                  "\xBF"sv,
                                  "\xC0\x80"sv,
                                  "\xC1\xBF"sv,
                                  "\xC2"sv,
                                  "\xC2\x7F"sv,
                                  "\xC2\xC0"sv,
                                  "\xE0\x9F\xBF"sv,
                                  "\xE2\x82"sv,
                                  "\xE2\x28\xA1"sv,
                                  "\xE2\x82\x28"sv,
                                  "\xED\xA0\x80"sv,
                                  "\xED\xBF\xBF"sv,
                                  "\xF0\x8F\xBF\xBF"sv,
                                  "\xF0\x9F\x91"sv,
                                  "\xF0\x28\x8C\xBC"sv,
                                  "\xF0\x90\x28\xBC"sv,
                                  "\xF0\x90\x8C\x28"sv,
                                  "\xF4\x90\x80\x80"sv,
                                  "\xF5\x80\x80\x80"sv,
                                  "\xFE"sv,
                                  "\xFF"sv};
  for (size_t i = 0; i < std::size(bad); ++i) {
    CHECK_TEXT(!is_utf8(bad[i]), std::to_string(i).c_str());
    CHECK_TEXT(!is_utf8(std::string("ok").append(bad[i])), std::to_string(i).c_str());
    CHECK_TEXT(!is_utf8(std::string(bad[i]).append("ok")), std::to_string(i).c_str());
  }
}

TEST(FakeText, OfCloseReasonsIsCutBetweenCharacters) {
  STRCMP_EQUAL("", close_reason("").c_str());
  CHECK_EQUAL(123U, close_reason(std::string(200, 'x')).size());
  CHECK_EQUAL(122U, close_reason(std::string(122, 'x') + "\xC3\xA4").size());
  STRCMP_EQUAL(
      "a\xEF\xBF\xBD\xEF\xBF\xBD"
      "b",
      close_reason("a\xC3\xFF"
                   "b")
          .c_str());
}

TEST(FakeText, ThatIsLentIsSpoiledAfterwards) {
  char kept[5] = {};
  const char* where = nullptr;
  {
    Loan loan;
    const wsp_bytes lent = loan.lend("text");
    where = lent.data;
    CHECK(wsp::view(lent) == "text");
    POINTERS_EQUAL(nullptr, loan.lend("").data);
    loan.spoil();
    std::memcpy(kept, where, 4);
  }
  STRCMP_EQUAL("\xDD\xDD\xDD\xDD", kept);
}
