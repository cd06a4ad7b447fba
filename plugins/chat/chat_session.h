// One connection of a client of the subprotocol chat.v1.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <wsp/plugin.hpp>

#include "client_message.h"
#include "hall.h"
#include "services.h"
#include "shared/traffic.h"

namespace chat {

class ChatSession final : public wsp::Session {
 public:
  // `user`: as httpd authenticated it, or empty. `room`: the one in the address.
  ChatSession(wsp::Peer peer, const Services& services, std::string_view user, std::string room);

 private:
  // Where this connection is in a room.
  enum class Place {
    entering,  // in the list of members; what was said before is being read
    inside,    // "joined" was sent
  };
  struct Room {
    Place place = Place::entering;
    std::uint64_t visit = 0;  // tells this stay from an earlier one
  };

  void on_message(const wsp::Message& message) override;

  void handle(const Hello& hello);
  void handle(const Rename& rename);
  void handle(const Join& join);
  void handle(const Leave& leave);
  void handle(const Who& who);
  void handle(const Say& say);
  void handle(const Typing& typing);
  void handle(const Private& message);

  void enter(const std::string& room, const Join& join);
  [[nodiscard]] wsp::Status ask_for_history(const std::string& room, Reading reading,
                                            const Join& join);
  void on_history(const std::string& room, std::uint64_t visit, const HistoryPage* page);
  void go_out(const std::string& room);

  // True when the rate allows it; else the client was told.
  [[nodiscard]] bool pay(double cost, const Error& about);
  // As a client's "room": its own when it names none. nullptr, and the client told: not there.
  [[nodiscard]] const std::string* room_inside(const std::string& named, const Error& about);
  [[nodiscard]] const std::string& room_or_own(const std::string& named) const;
  void reply(std::string_view json) { peer().send(json); }
  // Tells the client. One error too many ends the connection.
  void complain(const Error& error);

  const Services& services_;
  Hall hall_;
  shared::Traffic traffic_;
  std::string own_room_;
  Member me_;
  bool has_said_hello_ = false;
  bool closing_ = false;
  std::map<std::string, Room, std::less<>> rooms_;
  std::uint64_t visits_ = 0;
};

}  // namespace chat
