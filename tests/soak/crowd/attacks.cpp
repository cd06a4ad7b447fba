// Each is a row, or two, of mod_ws/docs/bad_input.md.
#include "attacks.h"

#include <vector>

#include "client.h"
#include "http_answer.h"

namespace soak {
namespace {

std::string repeated(const std::string& piece, size_t times) {
  std::string all;
  all.reserve(piece.size() * times);
  for (size_t i = 0; i < times; ++i) all += piece;
  return all;
}

std::string many_bombs() {
  return repeated(frame(0xc1, bomb(1'000'000)), 20);  // each below WebSocketMaxMessageSize
}

std::vector<Attack> made() {
  using enum Opening;
  const std::string fragment = frame(0x00, "");
  return {
      {"a frame that is not masked", kWebSocket, std::string("\x81\x02hi"), true},
      {"reserved bits", kWebSocket, frame(0xb1, "hi"), true},
      {"a reserved opcode, endless", kWebSocket,
       std::string("\x83\xff\x3f\xff\xff\xff\xff\xff\xff\xff", 10), true},
      {"a message larger than allowed", kWebSocket,
       std::string("\x82\xff\0\0\0\0\x10\0\0\0", 10) + std::string(4096, 'x'), true},
      {"text that is no UTF-8", kWebSocket, frame(0x81, "\xc0\x80"), true},
      {"a bad close code", kWebSocket, frame(0x88, "\x03\xed"), true},
      {"endless fragments", kWebSocket, frame(0x01, "") + repeated(fragment, 6'000), true},
      {"HTTP in a WebSocket", kWebSocket, bench::page_request(80, "/"), true},
      {"a bomb", kWebSocket, frame(0xc1, bomb(64'000'000)), true},
      {"many small bombs", kWebSocket, many_bombs(), false},
      {"no deflate data", kWebSocket, frame(0xc1, "\xff\xff\xff\xff"), true},
      {"a flood of pings", kWebSocket, repeated(frame(0x89, "?"), 20'000), true},
      {"a flood of messages", kWebSocket, repeated(frame(0x81, "!"), 20'000), true},
      {"half a frame", kWebSocket, frame(0x81, std::string(5'000, 'x')).substr(0, 2'000), false},
      {"half a request", kHttp, "GET /ws/echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: webs", false},
      {"half a ClientHello", kHttps, std::string("\x16\x03\x01\x02\0\x01\0\x01\xfc", 9), false},
      {"no request at all", kHttp, std::string("\0\x01\x02\r\n\r\n", 7), true},
  };
}

}  // namespace

std::span<const Attack> attacks() {
  static const std::vector<Attack> all = made();
  return all;
}

}  // namespace soak
