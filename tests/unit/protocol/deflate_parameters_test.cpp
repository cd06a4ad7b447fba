// The parameters of permessage-deflate (RFC 7692 section 7.1; BAD_INPUT row A29).
#include "protocol/deflate_parameters.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;

namespace {

constexpr DeflateSettings kAlone{};
constexpr DeflateSettings kTakeover{.server_takeover = true, .client_takeover = true};
constexpr DeflateSettings kSmall{.server_window_bits = 11,
                                 .client_window_bits = 12,
                                 .server_takeover = true,
                                 .client_takeover = true};

// The answer without "permessage-deflate" and with s, c for the takeovers, or "declined".
std::string negotiated(std::string_view offered, const DeflateSettings& settings,
                       DeflateAgreement* agreement = nullptr) {
  std::vector<ExtensionOffer> offers;
  CHECK_TRUE(parse_extension_offers(offered, offers));
  std::string answer = "declined";
  const auto agreed = negotiate_deflate(offers, settings, answer);
  CHECK_EQUAL(answer != "declined", agreed.has_value());
  if (agreed && agreement) *agreement = *agreed;
  return answer;
}

void check(const char* expected, std::string_view offered, const DeflateSettings& settings) {
  STRCMP_EQUAL_TEXT(expected, negotiated(offered, settings).c_str(), std::string(offered).c_str());
}

}  // namespace

TEST_GROUP(deflate_parameters){};

TEST(deflate_parameters, AnswersWhatWeWant) {
  const char* const offer = "permessage-deflate; client_max_window_bits";
  check("permessage-deflate; server_no_context_takeover; client_no_context_takeover", offer,
        kAlone);
  check("permessage-deflate", offer, kTakeover);
  check("permessage-deflate; server_max_window_bits=11; client_max_window_bits=12", offer, kSmall);
}

TEST(deflate_parameters, GivesTheClientWhatItAsksOfUs) {
  check("permessage-deflate; server_no_context_takeover",
        "permessage-deflate; server_no_context_takeover", kTakeover);
  check("permessage-deflate; server_max_window_bits=10",
        "permessage-deflate; server_max_window_bits=10", kTakeover);
  check("permessage-deflate; server_max_window_bits=15",
        "permessage-deflate; server_max_window_bits=15", kTakeover);
  check("permessage-deflate; server_max_window_bits=11",
        "permessage-deflate; server_max_window_bits=15", kSmall);
  check("permessage-deflate; server_max_window_bits=9",
        "permessage-deflate; server_max_window_bits=\"9\"", kSmall);
}

TEST(deflate_parameters, TakesTheClientsHints) {
  check("permessage-deflate; client_no_context_takeover",
        "permessage-deflate; client_no_context_takeover", kTakeover);
  check("permessage-deflate; server_max_window_bits=11; client_max_window_bits=10",
        "permessage-deflate; client_max_window_bits=10", kSmall);
  check("permessage-deflate; server_max_window_bits=11; client_max_window_bits=8",
        "permessage-deflate; client_max_window_bits=8", kSmall);
  check("permessage-deflate; server_max_window_bits=11; client_max_window_bits=12",
        "permessage-deflate; client_max_window_bits=15", kSmall);
  check("permessage-deflate", "permessage-deflate; client_max_window_bits=10", kTakeover);
}

TEST(deflate_parameters, LimitsNoWindowThatTheClientDoesNotOffer) {
  check("permessage-deflate; server_max_window_bits=11", "permessage-deflate", kSmall);
}

TEST(deflate_parameters, TellsWhatWasAgreed) {
  DeflateAgreement agreement;
  static_cast<void>(negotiated("permessage-deflate", kSmall, &agreement));
  CHECK((agreement == DeflateAgreement{11, 15, true, true}));
  static_cast<void>(
      negotiated("permessage-deflate; client_max_window_bits; "
                 "server_max_window_bits=9; server_no_context_takeover",
                 kSmall, &agreement));
  CHECK((agreement == DeflateAgreement{9, 12, false, true}));
  static_cast<void>(
      negotiated("permessage-deflate; client_max_window_bits=8; "
                 "client_no_context_takeover",
                 kSmall, &agreement));
  CHECK((agreement == DeflateAgreement{11, 8, true, false}));
  static_cast<void>(negotiated("permessage-deflate; client_max_window_bits=9", kAlone, &agreement));
  CHECK((agreement == DeflateAgreement{15, 15, false, false}));
  CHECK(DeflateAgreement{}.server_window_bits == 0);
}

TEST(deflate_parameters, DeclinesAnOfferThatIsWrong) {
  for (const std::string_view bits : {"7", "16", "08", "09", "015", "0", "1", "15 ", "99", "150",
                                      "+9", "-9", "abc", "9a", "1e1", "0x9", "256", "4294967305"}) {
    for (const std::string_view name : {"server_max_window_bits", "client_max_window_bits"}) {
      std::string offer = "permessage-deflate; ";
      offer.append(name).append("=\"").append(bits).append("\"");
      std::vector<ExtensionOffer> offers;
      if (!parse_extension_offers(offer, offers)) continue;  // the whole header is refused
      check("declined", offer, kTakeover);
    }
  }
  for (const std::string_view wrong :
       {"permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
        "permessage-deflate; client_max_window_bits=9; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover=true", "permessage-deflate; unknown",
        "permessage-deflate; unknown=1", "permessage-deflate; Server_No_Context_Takeover",
        "permessage-deflate; 15", "x-webkit-deflate-frame", "permessage-bzip2",
        "Permessage-Deflate"}) {
    check("declined", wrong, kTakeover);
  }
}

TEST(deflate_parameters, TakesTheFirstOfferThatIsRight) {
  check("permessage-deflate; server_max_window_bits=10",
        "permessage-deflate; unknown, other; server_max_window_bits=9, "
        "permessage-deflate; server_max_window_bits=8, "
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        kTakeover);
  check("permessage-deflate", "permessage-deflate, permessage-deflate; server_max_window_bits=9",
        kTakeover);
}

TEST(deflate_parameters, DeclinesNothing) {
  std::string answer = "declined";
  CHECK_FALSE(negotiate_deflate({}, kAlone, answer).has_value());
  STRCMP_EQUAL("declined", answer.c_str());
}
