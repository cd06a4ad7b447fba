// wsp.work/1: blocking work off the loop.
#include "plugin/work_api.h"

#include <memory>

#include "plugin/host_call.h"

namespace ws::plugin {

namespace {

// Travels: plugin -> pool -> loop of the session.
class PluginJob final : public Job {
 public:
  PluginJob(PluginInstance& instance, wsp_session session, void (*work)(void*),
            void (*done)(void*, wsp_status), void* arg) noexcept
      : instance_(instance), session_(session), work_(work), done_(done), arg_(arg) {}

  void run() noexcept override {
    const bool intact = guarded(instance_.faults(), "a job", [this] {
      const Entered entered(instance_.suspect(), kJob);
      work_(arg_);
    });
    finish(intact ? WSP_OK : WSP_E_FAILED);
  }
  void cancel() noexcept override { finish(WSP_E_FAILED); }

 private:
  void finish(wsp_status status) {
    instance_.after_create([&instance = instance_, session = session_, done = done_, arg = arg_,
                            status](bool created) {
      const auto tell = [&instance, done, arg](wsp_status result) {
        (void)guarded(instance.faults(), "what follows a job", [&] {
          const Entered entered(instance.suspect(), "what follows a job");
          done(arg, result);
        });
      };
      if (!created) return tell(WSP_E_FAILED);
      Runtime& runtime = instance.runtime();
      LoopContext* const its_own = session == 0 ? nullptr : runtime.loop_of(session);
      LoopContext& loop = its_own ? *its_own : runtime.first_loop();
      (void)runtime.start_threads();
      loop.loop.post([&instance, &loop, session, status, tell] {
        const bool is_there = session != 0 && instance.find(loop, session);
        const Acting acting(loop.acting, is_there ? session : 0);
        tell(session == 0 || is_there ? status : WSP_E_GONE);
      });
    });
  }

  PluginInstance& instance_;
  const wsp_session session_;
  void (*const work_)(void*);
  void (*const done_)(void*, wsp_status);
  void* const arg_;
};

wsp_status submit(const wsp_host* host, wsp_session session, void (*work)(void*),
                  void (*done)(void*, wsp_status), void* arg) noexcept {
  PluginInstance& instance = PluginInstance::of(host);
  return answered(instance.faults(), [&]() -> wsp_status {
    if (!work || !done) return WSP_E_INVALID;
    Runtime& runtime = instance.runtime();
    if (session != 0) {
      LoopContext* const loop = runtime.loop_of(session);
      if (!loop || !loop->table.is_alive(session)) return WSP_E_GONE;
      if (loop->loop.is_current() && !instance.find(*loop, session)) return WSP_E_GONE;
    }
    switch (
        runtime.pool().submit(std::make_unique<PluginJob>(instance, session, work, done, arg))) {
      case WorkPool::Submit::ok:
        return WSP_OK;
      case WorkPool::Submit::full:
        return WSP_E_FULL;
      case WorkPool::Submit::stopped:
      case WorkPool::Submit::no_thread:
        return WSP_E_FAILED;
    }
    return WSP_E_FAILED;
  });
}

}  // namespace

const wsp_work_1& work_table() noexcept {
  static constexpr wsp_work_1 kTable = {sizeof(wsp_work_1), submit};
  return kTable;
}

}  // namespace ws::plugin
