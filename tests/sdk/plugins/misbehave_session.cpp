// The misbehave plugin's session: carries out the commands that misbehave.cpp lists.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "misbehave.h"

namespace misbehave {

namespace {

using std::chrono::milliseconds;

constexpr int kPerThread = 100;
constexpr std::string_view kInvalidUtf8 = "caf\xe9 \xff\xfe";

// Takes the first word off the text.
std::string word(std::string_view& rest) {
  const size_t end = std::min(rest.find(' '), rest.size());
  std::string out(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return out;
}

// std::invalid_argument, which ends the session, when there is none.
int number(std::string_view& rest) { return std::stoi(word(rest)); }

wsp::CloseCode code(std::string_view& rest) {
  return wsp::CloseCode{static_cast<uint16_t>(number(rest))};
}

// Until the stack is full.
int depth(int reached) {  // NOLINT(misc-no-recursion)
  volatile char room[1024];
  room[0] = static_cast<char>(reached);
  return reached < 0 ? room[0] : depth(reached + 1) + room[0];
}

void add_to(std::string& list, const std::string& item) {
  if (!list.empty()) list += ',';
  list += item;
}

std::string json_values(const Pairs& pairs, std::string_view name) {
  std::string out;
  for (const auto& [key, value] : pairs)
    if (wsp::detail::same_name(key, name)) add_to(out, json(value));
  return std::string("[") + out + "]";
}

std::string json_value(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return json(value);
  return "null";
}

std::string reply_as_json(const wsp::HistoryReply& reply) {
  std::string messages;
  for (const wsp::HistoryMessage m : reply) add_to(messages, json(m.payload()));
  return "{\"epoch\":" + std::to_string(reply.position().epoch) +
         ",\"offset\":" + std::to_string(reply.position().offset) +
         ",\"recovered\":" + (reply.recovered() ? "true" : "false") + ",\"messages\":[" + messages +
         "]}";
}

}  // namespace

Session::Session(wsp::Peer peer, Misbehave& plugin, const wsp::Request& request)
    : wsp::Session(peer), plugin_(plugin), seen_(request) {}

void Session::on_message(const wsp::Message& message) {
  if (message.is_text()) {
    run(message.payload());
  } else if (plugin_.text_only) {
    peer().close(wsp::CloseCode::unsupported_data, "text only");
  } else {
    peer().send(message.payload(), message.opcode());
  }
}

void Session::run(std::string_view line) {
  std::string_view rest = line;
  const std::string command = word(rest);
  if (!run_process(command, rest) && !run_send(command, rest) && !run_channel(command, rest) &&
      !run_family(command, rest) && !run_later(command, rest) && !run_tell(command, rest))
    say(std::string("unknown command: ") + command);
}

void Session::say(std::string_view command, wsp::Status status) {
  say(std::string(command) + " " + std::string(to_string(status)));
}

void Session::fail(std::string_view where) {
  if (where.empty()) throw std::runtime_error("told to throw");
  if (where == "in on_close" || where == "in on_drain") {
    (where == "in on_close" ? throw_in_close_ : throw_in_drain_) = true;
    return say("armed");
  }
  const auto thrower = [] { throw std::runtime_error("told to throw"); };
  if (where == "in timer") timer_ = plugin_.timers.after(peer(), milliseconds(0), thrower);
  if (where == "in work") (void)plugin_.work.run(peer(), thrower, [] {});
  if (where == "in done")
    (void)plugin_.work.run(
        peer(), [] {}, thrower);
  if (where == "in history")
    plugin_.history.read(peer(), "throw", {}, [&](const wsp::HistoryReply&) { throw 42; });
}

bool Session::run_process(const std::string& command, std::string_view rest) {
  if (command == "abort") {
    std::abort();
  } else if (command == "exit") {
    std::exit(number(rest));
  } else if (command == "_exit") {
    ::_exit(number(rest));
  } else if (command == "crash") {
    *static_cast<volatile int*>(nullptr) = 1;
  } else if (command == "recurse") {
    say(std::to_string(depth(1)));
  } else if (command == "block") {
    std::this_thread::sleep_for(milliseconds(number(rest)));
    say("block");
  } else if (command == "hold") {
    while (::access(std::string(rest).c_str(), F_OK) != 0)
      std::this_thread::sleep_for(milliseconds(1));
    say("hold");
  } else if (command == "spin") {
    static std::atomic<int> turns;
    for (;;) ++turns;
  } else if (command == "leak") {
    const size_t size = static_cast<size_t>(number(rest)) << 20;
    static char* volatile last;
    last = new char[size];
    std::fill_n(last, size, 'x');
    say("leak");
  } else if (command == "log") {
    for (int i = 0, count = number(rest); i < count; ++i)
      peer().log(wsp::LogLevel::warning, std::string(rest) + " " + std::to_string(i));
    say("log");
  } else {
    return false;
  }
  return true;
}

bool Session::run_send(const std::string& command, std::string_view rest) {
  if (command == "throw") {
    fail(rest);
  } else if (command == "throw-int") {
    throw 42;
  } else if (command == "close") {
    const wsp::CloseCode wanted = code(rest);
    const wsp::Status status = peer().close(wanted, rest);
    if (status != wsp::Status::ok) say("close", status);
  } else if (command == "close-invalid-utf8") {
    peer().close(code(rest), kInvalidUtf8);
  } else if (command == "close-then-send") {
    const wsp::CloseCode wanted = code(rest);
    peer().close(wanted);
    const wsp::Status sent = peer().send("too late");
    peer().log(wsp::LogLevel::info, "after close: send " + std::string(to_string(sent)) +
                                        ", close " + std::string(to_string(peer().close(wanted))));
  } else if (command == "send-invalid-utf8") {
    say(command, peer().send(kInvalidUtf8));
  } else if (command == "send-gone") {
    say(command, plugin_.host.peer(plugin_.last_ended).send("from the grave"));
  } else if (command == "send-to") {
    const wsp_session id = std::stoull(word(rest));
    say(command, plugin_.host.peer(id).send(rest));
  } else if (command == "foreign-threads") {
    for (int thread = 0, count = number(rest); thread < count; ++thread)
      threads_.emplace_back([to = peer(), thread] {
        for (int i = 0; i < kPerThread; ++i)
          to.send(std::to_string(thread) + " " + std::to_string(i));
      });
  } else if (command == "foreign-close") {
    threads_.emplace_back([to = peer(), with = code(rest)] { to.close(with, "from a thread"); });
  } else if (command == "push") {
    push_wanted_ = number(rest);
    push_size_ = static_cast<size_t>(number(rest));
    push_done_ = 0;
    push_on();
  } else {
    return false;
  }
  return true;
}

bool Session::run_channel(const std::string& command, std::string_view rest) {
  static constexpr std::string_view kCommands[] = {"sub",     "unsub", "pub",   "pubx",   "keep",
                                                   "history", "enter", "leave", "members"};
  if (std::find(std::begin(kCommands), std::end(kCommands), command) == std::end(kCommands))
    return false;
  const std::string channel = word(rest);
  if (command == "sub") {
    say(command, peer().subscribe(channel));
  } else if (command == "unsub") {
    say(command, peer().unsubscribe(channel));
  } else if (command == "pub") {
    say(command, plugin_.host.publish(channel, rest));
  } else if (command == "pubx") {
    say(command, peer().publish_to_others(channel, rest));
  } else if (command == "keep") {
    const auto count = static_cast<uint32_t>(number(rest));
    say(command, plugin_.history.publish(channel, rest, {.count = count}));
  } else if (command == "history") {
    wsp::HistoryQuery query = {.limit = static_cast<uint32_t>(number(rest))};
    if (const size_t colon = rest.find(':'); colon != rest.npos)
      query.since = wsp::Position{std::stoull(std::string(rest.substr(0, colon))),
                                  std::stoull(std::string(rest.substr(colon + 1)))};
    const auto status =
        plugin_.history.subscribe(peer(), channel, query, [this](const wsp::HistoryReply& reply) {
          if (reply) {
            say(reply_as_json(reply));
          } else {
            say("history", reply.status());
          }
        });
    if (status != wsp::Status::ok) say(command, status);
  } else if (command == "enter") {
    const std::string key = word(rest);
    say(command, plugin_.presence.enter(peer(), channel, key, rest));
  } else if (command == "leave") {
    say(command, plugin_.presence.leave(peer(), channel));
  } else {
    std::string members;
    const auto status = plugin_.presence.list(channel, [&](const wsp::Member& m) {
      add_to(members, json(m.key()) + ":" + json(m.info()));
    });
    if (status == wsp::Status::ok) {
      say(std::string("{") + members + "}");
    } else {
      say(command, status);
    }
  }
  return true;
}

bool Session::run_family(const std::string& command, std::string_view rest) {
  if (command == "prefix") {
    say(command, plugin_.prefixes.subscribe(peer(), rest));
  } else if (command == "unprefix") {
    say(command, plugin_.prefixes.unsubscribe(peer(), rest));
  } else if (command == "tell") {
    const std::string user = word(rest);
    say(command, plugin_.users.send(user, rest));
  } else if (command == "out") {
    const std::string user = word(rest);
    const wsp::CloseCode with = code(rest);
    say(command, plugin_.users.disconnect(user, with, rest));
  } else if (command == "count") {
    wsp::MemberCount count;
    const wsp::Status status = plugin_.presence.count(rest, count);
    if (status != wsp::Status::ok) {
      say(command, status);
    } else {
      say("count " + std::to_string(count.members) + " " + std::to_string(count.sessions));
    }
  } else {
    return false;
  }
  return true;
}

bool Session::run_later(const std::string& command, std::string_view rest) {
  if (command == "pause") {
    peer().pause_input();
    timer_ = plugin_.timers.after(peer(), milliseconds(number(rest)), [this] {
      peer().resume_input();
      say("resumed");
    });
  } else if (command == "timer") {
    timer_ = plugin_.timers.after(peer(), milliseconds(number(rest)), [this] { say("timer"); });
  } else if (command == "ticks") {
    const milliseconds period(number(rest));
    ticks_ = 0;
    timer_ = plugin_.timers.every(peer(), period, [this, count = number(rest)] {
      say("tick " + std::to_string(++ticks_));
      if (ticks_ >= count) timer_.stop();
    });
  } else if (command == "work") {
    const auto status = plugin_.work.run(
        peer(), [ms = number(rest)] { std::this_thread::sleep_for(milliseconds(ms)); },
        [this] { say("work"); });
    if (status != wsp::Status::ok) say(command, status);
  } else {
    return false;
  }
  return true;
}

bool Session::run_tell(const std::string& command, std::string_view rest) {
  if (command == "queued") {
    say("queued " + std::to_string(peer().queued_bytes()));
  } else if (command == "headers") {
    say(json_values(seen_.headers, rest));
  } else if (command == "cookie") {
    say(json_value(seen_.cookies, rest));
  } else if (command == "env") {
    say(json_value(seen_.environment, rest));
  } else if (command == "user") {
    say(seen_.user);
  } else if (command == "ip") {
    say(seen_.remote_ip);
  } else if (command == "query") {
    say(seen_.query);
  } else if (command == "path") {
    say(seen_.path);
  } else if (command == "host") {
    say(seen_.host);
  } else if (command == "subprotocol") {
    say(seen_.subprotocol);
  } else if (command == "tls") {
    say(seen_.is_tls ? "1" : "0");
  } else if (command == "id") {
    say(std::to_string(peer().id()));
  } else if (command == "label") {
    say(plugin_.label);
  } else if (command == "location") {
    say(plugin_.location);
  } else {
    return false;
  }
  return true;
}

void Session::push_on() {
  while (push_done_ < push_wanted_) {
    std::string text = "#" + std::to_string(push_done_);
    text.resize(std::max(text.size(), push_size_), '.');
    if (peer().send(text) != wsp::Status::ok) return;
    ++push_done_;
  }
  if (push_wanted_ != 0) say("push " + std::to_string(push_wanted_));
  push_wanted_ = 0;
}

void Session::on_drain() {
  if (throw_in_drain_) throw std::runtime_error("told to throw");
  if (push_wanted_ == 0) return;
  say("drained " + std::to_string(push_done_));
  push_on();
}

void Session::on_close(uint16_t code, std::string_view reason) {
  plugin_.last_ended = peer().id();
  peer().log(wsp::LogLevel::debug,
             "misbehave: on_close " + std::to_string(code) + " " + json(reason));
  if (throw_in_close_) throw 42;
}

}  // namespace misbehave
