// For the soak alone: whoever comes makes the process give back all memory that it does not use,
// and is told which process that was.
#include <malloc.h>
#include <unistd.h>

#include <string>
#include <wsp/plugin.hpp>

namespace {

class Trimmer final : public wsp::Session {
 public:
  explicit Trimmer(wsp::Peer peer) : Session(peer) {
    malloc_trim(0);
    peer.send(std::to_string(getpid()));
  }
  void on_message(const wsp::Message&) override {}
};

}  // namespace

WSP_PLUGIN("trim", "1.0.0", wsp::SessionsOf<Trimmer>);
