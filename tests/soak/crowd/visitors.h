// Those who behave, and those who only read too slowly.
#pragma once

#include "client.h"

namespace soak {

// Says something every ten seconds or so, and must get it back.
class EchoVisitor final : public Client {
 public:
  using Client::Client;

 protected:
  [[nodiscard]] std::string path() const override { return "/ws/echo"; }
  void greet() override;
  void talk() override;
  void take(std::string_view text) override;

 private:
  std::string said_;  // and not yet heard
  uint64_t said_at_ = 0;
};

// In one of fifty rooms of the chat; says something every minute or so.
class ChatVisitor final : public Client {
 public:
  using Client::Client;

 protected:
  [[nodiscard]] std::string path() const override;
  [[nodiscard]] std::string headers() const override;
  void greet() override;
  void talk() override;
  void take(std::string_view text) override;
};

// A guest who follows one of ten topics.
class NotifiedVisitor final : public Client {
 public:
  using Client::Client;

 protected:
  [[nodiscard]] std::string path() const override { return "/ws/notifications"; }
  void greet() override;
  void talk() override;
  void take(std::string_view text) override;
};

// Hears more than it reads. Half of them are at a place where the oldest messages make room.
class SlowVisitor final : public Client {
 public:
  using Client::Client;

 protected:
  void come() override;
  [[nodiscard]] std::string path() const override;
  [[nodiscard]] std::string headers() const override { return ""; }
  void greet() override;
  void talk() override;
  void take(std::string_view) override {}
  void ended(unsigned code, std::string_view what) override;

 private:
  bool reads_ = true;
};

}  // namespace soak
