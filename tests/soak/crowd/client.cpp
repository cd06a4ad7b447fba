// The life of a connection, and its frames.
#include "client.h"

#include "cpu_time.h"
#include "frame.h"
#include "http_answer.h"
#include "poller.h"

namespace soak {
namespace {

constexpr uint8_t kText = 1, kClose = 8, kPing = 9, kPong = 10;
constexpr uint8_t kFinal = 0x80, kCompressed = 0x40;
constexpr uint64_t kPatience = 30 * bench::kSecond;
constexpr size_t kFailuresKept = 10;

}  // namespace

void Surroundings::fail(std::string what) {
  ++failed;
  if (failures.size() < kFailuresKept) failures.push_back(std::move(what));
}

std::string frame(uint8_t first, std::string_view payload) {
  std::string bytes = bench::masked_text_frame(payload);
  bytes[0] = static_cast<char>(first);
  return bytes;
}

Client::Client(Surroundings& around, size_t number, uint64_t comes_at)
    : around_(around),
      number_(number),
      connection_(around.epoll, *this, number),
      comes_at_(comes_at) {}

void Client::act() {
  const uint64_t now = around_.now;
  switch (state_) {
    case State::kAway:
      if (around_.is_over || now < comes_at_) return;
      state_ = State::kComing;
      gives_up_at_ = now + kPatience;
      talks_at_ = ~uint64_t{0};
      ++generation_;
      return come();
    case State::kComing:
    case State::kHere:
      if (now >= talks_at_) return talk();
      if (state_ == State::kComing && now >= gives_up_at_) ended(0, "the handshake takes too long");
      return;
    case State::kLeaving:
      if (now < gives_up_at_) return;
      around_.fail("client " + std::to_string(number_) + ": its Close is not answered");
      return drop();
  }
}

void Client::come() {
  const bench::Target& target = number_ % 2 == 0 ? around_.ws : around_.wss;
  connection_.open_with(target, bench::upgrade_request(target.port, path(), headers()));
}

// A third each: no compression, with the sizes left to the server, without contexts.
std::string Client::headers() const {
  constexpr std::string_view kOffers[] = {
      "", "permessage-deflate; client_max_window_bits",
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover"};
  const std::string_view offer = kOffers[number_ % std::size(kOffers)];
  return offer.empty() ? "" : "Sec-WebSocket-Extensions: " + std::string(offer) + "\r\n";
}

void Client::leave() {
  if (state_ == State::kAway) return;
  ++around_.left;
  if (state_ == State::kComing || around_.below(3) == 0) return drop();
  state_ = State::kLeaving;
  gives_up_at_ = around_.now + kPatience;
  connection_.want_readable(true);
  send(frame(kFinal | kClose, "\x03\xe8"));
}

void Client::drop() {
  connection_.close();
  gone();
}

void Client::come_in(uint64_t milliseconds) {
  comes_at_ = around_.now + milliseconds * kMillisecond;
}

void Client::gone() {
  if (state_ == State::kHere || state_ == State::kLeaving) --around_.open;
  state_ = State::kAway;
  comes_at_ = around_.now + bench::kSecond;
  output_ = std::string();
  reader_ = MessageReader();
  inflater_ = Inflater();
}

void Client::ended(unsigned code, std::string_view what) {
  around_.fail("client " + std::to_string(number_) + " at " + path() + ": " + std::string(what) +
               (code != 0 ? " " + std::to_string(code) : ""));
  drop();
}

void Client::on_open(bench::Connection&) {
  state_ = State::kHere;
  ++around_.open;
  ++around_.opened;
  agreement_ = read_agreement(connection_.answer_head());
  greet();
}

void Client::on_failure(bench::Connection&, std::string_view what) {
  if (state_ == State::kLeaving) return gone();
  ended(0, what);
}

void Client::say(std::string_view text) {
  const bool compress = agreement_.own_window_bits > 0 && text.size() > 64;
  send(compress ? frame(kFinal | kCompressed | kText, compressed(text, agreement_.own_window_bits))
                : frame(kFinal | kText, text));
}

void Client::send(std::string bytes) {
  output_ += bytes;
  flush();
}

void Client::flush() {
  if (connection_.is_closed()) return;
  const auto taken = connection_.write(output_);
  output_.erase(0, taken.value_or(output_.size()));  // a broken connection shows when it is read
  connection_.want_writable(!output_.empty());
  if (output_.empty()) output_ = std::string();
}

void Client::on_bytes(bench::Connection&, std::string_view bytes) {
  reader_.add(bytes);
  Message message;
  Reading reading = Reading::kIncomplete;
  while (!connection_.is_closed() && (reading = reader_.next(message)) == Reading::kMessage)
    on_message(message);
  if (connection_.is_closed()) return;
  if (reading == Reading::kBroken) return ended(0, "the server sent a bad frame");
  reader_.tidy();
}

void Client::on_message(const Message& message) {
  ++around_.received;
  if (message.opcode == kPing) return send(frame(kFinal | kPong, message.payload));
  if (message.opcode == kClose) {
    if (state_ == State::kLeaving) return;  // the server ends the connection
    const bool has_code = message.payload.size() >= 2;
    const unsigned code = has_code ? static_cast<uint8_t>(message.payload[0]) << 8 |
                                         static_cast<uint8_t>(message.payload[1])
                                   : 1005;
    return ended(code, "closed with");
  }
  if (!message.is_compressed) return take(message.payload);
  std::string text;
  if (agreement_.own_window_bits == 0 ||
      !inflater_.inflate(message.payload, agreement_.server_keeps_context, text))
    return ended(0, "a compressed message is wrong");
  take(text);
}

}  // namespace soak
