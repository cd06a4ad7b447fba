// What the tests of the fake host share: a plugin at the level of the C ABI that notes what it is
// called for, and does what a test says.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <wsp/testing/fake_host.hpp>

namespace sdk_test {

using wsp::bytes;
using wsp::view;
using wsp::testing::FakeClient;
using wsp::testing::FakeHost;
using wsp::testing::SlowClient;
using Texts = std::vector<std::string>;

struct Recorder {
  const wsp_host* host = nullptr;
  Texts calls;  // "open 1001", "message 1001 hi", ...
  std::function<wsp_status(wsp_session)> on_open = [](auto) { return WSP_OK; };
  std::function<void(wsp_session, std::string_view)> on_message = [](auto, auto) {};
  std::function<void(wsp_session)> on_close = [](auto) {};
  std::function<wsp_status(wsp_delivery*)> on_deliver = [](auto) { return WSP_OK; };
  std::function<wsp_status(const wsp_request*, wsp_answer*)> on_handshake = [](auto, auto) {
    return WSP_OK;
  };
  std::function<wsp_status()> on_create = [] { return WSP_OK; };

  static inline Recorder* self = nullptr;

  void note(const char* what, wsp_session s, std::string_view more = {}) {
    calls.push_back(std::string(what) + " " + std::to_string(s));
    if (!more.empty()) calls.back().append(" ").append(more);
  }
  template <class Table>
  const Table* extension(const char* id) const {
    return static_cast<const Table*>(host->get_extension(host, id));
  }
  wsp_status send(wsp_session s, std::string_view text) const {
    return host->send(host, s, WSP_TEXT, bytes(text));
  }
  wsp_status publish(std::string_view channel, std::string_view text,
                     wsp_session except = 0) const {
    return host->publish(host, bytes(channel), WSP_TEXT, bytes(text), except);
  }
  wsp_status subscribe(wsp_session s, std::string_view channel) const {
    return host->subscribe(host, s, bytes(channel));
  }
};

inline wsp_session session_of(void* state) { return reinterpret_cast<uintptr_t>(state); }

inline wsp_plugin recorder_table() {
  wsp_plugin t = {};
  t.struct_size = sizeof t;
  t.abi_minor = WSP_ABI_MINOR;
  t.name = "recorder";
  t.version = "1";
  t.create = [](const wsp_host* host, const wsp_config*, void**) {
    Recorder::self->host = host;
    return Recorder::self->on_create();
  };
  t.destroy = [](void*) { Recorder::self->calls.emplace_back("destroy"); };
  t.on_handshake = [](void*, const wsp_request* r, wsp_answer* a) {
    return Recorder::self->on_handshake(r, a);
  };
  t.on_open = [](void*, wsp_session s, const wsp_request*, void** state) {
    *state = reinterpret_cast<void*>(static_cast<uintptr_t>(s));
    Recorder::self->note("open", s);
    return Recorder::self->on_open(s);
  };
  t.on_message = [](void* state, const wsp_message* m) {
    Recorder::self->note("message", session_of(state), view(m->payload));
    Recorder::self->on_message(session_of(state), view(m->payload));
  };
  t.on_drain = [](void* state) { Recorder::self->note("drain", session_of(state)); };
  t.on_close = [](void* state, uint16_t code, wsp_bytes reason) {
    Recorder::self->note("close", session_of(state),
                         std::to_string(code).append(" ").append(view(reason)));
    Recorder::self->on_close(session_of(state));
  };
  t.on_deliver = [](void*, wsp_delivery* d) {
    Recorder::self->calls.push_back("deliver " + std::string(view(d->payload)));
    return Recorder::self->on_deliver(d);
  };
  return t;
}

// A recorder, created.
struct Bench {
  explicit Bench(wsp_plugin t = recorder_table()) : table(t), host(table) {
    Recorder::self = &plugin;
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() {
    host.destroy();
    Recorder::self = outer;
  }

  Recorder* const outer = Recorder::self;
  Recorder plugin;
  wsp_plugin table;
  FakeHost host;
};

}  // namespace sdk_test
