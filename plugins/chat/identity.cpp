// Who a connection speaks for.
#include "identity.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdexcept>

#include "name.h"
#include "shared/text.h"

namespace chat {

using namespace shared;

namespace {

constexpr std::size_t kIdBytes = 16;

std::string base64url(const unsigned char* bytes, std::size_t size) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned held = 0;
  int bits = 0;
  for (std::size_t i = 0; i < size; ++i) {
    held = held << 8 | bytes[i];
    for (bits += 8; bits >= 6; bits -= 6) out.push_back(kLetters[held >> (bits - 6) & 63]);
  }
  if (bits > 0) out.push_back(kLetters[held << (6 - bits) & 63]);
  return out;
}

bool has_control(std::string_view text) {
  char32_t code_point = 0;
  while (next_code_point(text, code_point))
    if (is_control(code_point)) return true;
  return false;
}

}  // namespace

bool is_valid_user(std::string_view user) {
  return !user.empty() && user.size() <= kMaxUserBytes && is_utf8(user) && !has_control(user) &&
         !skeleton(user).empty();
}

bool is_valid_token(std::string_view token) {
  return token.size() >= kMinTokenBytes && token.size() <= kMaxTokenBytes && !has_control(token);
}

std::string user_id(std::string_view user) { return "u:" + std::string(user); }

std::string guest_id(std::string_view token) {
  return "g:" + digest("guest token " + std::string(token));
}

std::string random_guest_id() {
  unsigned char bytes[kIdBytes];
  if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("no random bytes");
  return "g:" + base64url(bytes, sizeof bytes);
}

// "g-Ann\nann": guest or user, simple or not, the name (no control characters), its skeleton.
std::string to_presence_info(const Member& member) {
  std::string info(1, member.guest ? 'g' : 'u');
  info += member.simple ? 's' : '-';
  return info.append(member.name).append("\n").append(skeleton(member.name));
}

Member from_presence(std::string_view key, std::string_view info) {
  Member member;
  member.id = key;
  if (info.size() < 2) return member;
  member.guest = is_guest_in(info);
  member.simple = info[1] == 's';
  member.name = info.substr(2, info.find('\n') - 2);
  return member;
}

std::string_view skeleton_in(std::string_view info) { return info.substr(info.find('\n') + 1); }

bool is_guest_in(std::string_view info) { return !info.starts_with('u'); }

std::string digest(std::string_view text) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), hash, &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("no SHA-256");
  return base64url(hash, kIdBytes);
}

}  // namespace chat
