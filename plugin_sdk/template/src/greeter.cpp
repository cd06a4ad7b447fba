// A plugin that greets each message: "ann" gives "Hello, ann". The greeting is an option.
#include <memory>
#include <stdexcept>
#include <string>

#include <wsp/plugin.hpp>

namespace {

std::string greeting_of(const wsp::Config& config) {
  std::string greeting(config.get("greeting", "Hello"));
  if (greeting.size() > 100) throw std::invalid_argument("greeting has more than 100 bytes");
  return greeting;
}

class Greeter final : public wsp::Plugin {
 public:
  static constexpr wsp::Option kOptions[] = {{"greeting", "TEXT", "The word of greeting (Hello)."}};
  static constexpr uint32_t kAccepts = WSP_ACCEPT_TEXT;
  static void check(const wsp::Config& config) { greeting_of(config); }

  Greeter(wsp::Host, const wsp::Config& config) : greeting(greeting_of(config)) {}
  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request&) override;

  const std::string greeting;
};

// One connection.
class Guest final : public wsp::Session {
 public:
  Guest(wsp::Peer peer, const Greeter& greeter) : Session(peer), greeter_(greeter) {}
  void on_message(const wsp::Message& message) override {
    peer().send(greeter_.greeting + ", " + std::string(message.payload()));
  }

 private:
  const Greeter& greeter_;
};

std::unique_ptr<wsp::Session> Greeter::open(wsp::Peer peer, const wsp::Request&) {
  return std::make_unique<Guest>(peer, *this);
}

}  // namespace

WSP_PLUGIN("greeter", "0.1.0", Greeter);
