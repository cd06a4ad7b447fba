// A plugin that answers each message with its version, VERSION of its build. Test only.
#include <wsp/plugin.hpp>

#include <string_view>

namespace {

class Told final : public wsp::Session {
 public:
  using Session::Session;
  void on_message(const wsp::Message&) override { peer().send(std::string_view(VERSION)); }
};

}  // namespace

WSP_PLUGIN("version", VERSION, wsp::SessionsOf<Told>);
