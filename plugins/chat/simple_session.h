// One connection of a client of the simple protocol: {"chat_user": ..., "chat_message": ...} both
// ways and nothing else. What the chat itself has to say comes from "server", in the same shape.
#pragma once

#include <string>
#include <string_view>
#include <wsp/plugin.hpp>

#include "client_message.h"
#include "hall.h"
#include "services.h"
#include "shared/traffic.h"

namespace chat {

class SimpleSession final : public wsp::Session {
 public:
  // As ChatSession. Hears the room from now on; is in its list from the first message on.
  SimpleSession(wsp::Peer peer, const Services& services, std::string_view user, std::string room);

 private:
  void on_message(const wsp::Message& message) override;
  void say(const SimpleMessage& message);
  // False, and the client told, where the name can't be had.
  [[nodiscard]] bool go_by(const std::string& name);
  void complain(const Error& error);

  const Services& services_;
  Hall hall_;
  shared::Traffic traffic_;
  std::string room_;
  Member me_;
  bool is_listed_ = false;
  bool closing_ = false;
};

}  // namespace chat
