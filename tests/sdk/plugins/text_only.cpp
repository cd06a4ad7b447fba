// A plugin for tests that takes text only (a binary message closes with 1003) and echoes it.
#include <wsp/plugin.hpp>

namespace {

class TextOnly final : public wsp::Session {
 public:
  using Session::Session;
  static constexpr uint32_t kAccepts = WSP_ACCEPT_TEXT;
  static constexpr const char* kSubprotocols[] = {"text.test"};
  void on_message(const wsp::Message& m) override { peer().send(m.payload()); }
};

}  // namespace

WSP_PLUGIN("text-only", "1.0.0", wsp::SessionsOf<TextOnly>);
