// The two requests this program sends, and how it judges the answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

// more: further header lines, each with its CR LF.
std::string upgrade_request(uint16_t port, std::string_view path, std::string_view more = {});
std::string page_request(uint16_t port, std::string_view path);

enum class Answer {
  kIncomplete,
  kGood,
  kBad,
};

// 101 and the right Sec-WebSocket-Accept. `size` is then that of the head; frames may follow.
Answer judge_upgrade(std::string_view bytes, size_t& size);

// 200, and as much of a body as Content-Length says.
Answer judge_page(std::string_view bytes, size_t& size);

}  // namespace bench
