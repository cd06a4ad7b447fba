// A plugin that gives its clients the channels as they are. Test only. Text messages are commands:
//
//   pid                           -> pid N
//   subscribe CHANNEL [EPOCH OFFSET], read CHANNEL [EPOCH OFFSET]
//                                 -> subscribed CHANNEL EPOCH OFFSET RECOVERED COUNT, and the kept
//   publish CHANNEL KEEP TEXT     -> nothing; publish STATUS when it failed
//   enter CHANNEL KEY INFO, leave CHANNEL, prefix PREFIX, tell USER TEXT, disconnect USER CODE,
//   renew TOKEN, files SIZE (no file of this process may become larger)
//                                 -> VERB STATUS
//   members CHANNEL               -> members CHANNEL KEYS SESSIONS KEY=SESSIONS=INFO...
//
// What comes by itself: message CHANNEL EPOCH OFFSET TEXT, gap CHANNEL EPOCH OFFSET,
// joined CHANNEL KEY INFO, left CHANNEL KEY INFO, and from tell the TEXT.
#include <sys/resource.h>
#include <unistd.h>
#include <wsp/plugin.hpp>

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace {

std::string of(wsp::Position position) {
  return std::to_string(position.epoch) + ' ' + std::to_string(position.offset);
}

std::string message(std::string_view channel, wsp::Position position, std::string_view text) {
  std::string out = "message ";
  return out.append(channel).append(" ").append(of(position)).append(" ").append(text);
}

std::string rest_of(std::istream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  return rest;
}

class Client final : public wsp::Session {
 public:
  using Session::Session;

  void on_message(const wsp::Message& m) override {
    std::istringstream words{std::string(m.payload())};
    std::string verb;
    words >> verb;
    if (verb == "pid") {
      peer().send("pid " + std::to_string(getpid()));
    } else if (verb == "members") {
      list(words);
    } else {
      const std::optional<wsp::Status> status = perform(verb, words);
      if (status) peer().send(verb + ' ' + std::to_string(static_cast<int>(*status)));
    }
  }

 private:
  // Nothing: there is no more to say.
  std::optional<wsp::Status> perform(const std::string& verb, std::istream& words) {
    std::string name;
    words >> name;
    const wsp::Host host = peer().host();
    if (verb == "publish") return publish(name, words);
    if (verb == "subscribe" || verb == "read") return ask(verb, name, words);
    if (verb == "prefix") return wsp::Prefixes(host).subscribe(peer(), name);
    if (verb == "leave") return wsp::Presence(host).leave(peer(), name);
    if (verb == "sign_in") return wsp::Identity(host).sign_in(peer(), name);
    if (verb == "renew") return wsp::Identity(host).renew(peer(), name);
    if (verb == "tell") return wsp::Users(host).send(name, rest_of(words));
    if (verb == "enter") {
      std::string key;
      words >> key;
      return wsp::Presence(host).enter(peer(), name, key, rest_of(words));
    }
    if (verb == "files") {
      rlimit limit{};
      getrlimit(RLIMIT_FSIZE, &limit);
      limit.rlim_cur = name == "any" ? limit.rlim_max : std::stoull(name);
      return setrlimit(RLIMIT_FSIZE, &limit) == 0 ? wsp::Status::ok : wsp::Status::invalid;
    }
    if (verb == "disconnect") {
      uint16_t code = 0;
      words >> code;
      return wsp::Users(host).disconnect(name, wsp::CloseCode{code}, "as they wish");
    }
    return wsp::Status::invalid;
  }

  std::optional<wsp::Status> publish(const std::string& channel, std::istream& words) {
    uint32_t keep = 0;
    words >> keep;
    const std::string text = rest_of(words);
    const wsp::Host host = peer().host();
    const wsp::Status status = keep == 0
                                   ? host.publish(channel, text)
                                   : wsp::History(host).publish(channel, text, {.count = keep});
    if (status == wsp::Status::ok) return std::nullopt;
    return status;
  }

  std::optional<wsp::Status> ask(const std::string& verb, const std::string& channel,
                                 std::istream& words) {
    wsp::HistoryQuery query;
    wsp::Position since{};
    if (words >> since.epoch >> since.offset) query.since = since;
    const auto answer = [peer = peer(), channel](const wsp::HistoryReply& reply) {
      peer.send("subscribed " + channel + ' ' + of(reply.position()) + ' ' +
                std::to_string(int{reply.recovered()}) + ' ' + std::to_string(reply.size()));
      for (const wsp::HistoryMessage kept : reply)
        peer.send(message(channel, kept.position(), kept.payload()));
    };
    const wsp::History history(peer().host());
    const wsp::Status status = verb == "read" ? history.read(peer(), channel, query, answer)
                                              : history.subscribe(peer(), channel, query, answer);
    if (status == wsp::Status::ok) return std::nullopt;
    return status;
  }

  void list(std::istream& words) {
    std::string channel;
    words >> channel;
    const wsp::Presence presence(peer().host());
    std::string members;
    wsp::MemberCount count;
    presence.list(channel, [&](const wsp::Member& member) {
      members.append(" ").append(member.key()).append("=");
      members.append(std::to_string(member.session_count())).append("=").append(member.info());
    });
    presence.count(channel, count);
    peer().send("members " + channel + ' ' + std::to_string(count.members) + ' ' +
                std::to_string(count.sessions) + members);
  }
};

class Channels final : public wsp::Plugin {
 public:
  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request&) override {
    return std::make_unique<Client>(peer);
  }

  void on_deliver(wsp::Delivery& delivery) override {
    delivery.replace(message(delivery.channel(), delivery.position(), delivery.payload()));
  }

  void on_presence(const wsp::Member& member, bool joined, wsp::Delivery& notice) override {
    std::string text = joined ? "joined " : "left ";
    text.append(notice.channel()).append(" ").append(member.key()).append(" ");
    notice.replace(text.append(member.info()));
  }

  void on_gap(wsp::Delivery& notice) override {
    std::string text = "gap ";
    notice.replace(text.append(notice.channel()).append(" ").append(of(notice.position())));
  }
};

}  // namespace

WSP_PLUGIN("channels", "1.0.0", Channels);
