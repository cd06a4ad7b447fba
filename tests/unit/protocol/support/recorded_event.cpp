// Events as values and as text, and the run that records them.
#include "support/recorded_event.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace ws::protocol::test {
namespace {

constexpr size_t kShown = 60;

std::string shown(std::string_view payload) {
  std::string text;
  char number[80];
  for (const char c : payload.substr(0, kShown)) {
    if (c >= ' ' && c < 0x7F) {
      text.push_back(c);
    } else {
      std::snprintf(number, sizeof number, "\\x%02X", static_cast<unsigned>(c) & 0xFF);
      text.append(number);
    }
  }
  if (payload.size() <= kShown) return text;
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : payload) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::snprintf(number, sizeof number, "... %zu bytes, %016llx", payload.size(),
                static_cast<unsigned long long>(hash));
  return text.append(number);
}

std::string to_string(const RecordedEvent& event) {
  switch (event.kind) {
    case Event::Kind::need_input:
      return "need_input";
    case Event::Kind::message:
      return (event.opcode == Opcode::text ? "text(" : "binary(") + shown(event.payload) + ")";
    case Event::Kind::ping:
      return "ping(" + shown(event.payload) + ")";
    case Event::Kind::pong:
      return "pong(" + shown(event.payload) + ")";
    case Event::Kind::close:
      return "close(" + std::to_string(event.close_code) +
             (event.payload.empty() ? "" : " " + shown(event.payload)) + ")";
    case Event::Kind::error:
      return "error(" + std::string(describe(event.error)) + ")";
  }
  return "?";
}

void require(bool held, const char* rule) {
  if (!held) throw std::logic_error(rule);
}

class Run {
 public:
  Run(const ReadLimits& limits, const DeflateAgreement& agreement)
      : limits_(limits),
        agreement_(agreement),
        inflater_(agreement.client_window_bits, agreement.client_takeover) {}

  // False once nothing more can come.
  bool feed(std::string_view piece) {
    const auto block = std::make_unique<char[]>(piece.size());
    if (!piece.empty()) std::memcpy(block.get(), piece.data(), piece.size());
    std::span<char> input(block.get(), piece.size());
    arrived_ += piece.size();
    if (inflater() && !assembler_.inflating()) use_inflater_otherwise();
    for (;;) {
      const Event event = assembler_.next(input, limits_, inflater());
      check_memory();
      if (event.kind == Event::Kind::need_input) break;
      record(event);
      if (event.kind == Event::Kind::error) {
        require(input.empty(), "an error takes all input");
        check_stays_failed();
        return false;
      }
    }
    require(input.empty(), "need_input means that the input is used up");
    require(assembler_.idle() || arrived_ > 0, "idle() before the first byte");
    require(!assembler_.idle() || assembler_.buffered_bytes() == 0, "idle() holds no memory");
    return true;
  }

  std::vector<RecordedEvent> events() && { return std::move(events_); }

 private:
  Inflater* inflater() { return agreement_.client_window_bits != 0 ? &inflater_ : nullptr; }

  void use_inflater_otherwise() {
    if (agreement_.client_takeover) return inflater_.park();
    inflater_.use_for(9 + arrived_ % 7, false);
    inflater_.begin_message();
    std::string_view unfinished = "\xF2\x48\xCD\xC9";
    std::array<char, 10> output;
    static_cast<void>(inflater_.inflate(unfinished, false, output));
    inflater_.use_for(agreement_.client_window_bits, false);
  }

  void record(const Event& event) {
    events_.push_back({.kind = event.kind,
                       .opcode = event.opcode,
                       .error = event.error,
                       .close_code = event.close_code,
                       .payload = std::string(event.payload)});
  }

  void check_memory() const {
    if (agreement_.client_window_bits == 0) {
      require(assembler_.buffered_bytes() <= 2 * arrived_, "memory is at most twice what arrived");
    }
    require(assembler_.buffered_bytes() / 2 <= limits_.max_message_size + 125,
            "memory is at most twice the limit");
  }

  void check_stays_failed() {
    char more[] = "\x81\x80\0\0\0";
    std::span<char> input(more);
    const Event again = assembler_.next(input, limits_, inflater());
    require(again.kind == Event::Kind::error && again.error == events_.back().error,
            "an error stays");
    require(input.empty(), "a failed assembler takes all input");
    require(assembler_.buffered_bytes() == 0, "a failed assembler holds no memory");
    require(!assembler_.idle() && !assembler_.in_frame() && !assembler_.in_message(),
            "a failed assembler is in nothing, and not idle");
  }

  const ReadLimits limits_;
  const DeflateAgreement agreement_;
  Inflater inflater_;
  MessageAssembler assembler_;
  std::vector<RecordedEvent> events_;
  size_t arrived_ = 0;
};

}  // namespace

std::string to_string(const std::vector<RecordedEvent>& events) {
  std::string text;
  for (const RecordedEvent& event : events) {
    if (!text.empty()) text.push_back(' ');
    text.append(to_string(event));
  }
  return text;
}

std::vector<RecordedEvent> assemble(std::string_view bytes, std::span<const size_t> cuts,
                                    const ReadLimits& limits, const DeflateAgreement& agreement) {
  Run run(limits, agreement);
  size_t begin = 0;
  for (const size_t cut : cuts) {
    if (!run.feed(bytes.substr(begin, cut - begin))) return std::move(run).events();
    begin = cut;
  }
  run.feed(bytes.substr(begin));
  return std::move(run).events();
}

}  // namespace ws::protocol::test
