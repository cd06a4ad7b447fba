// The request that plugins see owns all it shows.
#include "plugin/stored_request.h"

#include <memory>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;

namespace {

std::string words(const wsp_pair* pairs, uint32_t count) {
  std::string out;
  for (uint32_t i = 0; i < count; ++i)
    out += std::string(pairs[i].name.data, pairs[i].name.size) + "=" +
           std::string(pairs[i].value.data, pairs[i].value.size) + "|";
  return out;
}
std::string word(wsp_bytes b) { return {b.data, b.size}; }

using Field = RequestParts::Field;

}  // namespace

TEST_GROUP(stored_request){};

TEST(stored_request, CopiesEverything) {
  auto headers = std::make_unique<std::vector<std::string>>(
      std::vector<std::string>{"Host", "a.example", "X", "1", "X", "2"});
  const std::vector<Field> fields = {{(*headers)[0], (*headers)[1]},
                                     {(*headers)[2], (*headers)[3]},
                                     {(*headers)[4], (*headers)[5]}};
  const std::vector<Field> environment = {{"SSL_PROTOCOL", "TLSv1.3"}};
  RequestParts parts;
  parts.headers = fields;
  parts.environment = environment;
  parts.path = "/ws";
  parts.query = "a=b";
  parts.identity = {{.user = "ann", .expires_ms = 5}, "Ann B.", "{}"};
  parts.remote_ip = "192.0.2.1";
  parts.host = "a.example";
  parts.is_tls = true;
  StoredRequest request(parts);
  for (std::string& text : *headers) text.assign("overwritten");
  headers.reset();

  const wsp_request& view = request.view();
  CHECK_EQUAL(sizeof(wsp_request), view.struct_size);
  STRCMP_EQUAL("Host=a.example|X=1|X=2|", words(view.headers, view.header_count).c_str());
  STRCMP_EQUAL("SSL_PROTOCOL=TLSv1.3|", words(view.environment, view.environment_count).c_str());
  STRCMP_EQUAL("/ws", word(view.path).c_str());
  STRCMP_EQUAL("a=b", word(view.query).c_str());
  STRCMP_EQUAL("ann", word(view.user).c_str());
  STRCMP_EQUAL("Ann B.", word(view.display_name).c_str());
  STRCMP_EQUAL("{}", word(view.user_data).c_str());
  CHECK_EQUAL(5, view.expires_ms);
  STRCMP_EQUAL("192.0.2.1", word(view.remote_ip).c_str());
  STRCMP_EQUAL("a.example", word(view.host).c_str());
  CHECK_EQUAL(0u, view.subprotocol.size);
  CHECK_EQUAL(1, view.is_tls);
  request.set_subprotocol("chat");
  STRCMP_EQUAL("chat", word(request.view().subprotocol).c_str());
}

TEST(stored_request, MayBeEmpty) {
  const StoredRequest request{RequestParts{}};
  CHECK_EQUAL(0u, request.view().header_count);
  CHECK_EQUAL(0u, request.view().path.size);
  CHECK_EQUAL(0, request.view().is_tls);
}

TEST(stored_request, TakesCookiesFromAllCookieHeaders) {
  struct Row {
    const char* header;
    const char* expected;
  };
  const Row rows[] = {
      {"a=1", "a=1|"},
      {"a=1; b=2", "a=1|b=2|"},
      {"a=1;b=2", "a=1|b=2|"},
      {" a = 1 ;\tb=2\t", "a=1|b=2|"},
      {"a=\"x y\"; b=x=y", "a=\"x y\"|b=x=y|"},
      {"a=", "a=|"},
      {"a=1; a=2", "a=1|a=2|"},
      {"", ""},
      {";;;", ""},
      {"nothing", ""},
      {"=value; a=1", "a=1|"},
  };
  for (const Row& row : rows) {
    const std::vector<Field> fields = {{"Cookie", row.header}, {"X", "a=b"}, {"cOOkie", "z=9"}};
    RequestParts parts;
    parts.headers = fields;
    const StoredRequest request(parts);
    const std::string expected = std::string(row.expected) + "z=9|";
    STRCMP_EQUAL(expected.c_str(),
                 words(request.view().cookies, request.view().cookie_count).c_str());
  }
}
