// The echo plugin on the fake host.
#include <wsp/testing/fake_host.hpp>
// after the standard's headers
#include <CppUTest/TestHarness.h>

using wsp::testing::FakeClient;
using wsp::testing::FakeHost;

TEST_GROUP(Echo){};

TEST(Echo, SendsTextBackAsText) {
  FakeHost host(wsp_plugin_v1);
  CHECK(host.create());
  FakeClient& client = host.connect();
  for (const char* text : {"hello", "", "\xF0\x9F\x91\x8B"}) {
    client.send(text);
    const auto frame = client.take_frame();
    CHECK(frame.is_text());
    STRCMP_EQUAL(text, frame.payload.c_str());
  }
  CHECK(client.received().empty());
}

TEST(Echo, SendsBinaryBackAsBinary) {
  FakeHost host(wsp_plugin_v1);
  CHECK(host.create());
  FakeClient& client = host.connect();
  const std::string data("\x00\xFF\x01", 3);
  client.send_binary(data);
  const auto frame = client.take_frame();
  CHECK(!frame.is_text());
  CHECK(frame.payload == data);
}

TEST(Echo, AnswersNobodyButTheSender) {
  FakeHost host(wsp_plugin_v1);
  CHECK(host.create());
  FakeClient& client = host.connect();
  FakeClient& other = host.connect();
  client.send("hello");
  LONGS_EQUAL(1, client.received().size());
  CHECK(other.received().empty());
}

TEST(Echo, LeavesASlowClientToTheHost) {
  FakeHost host(wsp_plugin_v1);
  host.send_queue = 1000;
  CHECK(host.create());
  FakeClient& client = host.connect();
  client.stop_reading();
  for (int i = 0; i < 10; ++i) client.send(std::string(200, 'x'));
  CHECK(!client.is_open());
  LONGS_EQUAL(1013, client.close_code());
}
