// wsp/work.hpp - Work over wsp.work/1: a job that blocks, off the loop, and what follows it.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "wsp/extensions.h"
#include "wsp/guard.hpp"
#include "wsp/peer.hpp"

namespace wsp {

namespace detail {

template <class Job, class Done>
struct WorkSlot {
  using Result = std::invoke_result_t<Job&>;
  using Stored = std::conditional_t<std::is_void_v<Result>, bool, std::decay_t<Result>>;

  static void work(void* arg) noexcept {
    auto& slot = *static_cast<WorkSlot*>(arg);
    guarded(*slot.host, slot.session, "a job", [&slot] {
      if constexpr (std::is_void_v<Result>) {
        slot.job();
        slot.result = true;
      } else {
        slot.result.emplace(slot.job());
      }
    });
  }

  static void done(void* arg, wsp_status status) noexcept {
    const std::unique_ptr<WorkSlot> slot(static_cast<WorkSlot*>(arg));
    if (status != WSP_OK || !slot->result) return;
    guarded(*slot->host, slot->session, "what follows a job", [&slot] {
      if constexpr (std::is_void_v<Result>) {
        slot->follow_up();
      } else {
        slot->follow_up(std::move(*slot->result));
      }
    });
  }

  const wsp_host* host;
  wsp_session session;
  Job job;
  Done follow_up;
  std::optional<Stored> result = {};  // none: the job did not run, or threw
};

}  // namespace detail

// Runs job() on a thread where it may block, then done(result) on the session's own thread.
//
//   work_.run(peer(), [sql = std::move(sql)] { return query(sql); },
//             [this](Rows rows) { peer().send(to_json(rows)); });
//
// done is called only while the session lives, so it may capture `this`; job must not, as it
// runs beside the session's callbacks and maybe after its end. When job throws, that is logged,
// the session closes with 1011, and done is not called. What both captured is freed in any case.
class Work {
 public:
  explicit Work(Host host) noexcept
      : host_(&host.raw()), api_(host.extension<wsp_work_1>(WSP_WORK_1)) {}

  explicit operator bool() const noexcept { return api_ != nullptr; }

  // full: too much waits already. Unless ok, nothing was queued.
  template <class Job, class Done>
  [[nodiscard]] Status run(Peer peer, Job job, Done done) const {
    return submit(peer.id(), std::move(job), std::move(done));
  }

  // The plugin's own: done is called on a loop thread, unless the process stops before.
  template <std::invocable<> Job, class Done>
  [[nodiscard]] Status run(Job job, Done done) const {
    return submit(0, std::move(job), std::move(done));
  }

 private:
  template <class Job, class Done>
  Status submit(wsp_session session, Job job, Done done) const {
    if (!api_) return Status::unsupported;
    using Slot = detail::WorkSlot<Job, Done>;
    std::unique_ptr<Slot> slot(new Slot{host_, session, std::move(job), std::move(done)});
    const Status status{api_->submit(host_, session, Slot::work, Slot::done, slot.get())};
    if (status == Status::ok) (void)slot.release();
    return status;
  }

  const wsp_host* host_;
  const wsp_work_1* api_;
};

}  // namespace wsp
