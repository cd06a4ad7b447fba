// Whether a plugin's message may go to a peer.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "plugin/bytes.h"
#include "protocol/message_type.h"
#include "protocol/utf8.h"
#include "wsp/plugin.h"

namespace ws::plugin {

// Whether `bytes` is a part of `checked`, which is UTF-8, cut between characters.
inline bool is_part_of(std::string_view checked, std::string_view bytes) noexcept {
  const auto begin = reinterpret_cast<uintptr_t>(bytes.data());
  const auto from = reinterpret_cast<uintptr_t>(checked.data());
  if (begin < from || begin + bytes.size() > from + checked.size() || bytes.empty()) return false;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  const char* const end = bytes.data() + bytes.size();
  return !continues(bytes.front()) && (end == checked.data() + checked.size() || !continues(*end));
}

// Of a known opcode.
inline protocol::MessageType type_of(wsp_opcode opcode) noexcept {
  return {static_cast<protocol::Opcode>(opcode & ~WSP_NO_COMPRESS),
          (opcode & WSP_NO_COMPRESS) == 0};
}

// A known opcode, and text that is UTF-8.
inline bool is_sendable(wsp_opcode opcode, wsp_bytes bytes,
                        std::string_view checked = {}) noexcept {
  if (is_null(bytes)) return false;
  const wsp_opcode plain = opcode & ~WSP_NO_COMPRESS;
  if (plain == WSP_BINARY) return true;
  return plain == WSP_TEXT &&
         (is_part_of(checked, view(bytes)) || protocol::is_valid_utf8(view(bytes)));
}

}  // namespace ws::plugin
