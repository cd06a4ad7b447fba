// An echo plugin in C++20: sends every message back.
#include <wsp/plugin.hpp>

class Echo final : public wsp::Session {
 public:
  using Session::Session;
  void on_message(const wsp::Message& m) override { peer().send(m.payload(), m.opcode()); }
};

WSP_PLUGIN("echo-cpp", "1.0.0", wsp::SessionsOf<Echo>);
