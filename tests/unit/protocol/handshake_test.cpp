// The opening handshake (BAD_INPUT rows A1 to A12, A23 to A26, A28 to A30).
#include "protocol/handshake.h"

#include <string>
#include <utility>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;

namespace {

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";

// A request under construction, right as it begins.
class Request {
 public:
  Request()
      : fields_{{"Host", "server.example"},
                {"Upgrade", "websocket"},
                {"Connection", "Upgrade"},
                {"Sec-WebSocket-Key", std::string(kKey)},
                {"Sec-WebSocket-Version", "13"}} {}

  Request& without(std::string_view name) {
    std::erase_if(fields_, [&](const auto& field) { return field.first == name; });
    return *this;
  }
  Request& with(std::string_view name, std::string_view value) {
    fields_.emplace_back(name, value);
    return *this;
  }
  Request& set(std::string_view name, std::string_view value) {
    return without(name).with(name, value);
  }
  Request& method(std::string_view name) {
    method_ = name;
    return *this;
  }
  Request& http(int major, int minor) {
    major_ = major;
    minor_ = minor;
    return *this;
  }
  Request& body() {
    has_body_ = true;
    return *this;
  }

  // Views in the result are of this request.
  [[nodiscard]] std::variant<HandshakeAccept, HandshakeRefusal> check() {
    headers_.clear();
    for (const auto& [name, value] : fields_) headers_.push_back({name, value});
    return check_handshake({.method = method_,
                            .http_major = major_,
                            .http_minor = minor_,
                            .has_body = has_body_,
                            .headers = headers_});
  }

  // 101 or the status of the refusal, whose headers must fit it.
  [[nodiscard]] int status() {
    const auto result = check();
    const auto* const refusal = std::get_if<HandshakeRefusal>(&result);
    if (!refusal) return 101;
    CHECK_EQUAL(refusal->status == 405, refusal->allow_get);
    CHECK_EQUAL(refusal->status == 426, refusal->upgrade_headers);
    CHECK(!refusal->reason.empty());
    return refusal->status;
  }

 private:
  std::string_view method_ = "GET";
  int major_ = 1, minor_ = 1;
  bool has_body_ = false;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::vector<HeaderField> headers_;
};

std::string names_of(Request request) {
  const auto result = request.check();
  const auto* const accept = std::get_if<HandshakeAccept>(&result);
  if (!accept) return "refused";
  std::string text;
  for (const std::string_view name : accept->subprotocols) text.append(name).push_back('|');
  return text;
}

}  // namespace

TEST_GROUP(handshake){};

TEST(handshake, AcceptsACorrectRequest) {
  Request request;
  const auto result = request.check();
  const auto& accept = std::get<HandshakeAccept>(result);
  const std::string key(accept.accept_key.data(), accept.accept_key.size());
  STRCMP_EQUAL("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", key.c_str());  // RFC 6455 section 1.3
  CHECK_TRUE(accept.subprotocols.empty());
  CHECK_TRUE(accept.extensions.empty());
  CHECK_FALSE(accept.origin.has_value());
}

