// What a running server has done, in memory that all its processes share.
#include "plugin/statistics.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "channel/lmdb_process.h"

namespace ws::plugin {

namespace {

enum PlaceState : uint32_t { kFree, kBeingWritten, kGood };

constexpr size_t kAlign = 64;
constexpr size_t kHead = kAlign;
constexpr uint64_t kMinuteNs = 60'000'000'000;
constexpr unsigned kSlowestBits = 40;
constexpr uint64_t kMostUs = (uint64_t{1} << kSlowestBits) - 1;

constexpr size_t aligned(size_t size) noexcept { return (size + kAlign - 1) / kAlign * kAlign; }

constexpr size_t row_bytes(uint32_t places) noexcept {
  return aligned(sizeof(RowHead)) + aligned(places * sizeof(session::Traffic)) +
         aligned(places * sizeof(PluginCounts));
}

template <size_t N>
std::string_view cut(std::string_view text) noexcept {
  return text.substr(0, N - 1);
}

template <size_t N>
void write(std::array<char, N>& to, std::string_view text) noexcept {
  text = cut<N>(text);
  std::copy(text.begin(), text.end(), to.begin());
  to[text.size()] = '\0';
}

template <size_t N>
bool is(const std::array<char, N>& have, std::string_view text) noexcept {
  return std::string_view(have.data(), strnlen(have.data(), N)) == cut<N>(text);
}

// A pid with when its process started names one process. 0: /proc did not tell when.
constexpr unsigned kStartBits = 40;
constexpr uint64_t kStartMask = (uint64_t{1} << kStartBits) - 1;

uint64_t start_of(pid_t pid) noexcept {
  channel::lmdb::ProcessFacts facts;
  return channel::lmdb::facts_of(pid, facts) ? facts.started & kStartMask : 0;
}

pid_t pid_of(uint64_t owner) noexcept { return static_cast<pid_t>(owner >> kStartBits); }

// That /proc can't be read, for want of descriptors or in a jail, does not make it so.
bool is_gone(uint64_t owner) noexcept {
  const pid_t pid = pid_of(owner);
  if (pid == 0) return true;
  const uint64_t start = start_of(pid);
  if (start == 0) return kill(pid, 0) != 0 && errno == ESRCH;
  const uint64_t claimed = owner & kStartMask;
  return claimed != 0 && claimed != start;
}

}  // namespace

void note_slowest(CallTimes& times, uint64_t now_ns, uint64_t took_ns) noexcept {
  const uint64_t minute = now_ns / kMinuteNs;
  const uint64_t value = minute << kSlowestBits | std::min(took_ns / 1000, kMostUs);
  base::Tally& slowest = times.slowest[minute % 2];
  // A value of an earlier minute is below any of this.
  if (value > slowest.get()) slowest.set(value);
}

uint64_t slowest_us(const CallTimes& times, uint64_t now_ms) noexcept {
  const uint64_t minute = now_ms * 1'000'000 / kMinuteNs;
  uint64_t slowest = 0;
  for (const base::Tally& one : times.slowest)
    if ((one.get() >> kSlowestBits) + 1 >= minute) slowest = std::max(slowest, one.get() & kMostUs);
  return slowest;
}

size_t refusal_kind(int status) noexcept {
  const auto* const found = std::find(kRefusalStatus.begin(), kRefusalStatus.end() - 1, status);
  return static_cast<size_t>(found - kRefusalStatus.begin());
}

size_t Statistics::bytes(Size size) noexcept {
  return kAlign + kHead + aligned(size.places * sizeof(Place)) + size.rows * row_bytes(size.places);
}

Statistics::Statistics(void* memory, Size size) noexcept : size_(size) {
  auto* begin = static_cast<std::byte*>(memory);
  begin += (kAlign - reinterpret_cast<uintptr_t>(begin) % kAlign) % kAlign;
  used_rows_ = reinterpret_cast<std::atomic<uint32_t>*>(begin);
  places_ = reinterpret_cast<Place*>(begin + kHead);
  rows_ = begin + kHead + aligned(size.places * sizeof(Place));
}

uint32_t Statistics::place_of(std::string_view server, std::string_view location,
                              std::string_view plugin) noexcept {
  for (uint32_t i = 1; i < size_.places; ++i) {
    Place& place = places_[i];
    uint32_t state = place.state.load(std::memory_order_acquire);
    if (state == kFree && place.state.compare_exchange_strong(state, kBeingWritten)) {
      write(place.server, server);
      write(place.location, location);
      write(place.plugin, plugin);
      place.state.store(kGood, std::memory_order_release);
      return i;
    }
    // Two processes may come at once, and each then has a place of these texts: readers add up.
    if (state == kGood && is(place.server, server) && is(place.location, location) &&
        is(place.plugin, plugin))
      return i;
  }
  return 0;
}

pid_t Statistics::owner_of(const Row& row) noexcept {
  const uint64_t owner = row.head().owner.load(std::memory_order_acquire);
  return is_gone(owner) ? 0 : pid_of(owner);
}

Row Statistics::claim(uint64_t generation, unsigned loop, uint64_t now_ms) noexcept {
  const uint64_t self = static_cast<uint64_t>(getpid()) << kStartBits | start_of(getpid());
  for (uint32_t i = 0; i < size_.rows; ++i) {
    Row row = this->row(i);
    RowHead& head = row.head();
    uint64_t owner = head.owner.load(std::memory_order_acquire);
    if (!is_gone(owner) || !head.owner.compare_exchange_strong(owner, self)) continue;
    row.owner_ = self;
    uint32_t used = used_rows_->load();
    while (used <= i && !used_rows_->compare_exchange_weak(used, i + 1)) {
    }
    settle(row);
    head.generation.set(generation);
    head.loop.set(loop);
    for (base::Tally* const gauge :
         {&head.waiting_bytes, &head.received_bytes, &head.stopping_since_ms,
          &head.stopping_sessions, &head.stopping_until_ms})
      gauge->set(0);
    set_mark(row, 0, now_ms);
    set_mark(row, 1, now_ms);
    return row;
  }
  return {};
}

// The connections of an owner that died are gone.
void Statistics::settle(const Row& row) const noexcept {
  for (uint32_t i = 0; i < size_.places; ++i) {
    session::Traffic& traffic = row.traffic(i);
    for (size_t tls = 0; tls < 2; ++tls) {
      const uint64_t closed = traffic.closed[tls].get();
      const uint64_t lost = traffic.opened[tls].get() - closed;
      if (lost == 0) continue;
      traffic.closed[tls].set(closed + lost);
      traffic.closed_by[session::kLost].add(lost);
    }
  }
}

void Statistics::mark(const Row& row, uint64_t now_ms) const noexcept {
  const auto& marked = row.head().marked_ms;
  const unsigned newer = marked[1].get() > marked[0].get() ? 1 : 0;
  if (now_ms - marked[newer].get() >= kMarkPeriodMs) set_mark(row, 1 - newer, now_ms);
}

void Statistics::set_mark(const Row& row, unsigned which, uint64_t now_ms) const noexcept {
  row.head().marked_ms[which].set(now_ms);
  for (uint32_t i = 0; i < size_.places; ++i) {
    if (i > 0 && !place(i)) continue;
    row.counts(i).marks[which][0].set(row.traffic(i).messages_in.get());
    row.counts(i).marks[which][1].set(row.traffic(i).messages_out.get());
  }
}

void Statistics::release(const Row& row) noexcept {
  uint64_t owner = row.owner_;
  row.head().owner.compare_exchange_strong(owner, 0, std::memory_order_release,
                                           std::memory_order_relaxed);
}

Statistics::Size Statistics::size() const noexcept {
  return {std::min(used_rows_->load(std::memory_order_acquire), size_.rows), size_.places};
}

Row Statistics::row(uint32_t index) const noexcept {
  std::byte* const begin = rows_ + index * row_bytes(size_.places);
  Row row;
  row.head_ = reinterpret_cast<RowHead*>(begin);
  row.traffic_ = reinterpret_cast<session::Traffic*>(begin + aligned(sizeof(RowHead)));
  row.counts_ = reinterpret_cast<PluginCounts*>(begin + aligned(sizeof(RowHead)) +
                                                aligned(size_.places * sizeof(session::Traffic)));
  return row;
}

const Place* Statistics::place(uint32_t index) const noexcept {
  if (index == 0) return &places_[0];
  return places_[index].state.load(std::memory_order_acquire) == kGood ? &places_[index] : nullptr;
}

OwnedRow::~OwnedRow() {
  if (*this) Statistics::release(*this);
}

OwnStatistics::OwnStatistics(Statistics::Size size)
    : memory_(std::make_unique<std::byte[]>(Statistics::bytes(size))),
      statistics_(memory_.get(), size) {}

}  // namespace ws::plugin
