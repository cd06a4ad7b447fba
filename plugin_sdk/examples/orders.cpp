// Orders of a shop, live: one order with everything since a position, or all orders of a region;
// who else looks at it; a note to one user. Shows history, presence, prefixes, users and gaps.
//
// A page connects to
//   /ws/orders?order=eu.17                    the newest of this order, then what comes
//   /ws/orders?order=eu.17&epoch=7&offset=3   what came after 7:3, then what comes
//   /ws/orders?region=eu.                     what comes of all orders that begin so
// and gets lines of text:
//   update eu.17 7:4 packed    7:4 is a position: the last one goes into the next ?epoch=&offset=
//   complete 7:4               that was all since the position in the address
//   newest 7:4                 that were the newest: all since then is not known any more
//   watching 2                 so many users have this order open
//   gap eu.17                  something is missing here: connect again with the last position
//   note Thank you!            for this user, on all pages that are open
// Whoever the option `staff` names may say
//   set eu.17 packed
//   note ann Thank you!
//   out ann
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <wsp/plugin.hpp>

namespace {

using namespace std::chrono_literals;

// One channel for each order. The dot is a separator: "orders." and "orders.eu." are prefixes.
constexpr std::string_view kRoot = "orders.";
std::string channel_of(std::string_view order) { return std::string(kRoot).append(order); }
std::string_view order_of(std::string_view channel) { return channel.substr(kRoot.size()); }

std::string text_of(wsp::Position p) {
  return std::to_string(p.epoch) + ":" + std::to_string(p.offset);
}
// What clients see of an update, live or from history.
std::string line_of(std::string_view order, wsp::Position position, std::string_view state) {
  return "update " + std::string(order) + " " + text_of(position) + " " + std::string(state);
}

std::optional<uint64_t> number_in(const wsp::Request& request, std::string_view name) {
  const std::string text = request.query_parameter(name).value_or("");
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}
// Where this client stopped, as its address says.
std::optional<wsp::Position> position_in(const wsp::Request& request) {
  const auto epoch = number_in(request, "epoch"), offset = number_in(request, "offset");
  if (!epoch || !offset) return std::nullopt;
  return wsp::Position{*epoch, *offset};
}

class Orders final : public wsp::Plugin {
 public:
  static constexpr wsp::Option kOptions[] = {
      {"staff", "NAME", "The user who sets orders, writes notes, and signs users out (staff)."},
  };
  static constexpr uint32_t kAccepts = WSP_ACCEPT_TEXT;

  Orders(wsp::Host h, const wsp::Config& config)
      : staff(config.get("staff", "staff")), history(h), presence(h), prefixes(h), users(h) {}

  // [worker]
  void on_handshake(const wsp::Request& request, wsp::Answer& answer) override {
    if (request.user().empty()) answer.refuse(403, "Log in first.\n");
  }

  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request& request) override;

  // [loop] Once for all readers here. History does not go this way: see Page.
  void on_deliver(wsp::Delivery& d) override {
    d.replace(line_of(order_of(d.channel()), d.position(), d.payload()));
  }

  // [loop] A user's first page came, or the last one went.
  void on_presence(const wsp::Member&, bool /*joined*/, wsp::Delivery& announcement) override {
    wsp::MemberCount count;
    if (presence.count(announcement.channel(), count) == wsp::Status::ok)
      announcement.replace("watching " + std::to_string(count.members));
  }

  // [loop] This process fell behind, and some updates never come. Each client knows what it has:
  // we say where to look, and it comes back with its position. For clients of a region, `channel`
  // is the prefix, and the page reads the list of its orders anew.
  void on_gap(wsp::Delivery& notice) override {
    notice.replace("gap " + std::string(order_of(notice.channel())));
  }

  const std::string staff;
  const wsp::History history;
  const wsp::Presence presence;
  const wsp::Prefixes prefixes;
  const wsp::Users users;
};

// One open page.
class Page final : public wsp::Session {
 public:
  Page(wsp::Peer peer, Orders& orders, const wsp::Request& request)
      : Session(peer), orders_(orders), is_staff_(request.user() == orders.staff) {
    wsp::Status status = wsp::Status::ok;
    if (const auto order = request.query_parameter("order"))
      status = show_order(*order, position_in(request), request.user());
    else if (const auto region = request.query_parameter("region"))
      status = orders_.prefixes.subscribe(peer, channel_of(*region));
    // invalid: no name of a channel, or a prefix that does not end with a separator.
    if (status != wsp::Status::ok)
      peer.close(wsp::CloseCode::policy_violation, wsp::to_string(status));
  }

  void on_message(const wsp::Message& message) override {
    std::string_view rest = message.payload();
    const std::string_view command = word(rest), name = word(rest);
    wsp::Status status = wsp::Status::invalid;
    if (!is_staff_ || name.empty()) {
      peer().send("error");
      return;
    }
    if (command == "set")
      status = orders_.history.publish(channel_of(name), rest, {.count = 100, .age = 24h});
    else if (command == "note")
      status = orders_.users.send(name, "note " + std::string(rest));
    else if (command == "out")
      status = orders_.users.disconnect(name, wsp::CloseCode{4001}, "signed out");
    if (status != wsp::Status::ok) peer().send("error");
  }

 private:
  // Nothing is lost or comes twice between the reply and what is live: the host takes care.
  wsp::Status show_order(const std::string& order, std::optional<wsp::Position> since,
                         std::string_view user) {
    const std::string channel = channel_of(order);
    const auto status = orders_.history.subscribe(
        peer(), channel, {.since = since}, [this, order](const wsp::HistoryReply& reply) {
          if (!reply) {
            peer().close(wsp::CloseCode::try_again_later, "no history now");
            return;
          }
          for (const wsp::HistoryMessage m : reply)
            peer().send(line_of(order, m.position(), m.payload()));
          peer().send((reply.recovered() ? "complete " : "newest ") + text_of(reply.position()));
        });
    if (status != wsp::Status::ok) return status;
    // The key is the user: two pages of one user are one who watches.
    return orders_.presence.enter(peer(), channel, user);
  }

  // Takes the first word off.
  static std::string_view word(std::string_view& rest) {
    const size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view first = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return first;
  }

  Orders& orders_;
  const bool is_staff_;
};

std::unique_ptr<wsp::Session> Orders::open(wsp::Peer peer, const wsp::Request& request) {
  return std::make_unique<Page>(peer, *this, request);
}

}  // namespace

WSP_PLUGIN("orders", "1.0.0", Orders);
