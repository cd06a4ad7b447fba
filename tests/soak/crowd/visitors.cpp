// What they say is what the plugins' documents name.
#include "visitors.h"

#include "cpu_time.h"
#include "http_answer.h"
#include "payload.h"

namespace soak {
namespace {

constexpr size_t kRooms = 50;
constexpr size_t kTopics = 10;

bool is_error(std::string_view text) { return text.starts_with(R"({"type":"error")"); }

}  // namespace

void EchoVisitor::greet() {
  said_.clear();
  talk_in(around_.below(10'000));
}

void EchoVisitor::talk() {
  constexpr size_t kSizes[] = {20, 200, 200, 2'000, 20'000};
  if (!said_.empty()) return ended(0, "an echo takes more than ten seconds");
  said_ = std::to_string(number_) + " " + std::to_string(around_.now) + " " +
          bench::text_payload(kSizes[around_.below(std::size(kSizes))]);
  said_at_ = bench::now_ns();
  say(said_);
  talk_in(10'000);
}

void EchoVisitor::take(std::string_view text) {
  if (text != said_) return ended(0, "an echo is wrong");
  around_.latency.add(bench::now_ns() - said_at_);
  said_.clear();
}

std::string ChatVisitor::path() const {
  return "/ws/chat/room" + std::to_string(around_.is_over ? 0 : number_ / 8 % kRooms);
}

std::string ChatVisitor::headers() const {
  return "Sec-WebSocket-Protocol: chat.v1\r\n" + Client::headers();
}

void ChatVisitor::greet() {
  const std::string name = "Visitor " + std::to_string(number_);
  const std::string token = "soak-" + std::to_string(100'000'000'000 + number_);
  say(R"({"type":"hello","name":")" + name + R"(","token":")" + token + R"("})");
  say(R"({"type":"join"})");
  talk_in(around_.below(60'000));
}

void ChatVisitor::talk() {
  say(R"({"type":"say","text":"Is anybody here who knows when the tea is ready? )" +
      std::to_string(around_.now) + R"("})");
  talk_in(60'000);
}

void ChatVisitor::take(std::string_view text) {
  if (is_error(text)) ended(0, text);
}

void NotifiedVisitor::greet() {
  say(R"({"type":"hello"})");
  say(R"({"type":"follow","topic":"offers.)" + std::to_string(number_ / 8 % kTopics) + R"("})");
  talk_in(around_.below(60'000));
}

void NotifiedVisitor::talk() {
  say(R"({"type":"read","all":true})");
  talk_in(60'000);
}

void NotifiedVisitor::take(std::string_view text) {
  if (is_error(text)) ended(0, text);
}

void SlowVisitor::come() {
  bench::Target target = number_ % 2 == 0 ? around_.ws : around_.wss;
  target.receive_buffer = 4096;
  connection_.open_with(target, bench::upgrade_request(target.port, path()));
}

std::string SlowVisitor::path() const {
  return number_ / 2 % 2 == 0 ? "/ws/ticker" : "/ws/ticker/lossy";
}

void SlowVisitor::greet() {
  say(R"({"type":"hello"})");
  talk_in(2'000);
}

// Reads for a twentieth of the time.
void SlowVisitor::talk() {
  reads_ = !reads_;
  connection_.want_readable(reads_);
  talk_in(reads_ ? 100 : 1'900);
}

void SlowVisitor::ended(unsigned, std::string_view) {
  ++around_.slow_ends;
  drop();
  come_in(1'000 + around_.below(4'000));
}

}  // namespace soak
