// Every handshake uses the same key, whose answer is known: RFC 6455, section 4.2.2, makes it
// base64(SHA-1(key + the GUID)).
#include "http_answer.h"

#include <charconv>

namespace bench {
namespace {

constexpr std::string_view kKey = "x3JJHMbDL1EzLkh9GBhXDw==";
constexpr std::string_view kAccept = "HSmrc0sMlYUkAGmm5OPpG2HaGWk=";

std::string request_line_and_host(uint16_t port, std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port) +
         "\r\n";
}

// Size of the head with its blank line; 0 while it is incomplete.
size_t head_size(std::string_view bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  return end == std::string_view::npos ? 0 : end + 4;
}

}  // namespace

std::string upgrade_request(uint16_t port, std::string_view path, std::string_view more) {
  return request_line_and_host(port, path) +
         "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: " +
         std::string(kKey) + "\r\n" + std::string(more) + "\r\n";
}

std::string page_request(uint16_t port, std::string_view path) {
  return request_line_and_host(port, path) + "Connection: close\r\n\r\n";
}

Answer judge_upgrade(std::string_view bytes, size_t& size) {
  size = head_size(bytes);
  if (size == 0) return Answer::kIncomplete;
  const std::string_view head = bytes.substr(0, size);
  const bool good = head.starts_with("HTTP/1.1 101 ") && head.find(kAccept) != head.npos;
  return good ? Answer::kGood : Answer::kBad;
}

Answer judge_page(std::string_view bytes, size_t& size) {
  size = head_size(bytes);
  if (size == 0) return Answer::kIncomplete;
  const std::string_view head = bytes.substr(0, size);
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const size_t length_at = head.find(kLength);
  if (!head.starts_with("HTTP/1.1 200 ") || length_at == head.npos) return Answer::kBad;
  size_t body = 0;
  const std::string_view digits = head.substr(length_at + kLength.size());
  if (std::from_chars(digits.begin(), digits.end(), body).ec != std::errc()) return Answer::kBad;
  size += body;
  return bytes.size() < size ? Answer::kIncomplete : Answer::kGood;
}

}  // namespace bench
