// The notifications as the server sees them.
#include "notifications_plugin.h"

#include <string>
#include <variant>

#include "notifications_session.h"

namespace notifications {

void NotificationsPlugin::check(const wsp::Config& config) { const Options checked(config); }

void NotificationsPlugin::on_handshake(const wsp::Request& request, wsp::Answer& answer) {
  if (request.user().empty() && !services_.options.guests) {
    answer.refuse(403, "Only for users who are logged in.");
  } else if (!request.user().empty() && !is_valid_user(request.user())) {
    answer.refuse(403, "A user of this name can have no channel.");
  }
}

std::unique_ptr<wsp::Session> NotificationsPlugin::open(wsp::Peer peer,
                                                        const wsp::Request& request) {
  return std::make_unique<NotificationsSession>(peer, services_, request.user(),
                                                request.display_name());
}

// The connections learn of it first: what they say of it themselves may come before it.
void NotificationsPlugin::on_deliver(wsp::Delivery& delivery) {
  const std::string_view channel = delivery.channel();
  if (is_state_channel(channel)) {
    const UserState state = UserState::parse(delivery.payload());
    services_.listeners.each(channel, [&](Listener& listener) { listener.on_state(state); });
    return delivery.drop();
  }
  const std::string_view topic = topic_of(channel);
  const auto parsed = parse_published(services_, channel, delivery.payload(), delivery.opcode());
  if (!parsed) return delivery.drop();
  const Arrival arrival{topic, *parsed, delivery.position(), delivery.time_ms()};
  services_.listeners.each(channel, [&](Listener& listener) { listener.on_arrival(arrival); });
  delivery.replace(
      notification_message(topic, *parsed, delivery.position(), delivery.time_ms(), Sending::live));
}

void NotificationsPlugin::on_gap(wsp::Delivery& notice) {
  services_.listeners.each(notice.channel(),
                           [&](Listener& listener) { listener.on_gap(notice.channel()); });
}

}  // namespace notifications
