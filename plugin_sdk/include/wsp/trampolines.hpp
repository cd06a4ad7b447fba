// wsp/trampolines.hpp - the C side of Plugin and Session: fills wsp_plugin_v1, stops exceptions.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "wsp/guard.hpp"
#include "wsp/history.hpp"
#include "wsp/session.hpp"

namespace wsp::detail {

// What these headers need of a host. All that came later they ask for as they use it: on an older
// host that is Status::unsupported, and the rest works.
inline constexpr uint32_t kLeastMinor = 0;

// The class of all of a plugin's sessions, where it is known: SessionsOf names it.
template <class P>
struct SessionOf {
  using type = Session;
};
template <class P>
requires requires { typename P::SessionType; }
struct SessionOf<P> {
  using type = typename P::SessionType;
};

template <class P>
constexpr auto terminated_options() {
  std::array<wsp_option_spec, std::size(P::kOptions) + 1> all{};
  for (size_t i = 0; i < std::size(P::kOptions); ++i) all[i] = P::kOptions[i];
  return all;
}
template <class P>
constexpr auto terminated_subprotocols() {
  std::array<const char*, std::size(P::kSubprotocols) + 1> all{};
  for (size_t i = 0; i < std::size(P::kSubprotocols); ++i) all[i] = P::kSubprotocols[i];
  return all;
}
template <class P>
inline constexpr auto kOptionsOf = terminated_options<P>();
template <class P>
inline constexpr auto kSubprotocolsOf = terminated_subprotocols<P>();

// Evaluated by the compiler: a bad name does not build.
consteval const char* checked_name(const char* name) {
  if (*name == '\0') throw "a plugin's name is not empty";
  for (const char* c = name; *c != '\0'; ++c)
    if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-'))
      throw "a plugin's name is made of a-z, 0-9 and -";
  return name;
}

// A callback that the plugin does not override stays NULL: the host then skips it.
template <class P>
concept InheritsHandshake =
    std::same_as<decltype(&P::on_handshake), decltype(&Plugin::on_handshake)>;
template <class P>
concept InheritsDeliver = std::same_as<decltype(&P::on_deliver), decltype(&Plugin::on_deliver)>;
template <class P>
concept InheritsPresence = std::same_as<decltype(&P::on_presence), decltype(&Plugin::on_presence)>;
template <class P>
concept InheritsGap = std::same_as<decltype(&P::on_gap), decltype(&Plugin::on_gap)>;
template <class P>
concept InheritsStopping = std::same_as<decltype(&P::on_stopping), decltype(&Plugin::on_stopping)>;

// Overrides may be private: all but a public on_message are called through the base class.
template <class P>
class Trampolines {
  using S = typename SessionOf<P>::type;

  struct Self {
    Self(const wsp_host& h, const Config& config) : host(h), plugin(make(host, config)) {}
    static P make(Host host, [[maybe_unused]] const Config& config) {
      if constexpr (std::constructible_from<P, Host, const Config&>) {
        return P(host, config);
      } else if constexpr (std::constructible_from<P, Host>) {
        return P(host);
      } else {
        return P();
      }
    }
    Host host;
    P plugin;
  };

  static const wsp_host& host_of(void* self) noexcept {
    return static_cast<Self*>(self)->host.raw();
  }
  static Plugin& plugin_of(void* self) noexcept { return static_cast<Self*>(self)->plugin; }
  template <class Body>
  static void in_session(void* state, const char* where, Body&& body) noexcept {
    Session& session = *static_cast<Session*>(state);
    guarded(session.peer().host().raw(), session.peer().id(), where, [&] { body(session); });
  }

  static wsp_status create(const wsp_host* host, const wsp_config* config, void** self) noexcept {
    const bool ok = guarded(*host, 0, "create", [&] {
      auto made = std::make_unique<Self>(*host, Config(*config));
      if constexpr (!InheritsPresence<P>) listen(made->host, made.get());
      if constexpr (!InheritsGap<P>) listen_for_gaps(made->host, made.get());
      *self = made.release();
    });
    return ok ? WSP_OK : WSP_E_FAILED;
  }
  static void listen(Host host, Self* self) {
    const Presence presence(host);
    if (!presence || presence.raw()->listen(&host.raw(), on_presence, self) != WSP_OK)
      throw std::runtime_error("the host lacks " WSP_PRESENCE_1);
  }
  // Without it the plugin does as well as on an older host.
  static void listen_for_gaps(Host host, Self* self) {
    const Status status = History(host).listen_for_gaps(on_gap, self);
    if (status != Status::ok && status != Status::unsupported)
      throw std::runtime_error("listen_for_gaps: " + std::string(to_string(status)));
  }
  static void destroy(void* self) noexcept { delete static_cast<Self*>(self); }

