// What a request to a publish Location carries: method, path and query, types, keys, signatures.
#include <string>
#include <variant>

#include "channel/channel_name.h"
#include "fuzz_input.h"
#include "protocol/close_code.h"
#include "protocol/utf8.h"
#include "publish/answer.h"
#include "publish/call.h"
#include "publish/content.h"
#include "publish/keys.h"

namespace {

using namespace ws::publish;
using ws::fuzz::require;

std::string_view line(std::string_view& text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(first.size() + 1, text.size()));
  return first;
}

void check_refusal(const Refusal& refusal) {
  require(refusal.status >= 400 && refusal.status < 500, "a refusal is the caller's fault");
  require(!error_answer(refusal.error, refusal.message).empty(), "it can be told");
}

void check_call(std::string_view method, std::string_view path, std::string_view query) {
  const auto parsed = parse_call(method, path, query);
  if (const auto* const refusal = std::get_if<Refusal>(&parsed)) return check_refusal(*refusal);
  const Call& call = std::get<Call>(parsed);
  require(call.channels.size() + call.users.size() <= 2 * kMaxChannels, "few channels");
  require(call.limit > 0 && call.limit <= kMaxListed, "a list is short");
  for (const std::string& name : call.channels)
    require(ws::channel::is_valid_name(name), "names are valid");
  const bool has_one = call.kind != Call::Kind::list && call.kind != Call::Kind::disconnect;
  require(!has_one || !call.channels.empty(), "there is a channel");
  require(call.kind != Call::Kind::disconnect || !call.users.empty(), "there is a user");
}

void check_content(std::string_view type, std::string_view encoding, std::string_view body) {
  const auto opcode = opcode_of(type, encoding);
  if (const auto* const refusal = std::get_if<Refusal>(&opcode)) {
    check_refusal(*refusal);
  } else if (!check_body(std::get<ws::protocol::Opcode>(opcode), body)) {
    require(std::get<ws::protocol::Opcode>(opcode) == ws::protocol::Opcode::binary ||
                ws::protocol::is_valid_utf8(body),
            "text is UTF-8");
  }
  const auto farewell = parse_farewell(body);
  if (const auto* const found = std::get_if<Farewell>(&farewell))
    require(ws::protocol::may_be_sent(found->code) && found->reason.size() <= 123,
            "it fits a Close frame");
}

void check_keys(std::string_view file, std::string_view header) {
  Keys keys;
  std::string error;
  require(keys.parse(file, error) == error.empty(), "an error, or keys");
  (void)keys.accepts(header);
  require(!keys.accepts(header, {"POST", "/", "", "", file}, 1'700'000'000),
          "nobody signs by chance");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view method = line(text);
  const std::string_view path = line(text);
  const std::string_view query = line(text);
  const std::string_view first = line(text);
  const std::string_view second = line(text);
  check_call(method, path, query);
  check_content(first, second, text);
  check_keys(text, first);
  return 0;
}
