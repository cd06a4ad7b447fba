// Unit tests of session/end_format.
#include "session/end_format.h"

#include <string>

#include <CppUTest/TestHarness.h>

using ws::session::EndFormat;
using ws::session::SessionEnd;

TEST_GROUP(EndFormat) {
  SessionEnd end{.id = 0x1200000000000003,
                 .address = "192.0.2.7",
                 .user = "",
                 .path = "/ws/a b",
                 .plugin = "chat",
                 .is_tls = true,
                 .code = 1000,
                 .reason = "bye \"\n\x1b[31m",
                 .cause = "closed by the peer",
                 .duration_ms = 61'005,
                 .messages_in = 1,
                 .messages_out = 2,
                 .bytes_in = 3,
                 .bytes_out = 4,
                 .dropped = 5};

  std::string line(std::string_view format) {
    std::string error;
    const auto parsed = EndFormat::parse(format, error);
    return parsed ? parsed->line(end, "example.org", 0) : error;
  }
};

TEST(EndFormat, WritesEachField) {
  STRCMP_EQUAL("192.0.2.7 - /ws/a b chat wss example.org 1200000000000003",
               line("%{client} %{user} %{path} %{plugin} %{scheme} %{server} %{session}").c_str());
  STRCMP_EQUAL("1000|closed by the peer|61.005|1 2 3 4 5",
               line("%{code}|%{cause}|%{duration}|%{messages-in} %{messages-out} %{bytes-in} "
                    "%{bytes-out} %{dropped}")
                   .c_str());
  STRCMP_CONTAINS("1970", line("%{time}").c_str());
}

TEST(EndFormat, EscapesWhatAPeerChose) {
  STRCMP_EQUAL("bye \\x22\\x0a\\x1b[31m", line("%{reason}").c_str());
}

TEST(EndFormat, KeepsOtherText) {
  STRCMP_EQUAL("", line("").c_str());
  STRCMP_EQUAL("100% of {code}", line("100%% of {code}").c_str());
  STRCMP_EQUAL("1000", line("%{code}").c_str());
}

TEST(EndFormat, RefusesWhatIsNoField) {
  STRCMP_CONTAINS("\"%{nothing}\" is no field; there are %% %{bytes-in}",
                  line("a%{nothing}").c_str());
  STRCMP_CONTAINS("\"%h\" is no field", line("%h").c_str());
  STRCMP_CONTAINS("\"%\" is no field", line("%").c_str());
  STRCMP_CONTAINS("\"%{code\" is no field", line("%{code").c_str());
}
