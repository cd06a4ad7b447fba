// The benchmarks' plugin: by the end of its path a client publishes, publishes to nobody, recovers
// what was kept, or else subscribes.
#include <charconv>
#include <wsp/plugin.hpp>

namespace {

constexpr const char* kChannel = "bench";
constexpr const char* kQuiet = "quiet";
constexpr const char* kKept = "kept";

class Subscriber final : public wsp::Session {
 public:
  explicit Subscriber(wsp::Peer peer) : Session(peer) { peer.subscribe(kChannel); }
  void on_message(const wsp::Message&) override {}
};

class Publisher final : public wsp::Session {
 public:
  using Session::Session;
  void on_message(const wsp::Message& message) override {
    peer().host().publish(kChannel, message.payload(), message.opcode());
  }
};

// Nobody listens; the echo says when the publish has returned.
class QuietPublisher final : public wsp::Session {
 public:
  using Session::Session;
  void on_message(const wsp::Message& message) override {
    peer().host().publish(kQuiet, message.payload(), message.opcode());
    peer().send(message.payload(), message.opcode());
  }
};

// "COUNT TEXT": sends the newest COUNT messages, as to a client that missed them; each is TEXT.
class Recoverer final : public wsp::Session {
 public:
  Recoverer(wsp::Peer peer, const wsp::History& history) : Session(peer), history_(history) {}

  void on_message(const wsp::Message& message) override {
    if (since_) return read({.since = since_});
    const std::string_view request = message.payload();
    const size_t blank = request.find(' ');
    std::from_chars(request.data(), request.data() + blank, count_);
    begin(std::string(request.substr(blank + 1)));
  }

 private:
  // Where the missed ones begin; with the very first request they are published.
  void begin(std::string text) {
    history_.read(peer(), kKept, {.limit = count_}, [this, text](const wsp::HistoryReply& reply) {
      if (reply.size() == count_) {
        since_ = reply.position();
        since_->offset -= count_;
        return send(reply);
      }
      if (reply.empty() && !has_published_)
        for (uint32_t i = 0; i < count_; ++i) history_.publish(kKept, text, {.count = count_});
      has_published_ = true;
      begin(text);
    });
  }

  void read(const wsp::HistoryQuery& query) {
    history_.read(peer(), kKept, query, [this](const wsp::HistoryReply& reply) {
      if (reply.recovered()) send(reply);
    });
  }

  void send(const wsp::HistoryReply& reply) {
    for (const wsp::HistoryMessage message : reply) peer().send(message.payload());
  }

  const wsp::History& history_;
  std::optional<wsp::Position> since_;
  uint32_t count_ = 0;
  bool has_published_ = false;
};

class Fanout final : public wsp::Plugin {
 public:
  Fanout(wsp::Host host, const wsp::Config&) : history_(host) {}

  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request& request) override {
    const std::string_view path = request.path();
    if (path.ends_with("/publish")) return std::make_unique<Publisher>(peer);
    if (path.ends_with("/quiet")) return std::make_unique<QuietPublisher>(peer);
    if (path.ends_with("/recover")) return std::make_unique<Recoverer>(peer, history_);
    return std::make_unique<Subscriber>(peer);
  }

 private:
  wsp::History history_;
};

}  // namespace

WSP_PLUGIN("fanout", "1.0.0", Fanout);
