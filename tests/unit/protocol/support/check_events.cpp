// The check over all cuts.
#include "support/check_events.h"

#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/oracle.h"
#include "support/recorded_event.h"

#include <CppUTest/TestHarness.h>

namespace ws::protocol::test {
namespace {

constexpr size_t kShort = 80;
constexpr size_t kLong = 2000;

void check_cuts(std::string_view bytes, const std::vector<size_t>& cuts,
                const std::string& expected, const ReadLimits& limits,
                const DeflateAgreement& agreement) {
  std::string got;
  try {
    got = to_string(assemble(bytes, cuts, limits, agreement));
  } catch (const std::logic_error& broken) {
    got = broken.what();
  }
  if (got == expected) return;
  std::string where = "cut at";
  for (size_t i = 0; i < cuts.size() && i < 4; ++i) where += " " + std::to_string(cuts[i]);
  if (cuts.size() > 4) where += " ...";
  STRCMP_EQUAL_TEXT(expected.c_str(), got.c_str(), where.c_str());
}

}  // namespace

void check_events(std::string_view bytes, std::string_view expected_text, const ReadLimits& limits,
                  const DeflateAgreement& agreement) {
  const std::string expected(expected_text);
  STRCMP_EQUAL_TEXT(expected.c_str(), to_string(oracle_events(bytes, limits, agreement)).c_str(),
                    "oracle");
  check_cuts(bytes, {}, expected, limits, agreement);
  const size_t step = bytes.size() <= kLong ? 1 : bytes.size() / 61;
  for (size_t cut = 0; cut <= bytes.size(); cut += cut < 20 ? 1 : step) {
    check_cuts(bytes, {cut}, expected, limits, agreement);
  }
  if (bytes.size() <= kLong && !bytes.empty()) {
    std::vector<size_t> all(bytes.size() - 1);
    std::iota(all.begin(), all.end(), 1);
    check_cuts(bytes, all, expected, limits, agreement);
  }
  if (bytes.size() > kShort) return;
  for (size_t first = 1; first < bytes.size(); ++first) {
    for (size_t second = first; second < bytes.size(); ++second) {
      check_cuts(bytes, {first, second}, expected, limits, agreement);
    }
  }
}

}  // namespace ws::protocol::test
