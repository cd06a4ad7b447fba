// The wsp_delivery that a plugin's on_deliver and presence callback get.
#include "plugin/delivery.h"

#include "channel/channel_name.h"
#include "plugin/bytes.h"
#include "plugin/payload.h"

namespace ws::plugin {

Delivery::Delivery(const channel::Event& event, channel::WireMessage& wire) noexcept : wire_(wire) {
  table_.struct_size = sizeof table_;
  table_.impl = this;
  table_.channel = lend(channel::plain_name(event.channel.view()));
  table_.opcode = static_cast<wsp_opcode>(wire.type.opcode);
  table_.payload = lend(wire.payload);
  table_.position = {event.position.epoch, event.position.offset};
  table_.time_ms = event.time_ms;
  table_.replace = replace;
  table_.no_compress = wire.type.may_compress ? 0 : 1;
}

wsp_status Delivery::replace(wsp_delivery* delivery, wsp_opcode opcode, wsp_bytes bytes) noexcept {
  auto& self = *static_cast<Delivery*>(delivery->impl);
  if (self.replaced_ || !is_sendable(opcode, bytes)) return WSP_E_INVALID;
  try {
    self.wire_.own = view(bytes);
  } catch (...) {
    return WSP_E_FAILED;
  }
  const protocol::MessageType type = type_of(opcode);
  self.wire_.type = {type.opcode, type.may_compress && self.wire_.type.may_compress};
  self.wire_.payload = self.wire_.own;
  self.replaced_ = true;
  return WSP_OK;
}

}  // namespace ws::plugin
