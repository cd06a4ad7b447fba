// The wsp_delivery that a plugin's on_deliver and presence callback get.
#pragma once

#include "channel/shaper.h"
#include "wsp/plugin.h"

namespace ws::plugin {

// Valid for one call of the plugin; writes into the WireMessage.
class Delivery {
 public:
  Delivery(const channel::Event& event, channel::WireMessage& wire) noexcept;
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  [[nodiscard]] wsp_delivery* table() noexcept { return &table_; }
  [[nodiscard]] bool is_replaced() const noexcept { return replaced_; }

 private:
  static wsp_status replace(wsp_delivery* delivery, wsp_opcode opcode, wsp_bytes bytes) noexcept;

  wsp_delivery table_{};
  channel::WireMessage& wire_;
  bool replaced_ = false;
};

}  // namespace ws::plugin
