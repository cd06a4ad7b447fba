// The echo plugin: sends every message back to its sender. For first tests and for benchmarks.
#include <wsp/plugin.hpp>

namespace {

class Echo final : public wsp::Session {
 public:
  using Session::Session;
  void on_message(const wsp::Message& m) override { peer().send(m.payload(), m.opcode()); }
};

}  // namespace

WSP_PLUGIN("echo", "1.0.0", wsp::SessionsOf<Echo>);
