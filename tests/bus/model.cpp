// What the bus promises.
#include "model.h"

#include <algorithm>

namespace ws::channel::test {

namespace {

std::string text(Position at) { return std::to_string(at.epoch) + "/" + std::to_string(at.offset); }

}  // namespace

std::string Messages::acked(const std::string& channel, Position at, uint64_t id) {
  return seen(channel, at, id);
}

std::string Messages::failed(uint64_t id) {
  failed_.insert(id);
  return ids_.contains(id) ? "message " + std::to_string(id) + " failed, and is there" : "";
}

std::string Messages::seen(const std::string& channel, Position at, uint64_t id) {
  if (id == 0) return "a message at " + text(at) + " of " + channel + " is damaged";
  const std::string name = "message " + std::to_string(id) + " of " + channel;
  if (failed_.contains(id)) return name + " failed, and is there";
  const auto [known, is_new] = ids_.try_emplace(id, Known{channel, at});
  if (known->second.channel != channel || !(known->second.at == at))
    return name + " is at " + text(at) + " and at " + text(known->second.at) + " of " +
           known->second.channel;
  uint64_t& there = channels_[channel][at.epoch].try_emplace(at.offset, id).first->second;
  if (there != id)
    return name + " is at " + text(at) + ", and so is message " + std::to_string(there);
  return {};
}

Position Messages::newest(const std::string& channel) const {
  const auto known = channels_.find(channel);
  if (known == channels_.end()) return {};
  const auto& [epoch, offsets] = *known->second.rbegin();
  return {epoch, offsets.rbegin()->first};
}

std::string Client::begin(bool recovered, Position at, size_t count, bool must_recover) {
  if (state_ != State::asked) return "history that nobody asked for";
  state_ = State::reading;
  head_ = at;
  recovered_ = recovered;
  missing_ = count;
  present_.clear();
  if (at.epoch == 0) return "history without an epoch";
  if (recovered && !last_) return "recovered from nowhere";
  if (recovered && (last_->epoch != at.epoch || at.offset - last_->offset != count))
    return "recovered " + std::to_string(count) + " messages from " + text(*last_) + " to " +
           text(at);
  if (!recovered && last_ && must_recover) {
    const bool same = last_->epoch == at.epoch;
    const uint64_t missed = at.offset - last_->offset;
    if (!same || (policy_ == Policy::kept && missed <= kKeep) || missed == 0)
      return "not recovered from " + text(*last_) + " to " + text(at);
  }
  if (!recovered) last_.reset();
  return {};
}

std::string Client::old(Position at) {
  if (state_ != State::reading || missing_-- == 0) return "too many old messages";
  if (at.epoch != head_.epoch || at.offset > head_.offset)
    return "an old message at " + text(at) + " behind " + text(head_);
  if (last_ && at.offset <= last_->offset) return "an old message at " + text(at) + " comes late";
  if (recovered_ && at.offset != last_->offset + 1)
    return "recovered " + text(at) + " after " + text(*last_);
  last_ = at;
  return {};
}

std::string Client::live() {
  if (state_ != State::reading || missing_ != 0) return "too few old messages";
  if (recovered_ && !(*last_ == head_)) return "recovered up to " + text(*last_) + " only";
  state_ = State::live;
  last_ = head_;
  return {};
}

std::string Client::message(Position at) {
  if (state_ != State::live) return "a message at " + text(at) + " before the history";
  if (at.epoch != last_->epoch || at.offset != last_->offset + 1)
    return "a message at " + text(at) + " after " + text(*last_);
  last_ = at;
  return {};
}

std::string Client::gap(Position at) {
  if (state_ != State::live) return "a gap before the history";
  if (at.epoch != last_->epoch || at.offset < last_->offset)
    return "a gap to " + text(at) + " after " + text(*last_);
  last_ = at;
  present_.clear();
  return {};
}

std::string Client::change(const std::string& key, bool joined) {
  if (state_ != State::live) return "presence before the history";
  const auto [known, is_new] = present_.try_emplace(key, joined);
  if (!is_new && known->second == joined) return key + (joined ? " joined twice" : " left twice");
  known->second = joined;
  return {};
}

}  // namespace ws::channel::test
