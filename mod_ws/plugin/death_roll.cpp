// Which messages made plugins end their processes.
#include "plugin/death_roll.h"

namespace ws::plugin {

namespace {
constexpr uint64_t kRememberMs = 3'600'000;
constexpr uint64_t kPrime = 0x100000001b3;
}  // namespace

void DeathRecord::add(uint64_t what, uint64_t now_ms) noexcept {
  for (const Death& death : deaths_)
    if (death.what.load() == what && now_ms - death.when_ms.load() < kRememberMs) off_.store(true);
  Death& death = deaths_[next_.fetch_add(1) % deaths_.size()];
  death.when_ms.store(now_ms);
  death.what.store(what);
}

DeathRecord* DeathRoll::record(uint64_t key) noexcept {
  if (key == 0) key = 1;
  for (size_t i = 0; i < records_.size(); ++i) {
    DeathRecord& record = records_[(key + i) % records_.size()];
    uint64_t owner = 0;
    if (record.key_.compare_exchange_strong(owner, key) || owner == key) return &record;
  }
  return nullptr;
}

uint64_t digest(std::string_view bytes, uint64_t continues) noexcept {
  uint64_t state = 0xcbf29ce484222325 ^ continues;
  for (const char byte : bytes) state = (state ^ static_cast<unsigned char>(byte)) * kPrime;
  return state;
}

}  // namespace ws::plugin