  static wsp_status on_handshake(void* self, const wsp_request* r, wsp_answer* a) noexcept {
    Answer answer(*a);
    const bool ok = guarded(host_of(self), 0, "on_handshake",
                            [&] { plugin_of(self).on_handshake(Request(*r), answer); });
    if (!ok) return WSP_E_FAILED;
    return answer.refused() ? WSP_E_INVALID : WSP_OK;
  }
  static wsp_status on_open(void* self, wsp_session id, const wsp_request* r,
                            void** state) noexcept {
    Session* session = nullptr;
    guarded(host_of(self), 0, "open", [&] {
      session = plugin_of(self).open(Peer(host_of(self), id), Request(*r)).release();
    });
    *state = session;
    return session ? WSP_OK : WSP_E_FAILED;
  }
  static void on_message(void* state, const wsp_message* m) noexcept {
    in_session(state, "on_message", [m](Session& s) {
      if constexpr (requires(S & own) { own.on_message(Message(*m)); }) {
        static_cast<S&>(s).on_message(Message(*m));
      } else {
        s.on_message(Message(*m));
      }
    });
  }
  static void on_drain(void* state) noexcept {
    in_session(state, "on_drain", [](Session& s) { s.on_drain(); });
  }
  static void on_close(void* state, uint16_t code, wsp_bytes reason) noexcept {
    const std::unique_ptr<Session> session(static_cast<Session*>(state));
    guarded(session->peer().host().raw(), 0, "on_close",
            [&] { session->on_close(code, view(reason)); });
  }
  static wsp_status on_deliver(void* self, wsp_delivery* d) noexcept {
    Delivery delivery(*d);
    const bool ok =
        guarded(host_of(self), 0, "on_deliver", [&] { plugin_of(self).on_deliver(delivery); });
    return ok && !delivery.dropped() ? WSP_OK : WSP_E_FAILED;
  }
  static void on_presence(void* self, const wsp_member* m, uint8_t joined,
                          wsp_delivery* d) noexcept {
    guarded(host_of(self), 0, "on_presence", [&] {
      Delivery announcement(*d);
      plugin_of(self).on_presence(Member(*m), joined != 0, announcement);
    });
  }
  static void on_gap(void* self, wsp_delivery* d) noexcept {
    guarded(host_of(self), 0, "on_gap", [&] {
      Delivery notice(*d);
      plugin_of(self).on_gap(notice);
    });
  }
  static void on_stopping(void* self) noexcept {
    guarded(host_of(self), 0, "on_stopping", [&] { plugin_of(self).on_stopping(); });
  }

  static wsp_status check_config(const wsp_config* config, char* error, size_t size) noexcept {
    try {
      P::check(Config(*config));
      return WSP_OK;
    } catch (const std::exception& e) {
      std::snprintf(error, size, "%s", e.what());
    } catch (...) {
      std::snprintf(error, size, "not a std::exception");
    }
    return WSP_E_INVALID;
  }

 public:
  static constexpr wsp_plugin table(const char* name, const char* version) noexcept {
    wsp_plugin t = {};
    t.struct_size = sizeof(wsp_plugin);
    t.abi_minor = kLeastMinor;
    t.name = name;
    t.version = version;
    t.create = create;
    t.destroy = destroy;
    if constexpr (!InheritsHandshake<P>) t.on_handshake = on_handshake;
    t.on_open = on_open;
    t.on_message = on_message;
    t.on_drain = on_drain;
    t.on_close = on_close;
    if constexpr (!InheritsDeliver<P>) t.on_deliver = on_deliver;
    if constexpr (!InheritsStopping<P>) t.on_stopping = on_stopping;
    if constexpr (requires { P::kSubprotocols; }) {
      t.subprotocols = kSubprotocolsOf<P>.data();
    } else if constexpr (requires { S::kSubprotocols; }) {
      t.subprotocols = kSubprotocolsOf<S>.data();
    }
    if constexpr (requires { P::kOptions; }) t.options = kOptionsOf<P>.data();
    if constexpr (requires(const Config& c) { P::check(c); }) t.check_config = check_config;
    if constexpr (requires { P::kAccepts; }) {
      t.accepts = P::kAccepts;
    } else if constexpr (requires { S::kAccepts; }) {
      t.accepts = S::kAccepts;
    }
    return t;
  }
};

}  // namespace wsp::detail

namespace wsp {

// The table that WSP_PLUGIN exports; a test makes its own: FakeHost host(wsp::table<Chat>("chat")).
template <class P>
constexpr wsp_plugin table(const char* name, const char* version = "0") noexcept {
  return detail::Trampolines<P>::table(name, version);
}

}  // namespace wsp
