// wsp::Request and wsp::Answer.
#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(Request) {
  Stage stage;

  // Connects and lets `read` see the request in on_handshake and in open.
  template <class Read>
  void see(const wsp::testing::FakeRequest& request, Read read) {
    int seen = 0;
    stage.script.handshake = [&](const wsp::Request& r, auto&) { read(r), ++seen; };
    stage.script.open = [&](auto&, auto&, const wsp::Request& r) { read(r), ++seen; };
    CHECK(stage.host.create());
    CHECK(stage.host.connect(request).is_open());
    CHECK_EQUAL(2, seen);
  }
};

TEST(Request, HasItsFields) {
  see({.path = "/ws/a b",
       .query = "x=%20",
       .user = "ann",
       .remote_ip = "2001:db8::1",
       .host = "example.net",
       .is_tls = true},
      [](const wsp::Request& r) {
        CHECK(r.path() == "/ws/a b");
        CHECK(r.query() == "x=%20");
        CHECK(r.user() == "ann");
        CHECK(r.remote_ip() == "2001:db8::1");
        CHECK(r.host() == "example.net");
        CHECK(r.subprotocol() == "");
        CHECK(r.is_tls());
      });
}

TEST(Request, FindsHeadersWhateverTheirCase) {
  see({.headers = {{"X-A", "1"}, {"x-b", "2"}, {"x-a", "3"}}}, [](const wsp::Request& r) {
    CHECK(r.header("x-A") == "1");
    CHECK(r.header("X-B") == "2");
    CHECK(r.header("X-C") == "");
    CHECK(r.has_header("X-B"));
    CHECK(!r.has_header("X-"));
    const auto all = r.headers("X-A");
    CHECK_EQUAL(2U, all.size());
    CHECK(all[0] == "1" && all[1] == "3");
    CHECK(r.headers("none").empty());
    CHECK_EQUAL(4U, r.headers().size());  // and Host
  });
}

TEST(Request, FindsCookiesAndEnvironmentByTheirExactName) {
  see({.cookies = {{"a", "1"}, {"A", "2"}, {"empty", ""}}, .environment = {{"SSL_X", "y"}}},
      [](const wsp::Request& r) {
        CHECK(r.cookie("A") == "2");
        CHECK(r.cookie("empty") == "");
        CHECK(!r.cookie("b").has_value());
        CHECK_EQUAL(3U, r.cookies().size());
        CHECK(r.environment("SSL_X") == "y");
        CHECK(r.environment("ssl_x") == "");
        CHECK_EQUAL(1U, r.environment().size());
      });
}

TEST(Request, DecodesQueryParameters) {
  see({.query = "&a=1&b=x+y%21&c&%64=e&a=2&f==&g=%zz%4&h=%C3%A4"}, [](const wsp::Request& r) {
    CHECK(r.query_parameter("a") == "1");
    CHECK(r.query_parameter("b") == "x y!");
    CHECK(r.query_parameter("c") == "");
    CHECK(r.query_parameter("d") == "e");
    CHECK(r.query_parameter("f") == "=");
    CHECK(r.query_parameter("g") == "%zz%4");
    CHECK(r.query_parameter("h") == "\xC3\xA4");
    CHECK(!r.query_parameter("x").has_value());
    CHECK(!r.query_parameter("").has_value());
  });
}

TEST(Request, ThatIsEmptyIsHarmless) {
  see({.path = "", .remote_ip = "", .host = ""}, [](const wsp::Request& r) {
    CHECK(r.path().empty());
    CHECK(!r.query_parameter("a").has_value());
    CHECK(r.header("a").empty());
  });
}

TEST_GROUP(Answer) {
  Stage stage;

  wsp::testing::Handshake answer(std::function<void(wsp::Answer&)> fill,
                                 const wsp::testing::FakeRequest& request = {}) {
    stage.script.handshake = [&](const auto&, wsp::Answer& a) { fill(a); };
    CHECK(stage.host.create());
    return stage.host.handshake(request);
  }
};

TEST(Answer, AcceptsByDefault) {
  CHECK_EQUAL(101, answer([](wsp::Answer&) {}).status);
}

TEST(Answer, CarriesHeadersAndSubprotocol) {
  const auto result = answer(
      [](wsp::Answer& a) {
        CHECK(a.add_header("X-A", "1") == wsp::Status::ok);
        CHECK(a.select_subprotocol("b") == wsp::Status::ok);
      },
      {.subprotocols = {"a", "b"}});
  CHECK_EQUAL(101, result.status);
  CHECK((result.headers == wsp::testing::Pairs{{"X-A", "1"}}));
  STRCMP_EQUAL("b", result.subprotocol.c_str());
}

TEST(Answer, Refuses) {
  const auto result = answer([](wsp::Answer& a) {
    CHECK(a.refuse(429, "slowly") == wsp::Status::ok);
    CHECK(a.refused());
  });
  CHECK_EQUAL(429, result.status);
  STRCMP_EQUAL("slowly", result.text.c_str());
}

TEST(Answer, ThatBreaksHttpBecomes500) {
  const auto result = answer(
      [](wsp::Answer& a) { CHECK(a.add_header("X-A", "1\r\nX-B: 2") == wsp::Status::invalid); });
  CHECK_EQUAL(500, result.status);
  CHECK_EQUAL(1U, stage.host.take_complaints().size());
}