TEST(handshake, RefusesOtherMethods) {
  for (const std::string_view method : {"POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "get", ""}) {
    LONGS_EQUAL(405, Request().method(method).status());
  }
}

TEST(handshake, RefusesHttpBefore11) {
  LONGS_EQUAL(426, Request().http(1, 0).status());
  LONGS_EQUAL(426, Request().http(0, 9).status());
}

TEST(handshake, RefusesAPlainGet) {
  LONGS_EQUAL(426, Request().without("Upgrade").without("Connection").status());
  LONGS_EQUAL(426, Request().without("Upgrade").status());
}

TEST(handshake, RefusesAConnectionWithoutUpgrade) {
  LONGS_EQUAL(426, Request().without("Connection").status());
  for (const std::string_view value :
       {"", "keep-alive", "Upgraded", "up grade", "\"upgrade\"", "upgrade;x"}) {
    LONGS_EQUAL(426, Request().set("Connection", value).status());
  }
}

TEST(handshake, AcceptsAnyWayToWriteTheConnection) {
  for (const std::string_view value : {"Upgrade", "upgrade", "UPGRADE", "keep-alive, Upgrade",
                                       "keep-alive,Upgrade", "Upgrade,keep-alive", "\tUpgrade\t",
                                       "keep-alive\t,\t Upgrade", ",Upgrade", "Upgrade, , close"}) {
    LONGS_EQUAL(101, Request().set("Connection", value).status());
  }
  LONGS_EQUAL(101,
              Request().set("Connection", "keep-alive").with("connection", "UPGRADE").status());
}

TEST(handshake, RefusesOtherUpgrades) {
  for (const std::string_view value : {"websocketx", "xwebsocket", "web socket", "websocket/13",
                                       "h2c", "\"websocket\"", "", "TLS/1.0, HTTP/2.0"}) {
    Request request;
    request.set("Upgrade", value);
    LONGS_EQUAL(426, request.status());
    const HeaderField field{"Upgrade", value};
    CHECK_FALSE(wants_websocket({&field, 1}));
  }
}

TEST(handshake, AcceptsWebsocketAmongOtherUpgrades) {
  for (const std::string_view value :
       {"websocket", "WebSocket", "h2c, websocket", "websocket,h2c"}) {
    LONGS_EQUAL(101, Request().set("Upgrade", value).status());
    const HeaderField field{"UPGRADE", value};
    CHECK_TRUE(wants_websocket({&field, 1}));
  }
}

TEST(handshake, RefusesEveryVersionBut13) {
  LONGS_EQUAL(426, Request().without("Sec-WebSocket-Version").status());
  for (const std::string_view value : {"", "0", "7", "8", "12", "14", "013", "+13", "13.0", "1337",
                                       "999999999999", "13, 8", "13, 13", "\"13\"", "1 3"}) {
    LONGS_EQUAL(426, Request().set("Sec-WebSocket-Version", value).status());
  }
  LONGS_EQUAL(426, Request().with("Sec-WebSocket-Version", "13").status());
  LONGS_EQUAL(426, Request().with("sec-websocket-version", "8").status());
}

TEST(handshake, RefusesAMissingKey) {
  LONGS_EQUAL(400, Request().without("Sec-WebSocket-Key").status());
}

TEST(handshake, RefusesKeysThatAreNot16Bytes) {
  const std::string nul("dGhlIHNhbXBs\0SBub25jZQ==", 24);
  const std::string long_key(10240, 'A');
  for (const std::string_view key : std::initializer_list<std::string_view>{
           "", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25j",
           "dGhlIHNhbXBsZSBub25jZQA=", "dGhlIHNhbXBsZSBub25jZQAA", "dGhlIHNhbXBsZSBub25jZ===",
           "dGhlIHNhbXBs SBub25jZQ==", "dGhlIHNhbXBs-SBub25jZQ==", "dGhlIHNhbXBs_SBub25jZQ==",
           "dGhlIHNhbXBs%00ub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==",
           "dGhlIHNhbX=sZSBub25jZQ==", nul, long_key}) {
    LONGS_EQUAL(400, Request().set("Sec-WebSocket-Key", key).status());
  }
}

TEST(handshake, RefusesTwoKeys) {
  LONGS_EQUAL(400, Request().with("Sec-WebSocket-Key", kKey).status());
}

TEST(handshake, AcceptsEveryBase64CharacterInTheKey) {
  CHECK_TRUE(is_valid_key("ABCDEFGHIJKLMNOPQRSTUV=="));
  CHECK_TRUE(is_valid_key("WXYZabcdefghijklmnopqr=="));
  CHECK_TRUE(is_valid_key("stuvwxyz0123456789+/AA=="));
}

TEST(handshake, GivesNoAcceptForAWrongSize) {
  CHECK_FALSE(sec_websocket_accept("short").has_value());
  CHECK_FALSE(sec_websocket_accept("").has_value());
}

TEST(handshake, RefusesABody) { LONGS_EQUAL(400, Request().body().status()); }

TEST(handshake, GivesTheOrigin) {
  Request request;
  request.with("Origin", "https://example.org");
  const auto result = request.check();
  CHECK(std::get<HandshakeAccept>(result).origin == "https://example.org");
}

TEST(handshake, RefusesTwoOrigins) {
  LONGS_EQUAL(
      400,
      Request().with("Origin", "https://a.example").with("origin", "https://a.example").status());
}

TEST(handshake, GivesSubprotocolsInTheClientsOrder) {
  STRCMP_EQUAL("", names_of(Request()).c_str());
  STRCMP_EQUAL("chat|", names_of(Request().with("Sec-WebSocket-Protocol", "chat")).c_str());
  STRCMP_EQUAL("c|a|b|",
               names_of(Request().with("Sec-WebSocket-Protocol", " c,\ta , b\t")).c_str());
  STRCMP_EQUAL(
      "b|a|c|",
      names_of(Request().with("Sec-WebSocket-Protocol", "b").with("sec-websocket-protocol", "a, c"))
          .c_str());
}

TEST(handshake, RefusesSubprotocolsThatAreNoTokens) {
  for (const std::string_view value : {"", ",", "a,", ",a", "a,,b", "a b", "a;b", "a\x01", "a/b",
                                       "\"a\"", "a, \xC3\xA4", "a\r\nX: y", "a, a", "a=b"}) {
    LONGS_EQUAL(400, Request().with("Sec-WebSocket-Protocol", value).status());
  }
  LONGS_EQUAL(
      400,
      Request().with("Sec-WebSocket-Protocol", "a").with("Sec-WebSocket-Protocol", "a").status());
}

TEST(handshake, RefusesMoreThan32Subprotocols) {
  std::string names = "p0";
  for (int i = 1; i < 32; ++i) names += ", p" + std::to_string(i);
  LONGS_EQUAL(101, Request().with("Sec-WebSocket-Protocol", names).status());
  LONGS_EQUAL(400, Request().with("Sec-WebSocket-Protocol", names + ", more").status());
  LONGS_EQUAL(400, Request()
                       .with("Sec-WebSocket-Protocol", names)
                       .with("Sec-WebSocket-Protocol", "more")
                       .status());
}

TEST(handshake, IsLinearInItsHeaders) {
  const std::string blanks = "b" + std::string(1 << 20, ' ') + "x";
  LONGS_EQUAL(400, Request().with("Sec-WebSocket-Protocol", blanks).status());
  LONGS_EQUAL(400, Request().with("Sec-WebSocket-Protocol", std::string(1 << 20, ',')).status());
  LONGS_EQUAL(426, Request().set("Connection", std::string(1 << 20, ',')).status());
  std::string quoted = "a; b=\"";
  for (int i = 0; i < (1 << 20); ++i) quoted += "\\c";
  LONGS_EQUAL(400, Request().with("Sec-WebSocket-Extensions", quoted).status());
}

TEST(handshake, GivesExtensionsOfAllLines) {
  Request request;
  request.with("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
      .with("Sec-WebSocket-Extensions", "x-other");
  const auto result = request.check();
  const auto& offers = std::get<HandshakeAccept>(result).extensions;
  LONGS_EQUAL(2, offers.size());
  CHECK(offers[0].name == "permessage-deflate");
  CHECK(offers[1].name == "x-other");
}

TEST(handshake, RefusesExtensionsWithAWrongSyntax) {
  for (const std::string_view value : {"", "a;", "a; b=\"1", "a; b=\"\\c\\c", "a b"}) {
    LONGS_EQUAL(400, Request().with("Sec-WebSocket-Extensions", value).status());
  }
}

TEST(handshake, AcceptsOffersItCannotServe) {
  for (const std::string_view parameter :
       {"server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=08",
        "server_max_window_bits=+9", "server_max_window_bits=abc", "unknown",
        "client_no_context_takeover; client_no_context_takeover"}) {
    const std::string value = "permessage-deflate; " + std::string(parameter);
    LONGS_EQUAL(101, Request().with("Sec-WebSocket-Extensions", value).status());
  }
}

TEST(handshake, NamesTheFirstFaultInAFixedOrder) {
  LONGS_EQUAL(405, Request().method("POST").without("Upgrade").body().status());
  LONGS_EQUAL(426, Request().without("Upgrade").body().status());
  LONGS_EQUAL(400, Request().body().set("Sec-WebSocket-Version", "8").status());
  LONGS_EQUAL(426,
              Request().set("Sec-WebSocket-Version", "8").without("Sec-WebSocket-Key").status());
}
