// When nothing moves any more, everybody must have everything.
#include <algorithm>

#include "driver.h"
#include "records.h"

namespace ws::channel::test {

namespace {

std::string text(const std::map<std::string, unsigned>& members) {
  std::string text;
  for (const auto& [key, count] : members) text += key + " " + std::to_string(count) + ", ";
  return text;
}

}  // namespace

void Driver::settle() {
  for (auto& worker : workers_)
    if (worker->process->is_stopped()) worker->process->go_on();
  wait_until("the processes", 20, [this] {
    return std::ranges::all_of(workers_, [](const auto& worker) {
      return worker->process->is_ready && !worker->process->was_killed;
    });
  });

  // What each process published before is in the log when this is.
  for (auto& worker : workers_) {
    worker->barrier = last_id_ + 1;
    worker->process->say(line("barrier", channel_at(1), ++last_id_));
  }
  wait_until("the barriers", 30, [this] {
    return std::ranges::all_of(workers_, [](const auto& worker) { return worker->barrier == 0; });
  });
  settle_messages();
  settle_members();
}

void Driver::settle_messages() {
  if (has_failed_ || workers_.empty()) return;
  std::map<std::string, uint64_t> tokens;
  for (const std::string& channel : channels_) {
    tokens[channel] = ++last_token_;
    workers_.front()->process->say(line("head", last_token_, channel));
  }
  wait_until("the heads", 20, [&] {
    return std::ranges::all_of(tokens,
                               [&](const auto& one) { return heads_.contains(one.second); });
  });
  if (has_failed_) return;
  for (const auto& [channel, token] : tokens) {
    const Position newest = messages_.newest(channel);
    if (newest.epoch == heads_[token].epoch && newest.offset > heads_[token].offset)
      fail(channel + " forgot messages");
  }
  wait_until("all messages", 20, [&] {
    return std::ranges::all_of(seats_, [&](const Seat& seat) {
      return !seat.worker || (seat.client.state() == Client::State::live &&
                              *seat.client.last() == heads_[tokens[seat.client.channel()]]);
    });
  });
  heads_.clear();
}

// As the sessions of living processes make them.
std::map<std::string, unsigned> Driver::expected_members(const std::string& channel) const {
  std::map<std::string, unsigned> members;
  for (const auto& worker : workers_)
    for (const auto& [slot, session] : worker->sessions)
      if (session.channel == channel) ++members[session.key];
  return members;
}

void Driver::settle_members() {
  for (const std::string& channel : channels_) {
    const auto expected = expected_members(channel);
    for (auto& worker : workers_) {
      uint64_t token = 0;
      wait_until("the members", 20, [&] {
        if (token != 0 && !lists_.contains(token)) return false;
        if (token != 0 && lists_[token] == expected) return true;
        if (token != 0)
          difference_ = "process " + std::to_string(worker->process->pid()) + ", " + channel +
                        ": " + text(lists_[token]) + "instead of " + text(expected);
        worker->process->say(line("members", token = ++last_token_, channel));
        return false;
      });
    }
    for (const Seat& seat : seats_) {
      if (!seat.worker || seat.client.channel() != channel) continue;
      wait_until("who joined and left", 20, [&] {
        return std::ranges::all_of(seat.client.present(), [&](const auto& one) {
          return one.second == expected.contains(one.first);
        });
      });
    }
  }
  lists_.clear();
  ++counts_["settled"];
}

}  // namespace ws::channel::test
