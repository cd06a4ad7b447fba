// What happens in a channel, as a line.
#include "ctl/event_line.h"

#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::ctl;
using ws::base::SharedBytes;
using ws::channel::Event;
using ws::channel::Member;

TEST_GROUP(event_line) {
  Event event;

  void setup() override {
    setenv("TZ", "UTC", 1);
    tzset();
    event.position = {7, 12};
    event.time_ms = 1'700'000'000'123;
    event.channel = SharedBytes("example.org\nroom");
    event.payload = SharedBytes("hi\x1B[1m\n");
  }
  void check(const char* expected, Style style) {
    STRCMP_EQUAL(expected, event_line(event, style).c_str());
  }
};

TEST(event_line, Message) {
  check("2023-11-14 22:13:20  room  7:12  hi\\x1B[1m\\n\n", Style::terminal);
  check("2023-11-14 22:13:20  room  7:12  hi\x1B[1m\n\n", Style::raw);
  check(
      "{\"event\":\"message\",\"channel\":\"room\",\"epoch\":\"7\",\"offset\":\"12\","
      "\"time\":1700000000123,\"text\":\"hi\\u001b[1m\\n\"}\n",
      Style::json);
}

TEST(event_line, BytesAreBase64) {
  event.type = ws::protocol::Opcode::binary;
  for (const auto& [bytes, expected] :
       {std::pair("\xFF", "/w=="), {"abc", "YWJj"}, {"\xFF\xFE\xFD\xFC", "//79/A=="}, {"", ""}}) {
    event.payload = SharedBytes(bytes);
    STRCMP_CONTAINS((std::string("\"base64\":\"") + expected + "\"}").c_str(),
                    event_line(event, Style::json).c_str());
  }
}

TEST(event_line, ComingAndGoing) {
  event.kind = Event::Kind::joined;
  event.member = std::make_shared<const Member>(Member{"ann\n", "{}", 2});
  check("2023-11-14 22:13:20  room  ann\\n joined\n", Style::terminal);
  event.kind = Event::Kind::left;
  check(
      "{\"event\":\"left\",\"channel\":\"room\",\"time\":1700000000123,\"key\":\"ann\\n\","
      "\"info\":\"{}\"}\n",
      Style::json);
}

TEST(event_line, Gap) {
  event.kind = Event::Kind::gap;
  check("gap: messages of room up to 7:12 are lost\n", Style::terminal);
  check("{\"event\":\"gap\",\"channel\":\"room\",\"epoch\":\"7\",\"offset\":\"12\"}\n",
        Style::json);
  event.channel = SharedBytes("example.org\norders.\t");
  event.position = {};
  check("gap: messages of orders.* are lost\n", Style::raw);
}

TEST(event_line, OrdersToProcessesAreNotShown) {
  event.kind = Event::Kind::control;
  check("", Style::json);
}
