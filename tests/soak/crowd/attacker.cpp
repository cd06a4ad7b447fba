// The attacks of all attackers together go round in turn.
#include "attacker.h"

#include "http_answer.h"

namespace soak {
namespace {
constexpr uint64_t kPatience = 20'000;  // milliseconds for the server to end it
constexpr uint64_t kShort = 3'000;      // for an attack that the attacker ends
}  // namespace

const Attack& Attacker::attack() const {
  const auto all = attacks();
  return all[(number_ / 100 + generation_) % all.size()];
}

std::string Attacker::headers() const { return "Sec-WebSocket-Extensions: permessage-deflate\r\n"; }

void Attacker::come() {
  if (attack().opening == Opening::kWebSocket) return Client::come();
  bench::Target target = attack().opening == Opening::kHttp ? around_.ws : around_.wss;
  target.tls = nullptr;
  connection_.open_with(target, attack().bytes);
  talk_in(attack().must_end ? kPatience : kShort);
}

void Attacker::greet() {
  send(attack().bytes);
  talk_in(attack().must_end ? kPatience : kShort);
}

void Attacker::talk() {
  if (attack().must_end) around_.fail(std::string("not ended: ") + attack().name);
  ended(0, "");
}

// Its Close might be in the middle of a frame.
void Attacker::leave() {
  if (!is_away()) drop();
}

void Attacker::ended(unsigned, std::string_view) {
  ++around_.attacks;
  drop();
  come_in(500 + around_.below(1'000));
}

}  // namespace soak
