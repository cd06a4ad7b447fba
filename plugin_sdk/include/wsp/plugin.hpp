// wsp/plugin.hpp - the C++20 API for plugins: everything, and WSP_PLUGIN. Header-only over
// wsp/plugin.h and wsp/extensions.h; adds no ABI of its own.
//
//   #include <wsp/plugin.hpp>
//
//   class Echo final : public wsp::Session {
//    public:
//     using Session::Session;
//     void on_message(const wsp::Message& m) override { peer().send(m.payload(), m.opcode()); }
//   };
//
//   WSP_PLUGIN("echo", "1.0.0", wsp::SessionsOf<Echo>);
//
// A plugin with state of its own derives wsp::Plugin and names itself in WSP_PLUGIN.
// Threads are tagged [main] [worker] [loop] [session] [any] as in wsp/plugin.h. Views are borrowed
// until the callback that got them returns.
#pragma once

#include "wsp/config.hpp"
#include "wsp/history.hpp"
#include "wsp/identity.hpp"
#include "wsp/peer.hpp"
#include "wsp/prefix.hpp"
#include "wsp/presence.hpp"
#include "wsp/request.hpp"
#include "wsp/session.hpp"
#include "wsp/timers.hpp"
#include "wsp/trampolines.hpp"
#include "wsp/types.hpp"
#include "wsp/users.hpp"
#include "wsp/work.hpp"

// WSP_PLUGIN("chat", "1.0.0", Chat); once in a plugin, outside every namespace. The name is the
// one after WebSocketPlugin: a-z, 0-9 and -.
#define WSP_PLUGIN(name, version, ...)            \
  extern "C" constexpr wsp_plugin wsp_plugin_v1 = \
      wsp::table<__VA_ARGS__>(wsp::detail::checked_name(name), version)
