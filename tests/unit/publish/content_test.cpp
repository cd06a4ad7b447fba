// Bodies and their types.
#include "publish/content.h"

#include <string>
#include <variant>

#include <CppUTest/TestHarness.h>

using namespace ws::publish;
using ws::protocol::Opcode;

TEST_GROUP(content){
    static std::string kind_of(std::string_view type, std::string_view encoding = ""){
        const auto opcode = opcode_of(type, encoding);
if (const auto* const refusal = std::get_if<Refusal>(&opcode)) {
  LONGS_EQUAL(415, refusal->status);
  return std::string(refusal->error);
}
return std::get<Opcode>(opcode) == Opcode::text ? "text" : "binary";
}
// "code reason"
static std::string farewell(std::string_view body) {
  const auto parsed = parse_farewell(body);
  const auto* const found = std::get_if<Farewell>(&parsed);
  return found ? std::to_string(found->code) + ' ' + found->reason : "refused";
}
}
;

TEST(content, TypeSaysWhatTheMessageIs) {
  for (const char* type : {"", "application/json", "Application/JSON ; charset=utf-8", "text/plain",
                           "application/vnd.api+json"})
    STRCMP_EQUAL("text", kind_of(type).c_str());
  STRCMP_EQUAL("binary", kind_of("application/octet-stream").c_str());
}

TEST(content, WhatFormsSendIsRefused) {
  for (const char* type : {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "text/html", "json", "x"})
    STRCMP_EQUAL("bad_type", kind_of(type).c_str());
}

TEST(content, WhatIsCompressedIsRefused) {
  for (const char* encoding : {"gzip", "br", "identity, gzip"})
    STRCMP_EQUAL("bad_encoding", kind_of("text/plain", encoding).c_str());
  STRCMP_EQUAL("text", kind_of("text/plain", "identity").c_str());
}

TEST(content, TextIsUtf8) {
  CHECK_FALSE(check_body(Opcode::text, "gr\xC3\xBC\xC3\x9F").has_value());
  CHECK_TRUE(check_body(Opcode::text, "gr\xFC").has_value());
  CHECK_FALSE(check_body(Opcode::binary, "gr\xFC").has_value());
}

TEST(content, FarewellHasDefaults) {
  STRCMP_EQUAL("4403 signed out", farewell("").c_str());
  STRCMP_EQUAL("4403 signed out", farewell("{}").c_str());
  STRCMP_EQUAL("4000 signed out", farewell("{\"code\":4000}").c_str());
  STRCMP_EQUAL("1008 bye", farewell("{\"reason\":\"bye\",\"code\":1008}").c_str());
}

TEST(content, BrokenFarewellsAreRefused) {
  for (const char* body :
       {"x", "[]", "{\"code\":\"4000\"}", "{\"code\":1005}", "{\"code\":1e9}", "{\"code\":4000.5}",
        "{\"code\":-1}", "{\"reason\":1}", "{\"why\":1}", "{\"reason\":\"\xff\"}"})
    STRCMP_EQUAL("refused", farewell(body).c_str());
  STRCMP_EQUAL("refused", farewell("{\"reason\":\"" + std::string(124, 'x') + "\"}").c_str());
}
