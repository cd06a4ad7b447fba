// Timers that plugins start on one loop.
#include "plugin/loop_timers.h"

#include <utility>

#include "plugin/call_timer.h"
#include "plugin/guard.h"

namespace ws::plugin {

class LoopTimers::Entry final : public net::Timer {
 public:
  Entry(LoopTimers& all, wsp_timer number, const Request& what) noexcept
      : timers(all), id(number), request(what) {}

  void on_timer() override { timers.fire(*this); }

  LoopTimers& timers;
  const wsp_timer id;
  const Request request;
  std::atomic<bool> stopped = false;  // by another thread; the loop removes it
};

LoopTimers::LoopTimers(net::EventLoop& loop, base::Log& faults, const base::Clock& clock,
                       unsigned index, session::SessionId& acting, const Row& row) noexcept
    : loop_(loop),
      faults_(faults),
      clock_(clock),
      acting_(acting),
      row_(row),
      last_(wsp_timer{index} << kIndexShift) {}

LoopTimers::~LoopTimers() = default;

wsp_timer LoopTimers::make(const Request& request) {
  const wsp_timer id = last_.fetch_add(1, std::memory_order_relaxed) + 1;
  auto entry = std::make_unique<Entry>(*this, id, request);
  const std::lock_guard lock(mutex_);
  entries_.emplace(id, std::move(entry));
  return id;
}

void LoopTimers::schedule(wsp_timer timer) {
  Entry* entry = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(timer);
    if (found == entries_.end()) return;
    entry = found->second.get();
  }
  // The turn may be old: the loop's time is that of its begin.
  loop_.schedule(*entry, entry->request.delay_ms + (clock_.now_ms() - loop_.now_ms()));
}

std::unique_ptr<LoopTimers::Entry> LoopTimers::extract(wsp_timer timer) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(timer);
  if (found == entries_.end()) return nullptr;
  auto entry = std::move(found->second);
  entries_.erase(found);
  return entry;
}

bool LoopTimers::stop(wsp_timer timer) {
  if (!loop_.is_current()) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = entries_.find(timer);
      if (found == entries_.end() || found->second->stopped.exchange(true)) return false;
    }
    loop_.post([this, timer] { stop(timer); });
    return true;
  }
  auto entry = extract(timer);
  if (!entry) return false;
  const bool was_live = !entry->stopped.load();
  if (entry.get() == firing_) stopped_firing_ = std::move(entry);
  return was_live;
}

void LoopTimers::fire(Entry& entry) {
  if (entry.stopped.load()) return;
  const Request request = entry.request;
  if (request.suspect && request.suspect->record && request.suspect->record->is_off()) {
    extract(entry.id);
    return;
  }
  std::unique_ptr<Entry> last;
  if (request.repeat_ms == 0) last = extract(entry.id);
  firing_ = &entry;
  CallTimes& times = row_.counts(request.place).callbacks[static_cast<size_t>(Callback::timer)];
  const bool intact = guarded(faults_, "a timer", [&] {
    const Acting acting(acting_, request.session);
    const CallTimer timer(times);
    if (!request.suspect) return request.fn(request.arg);
    const Entered entered(*request.suspect, "a timer");
    request.fn(request.arg);
  });
  if (!intact) times.failures.add(1);
  firing_ = nullptr;
  if (stopped_firing_) {
    stopped_firing_.reset();
  } else if (request.repeat_ms != 0) {
    loop_.schedule(entry, request.repeat_ms);
  }
}

void LoopTimers::remove_all(const void* owner) {
  std::vector<std::unique_ptr<Entry>> gone;
  const std::lock_guard lock(mutex_);
  for (auto place = entries_.begin(); place != entries_.end();) {
    const auto next = std::next(place);
    if (place->second->request.owner == owner)
      gone.push_back(std::move(entries_.extract(place).mapped()));
    place = next;
  }
}

void LoopTimers::prune(std::vector<wsp_timer>& timers) const {
  const std::lock_guard lock(mutex_);
  std::erase_if(timers, [this](wsp_timer timer) { return !entries_.contains(timer); });
}

size_t LoopTimers::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace ws::plugin
