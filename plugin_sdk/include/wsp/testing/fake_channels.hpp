// wsp/testing/fake_channels.hpp - the fake host's channels: order, subscribers, by name and by
// prefix, what is kept. Knows no plugin and no session; FakeHost asks it what to do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wsp/extensions.h"
#include "wsp/testing/fake_client.hpp"

namespace wsp::testing {

struct Published {
  std::string channel;
  Frame frame;
  wsp_position position = {};
  int64_t time_ms = 0;
  wsp_session except = 0;
  uint64_t order = 0;  // among all of the host
};

class FakeChannels {
 public:
  using Message = std::shared_ptr<const Published>;

  // Gives the message its place. keep: as in wsp_history_1.publish, NULL for a plain publish.
  Message publish(std::string_view channel, Frame frame, wsp_session except, int64_t now_ms,
                  const wsp_publish_options* keep) {
    Channel& c = channels_[std::string(channel)];
    c.newest.offset++;
    auto message = std::make_shared<Published>(Published{
        std::string(channel), std::move(frame), position(channel), now_ms, except, ++order_});
    if (keep) {
      c.keep_count = keep->history_count;
      c.keep_age_ms = keep->history_age_ms;
      c.kept.push_back(message);
    }
    trim(c, now_ms);
    return message;
  }

  void subscribe(std::string_view channel, wsp_session session) {
    channels_[std::string(channel)].subscribers.add(session, order_);
  }
  void unsubscribe(std::string_view channel, wsp_session session) {
    channels_[std::string(channel)].subscribers.remove(session);
  }
  bool is_subscribed(std::string_view channel, wsp_session session) const {
    const auto all = subscribers(channel);
    return std::find(all.begin(), all.end(), session) != all.end();
  }
  std::vector<wsp_session> subscribers(std::string_view channel) const {
    const Channel* c = find(channel);
    return c ? c->subscribers.sessions() : std::vector<wsp_session>{};
  }

  void subscribe_prefix(std::string_view prefix, wsp_session session) {
    prefixes_[std::string(prefix)].add(session, order_);
  }
  void unsubscribe_prefix(std::string_view prefix, wsp_session session) {
    prefixes_[std::string(prefix)].remove(session);
  }
  // Those of one prefix.
  std::vector<wsp_session> prefix_subscribers(std::string_view prefix) const {
    const auto found = prefixes_.find(prefix);
    return found == prefixes_.end() ? std::vector<wsp_session>{} : found->second.sessions();
  }
  // The prefixes with which the channel's name begins and that have subscribers.
  std::vector<std::string> prefixes_of(std::string_view channel) const {
    std::vector<std::string> out;
    for (const auto& [prefix, subscribers] : prefixes_)
      if (channel.starts_with(prefix) && !subscribers.all.empty()) out.push_back(prefix);
    return out;
  }

  // Who gets it: subscribed before it was published, and not excepted. First those by name, then
  // those of each prefix.
  struct Audience {
    bool by_name;
    std::vector<wsp_session> sessions;
  };
  std::vector<Audience> audiences(const Published& message) const {
    std::vector<Audience> out;
    const auto add = [&](const Subscribers& subscribers, bool by_name) {
      Audience audience{by_name, {}};
      for (const auto& s : subscribers.all)
        if (s.session != message.except && s.since < message.order)
          audience.sessions.push_back(s.session);
      if (!audience.sessions.empty()) out.push_back(std::move(audience));
    };
    if (const Channel* c = find(message.channel)) add(c->subscribers, true);
    for (const std::string& prefix : prefixes_of(message.channel))
      add(prefixes_.find(prefix)->second, false);
    return out;
  }

  wsp_position position(std::string_view channel) const {
    const Channel* c = find(channel);
    return {epoch_, c ? c->newest.offset : 0};
  }
  struct Read {
    std::vector<Message> messages;
    wsp_position position;
    bool recovered;
  };
  Read read(std::string_view channel, uint32_t limit, const wsp_position* since, int64_t now_ms) {
    Channel& c = channels_[std::string(channel)];
    trim(c, now_ms);
    Read out{{}, position(channel), false};
    const bool known = since && since->epoch == epoch_ && since->offset <= c.newest.offset;
    for (const Message& m : c.kept)
      if (!known || m->position.offset > since->offset) out.messages.push_back(m);
    const size_t excess =
        limit != 0 && out.messages.size() > limit ? out.messages.size() - limit : 0;
    out.messages.erase(out.messages.begin(),
                       out.messages.begin() + static_cast<std::ptrdiff_t>(excess));
    out.recovered = known && out.messages.size() == c.newest.offset - since->offset;
    return out;
  }
  // The log was lost: another epoch, nothing kept.
  void new_epoch() {
    ++epoch_;
    for (auto& [name, c] : channels_) {
      c.kept.clear();
      c.newest.offset = 0;
    }
  }

  // Ends a session's part in everything.
  void forget(wsp_session session) {
    for (auto& [name, c] : channels_) c.subscribers.remove(session);
    for (auto& [prefix, subscribers] : prefixes_) subscribers.remove(session);
  }

 private:
  struct Subscribers {
    struct One {
      wsp_session session;
      uint64_t since;  // the order by then
    };
    std::vector<One> all;

    void add(wsp_session session, uint64_t order) {
      for (const One& one : all)
        if (one.session == session) return;
      all.push_back({session, order});
    }
    void remove(wsp_session session) {
      std::erase_if(all, [&](const One& one) { return one.session == session; });
    }
    std::vector<wsp_session> sessions() const {
      std::vector<wsp_session> out;
      for (const One& one : all) out.push_back(one.session);
      return out;
    }
  };
  struct Channel {
    wsp_position newest = {};
    std::deque<Message> kept;
    uint32_t keep_count = 0;
    uint32_t keep_age_ms = 0;
    Subscribers subscribers;
  };

  const Channel* find(std::string_view name) const {
    const auto found = channels_.find(name);
    return found == channels_.end() ? nullptr : &found->second;
  }
  static void trim(Channel& c, int64_t now_ms) {
    while (c.kept.size() > c.keep_count) c.kept.pop_front();
    while (c.keep_age_ms != 0 && !c.kept.empty() &&
           c.kept.front()->time_ms < now_ms - int64_t{c.keep_age_ms})
      c.kept.pop_front();
  }

  std::map<std::string, Channel, std::less<>> channels_;
  std::map<std::string, Subscribers, std::less<>> prefixes_;
  uint64_t epoch_ = 7;
  uint64_t order_ = 0;
};

}  // namespace wsp::testing
