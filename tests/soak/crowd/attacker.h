// Makes one attack after the other, each on a connection of its own.
#pragma once

#include "attacks.h"
#include "client.h"

namespace soak {

class Attacker final : public Client {
 public:
  using Client::Client;
  void leave() override;

 protected:
  void come() override;
  [[nodiscard]] std::string path() const override { return "/ws/echo"; }
  [[nodiscard]] std::string headers() const override;
  void greet() override;
  void talk() override;
  void take(std::string_view) override {}
  void ended(unsigned code, std::string_view what) override;

 private:
  [[nodiscard]] const Attack& attack() const;
};

}  // namespace soak
