// wsp/testing/fake_host_life.hpp - the part of FakeHost that creates the plugin, opens and ends
// sessions. Included by fake_host.hpp.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <utility>

#include "wsp/testing/fake_host.hpp"

namespace wsp::testing {

// ---- events ----

inline void FakeHost::complain(const std::string& what) {
  const std::lock_guard lock(mutex_);
  complaints_.push_back(what);
}

inline void FakeHost::soon(Event event) {
  if (is_own_thread()) {
    events_.push_back(std::move(event));
    if (depth_ == 0) settle();
    return;
  }
  const std::lock_guard lock(mutex_);
  foreign_.push_back(std::move(event));
}

inline void FakeHost::settle() {
  if (depth_ != 0) return;
  ++depth_;  // an event's own soon() only queues
  for (size_t i = 0; i < event_limit; ++i) {
    if (events_.empty()) {
      const std::lock_guard lock(mutex_);
      events_.swap(foreign_);
    }
    if (events_.empty()) break;
    const Event event = std::move(events_.front());
    events_.pop_front();
    event();
  }
  if (!events_.empty()) complain("the plugin's messages to itself do not end");
  events_.clear();
  --depth_;
}

template <class Call>
void FakeHost::callback(const char* what, Call&& call, wsp_session acting) {
  ++depth_;
  const wsp_session outer = std::exchange(acting_, acting);
  try {
    call();
  } catch (const std::exception& e) {
    complain(std::string("an exception left ") + what + ": " + e.what());
  } catch (...) {
    complain(std::string("an exception left ") + what);
  }
  acting_ = outer;
  --depth_;
}

// ---- the plugin's life ----

inline FakeHost::FakeHost(const wsp_plugin& plugin) {
  constexpr size_t kSizeOfMinor0 = 128;
  fill_host();
  fill_extensions();
  if (plugin.struct_size < kSizeOfMinor0) {
    complain("wsp_plugin: struct_size");
    return;
  }
  std::memcpy(&plugin_, &plugin, std::min(size_t{plugin.struct_size}, sizeof plugin_));
  if (plugin_.abi_minor > WSP_ABI_MINOR) complain("wsp_plugin: abi_minor");
  if (!plugin_.on_open) complain("wsp_plugin: no on_open");
  const std::string_view name = plugin_.name ? plugin_.name : "";
  if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != name.npos)
    complain("wsp_plugin: name");
  if (!plugin_.version) complain("wsp_plugin: version");
  loadable_ = complaints_.empty();
}

inline FakeHost::~FakeHost() {
  destroy();
  for (const std::string& complaint : complaints_)
    std::fprintf(stderr, "FakeHost: the plugin broke the contract: %s\n", complaint.c_str());
  if (!complaints_.empty()) std::abort();
}

namespace detail {

// A wsp_config, lent to the plugin.
struct LentConfig {
  LentConfig(const Pairs& pairs, const std::string& location) {
    for (const auto& [name, value] : pairs) {
      const auto same = [&n = name](const wsp_option& o) { return n == o.name; };
      const auto earlier = std::find_if(options.begin(), options.end(), same);
      if (earlier != options.end()) {
        earlier->value = value.c_str();
      } else {
        options.push_back({name.c_str(), value.c_str()});
      }
    }
    raw = {sizeof(wsp_config), static_cast<uint32_t>(options.size()), options.data(),
           location.c_str()};
  }
  std::vector<wsp_option> options;
  wsp_config raw;
};

}  // namespace detail

inline std::string FakeHost::check(const Pairs& options, const std::string& location) {
  for (const auto& [name, value] : options) {
    bool known = false;
    for (const wsp_option_spec* spec = plugin_.options; spec && spec->name; ++spec)
      known = known || name == spec->name;
    if (!known) return "unknown option " + name;
  }
  if (!plugin_.check_config) return {};
  const detail::LentConfig config(options, location);
  std::string error(512, '\0');
  wsp_status status = WSP_E_FAILED;
  callback("check_config",
           [&] { status = plugin_.check_config(&config.raw, error.data(), error.size()); });
  if (status == WSP_OK) return {};
  error.resize(std::min(error.find('\0'), error.size()));
  if (error.empty()) complain("check_config refused and did not say why");
  return error.empty() ? "refused" : error;
}

inline bool FakeHost::create(const Pairs& options, const std::string& location) {
  if (!loadable_) return false;
  if (const std::string why = check(options, location); !why.empty()) {
    const std::lock_guard lock(mutex_);
    log_.push_back({WSP_LOG_ERROR, why});
    return false;
  }
  const detail::LentConfig config(options, location);
  life_ = Life::creating;
  wsp_status status = WSP_OK;
  if (plugin_.create)
    callback("create", [&] { status = plugin_.create(&host_, &config.raw, &self_); });
  life_ = status == WSP_OK ? Life::created : Life::fresh;
  if (status != WSP_OK) timers_.clear();
  settle();
  return status == WSP_OK;
}

inline void FakeHost::begin_stop() {
  if (plugin_.on_stopping) callback("on_stopping", [&] { plugin_.on_stopping(self_); });
  settle();
}

inline void FakeHost::destroy() {
  if (life_ != Life::created) return;
  settle();
  for (const auto& client : clients_)
    if (client->has_state_) {
      if (client->close_code_ == 0) client->close_code_ = 1001;
      end(*client, 1001, "");
    }
  settle();
  timers_.clear();
  while (!work_.empty()) {
    const Job job = work_.front();
    work_.pop_front();
    callback("a job's done", [&] { job.done(job.arg, WSP_E_FAILED); });
    settle();
  }
  if (plugin_.destroy) callback("destroy", [&] { plugin_.destroy(self_); });
  life_ = Life::destroyed;
  events_.clear();
  if (opened_ != closed_) complain("an on_open without its on_close");
}

// ---- sessions ----

inline Handshake FakeHost::handshake(const FakeRequest& request) {
  if (life_ != Life::created) return {.status = 503};
  std::string chosen;
  for (const std::string& offered : request.subprotocols)
    for (auto known = plugin_.subprotocols; known && *known && chosen.empty(); ++known)
      if (offered == *known) chosen = offered;
  LentAnswer answer(request, chosen);
  wsp_status status = WSP_OK;
  if (plugin_.on_handshake) {
    const LentRequest lent(request, chosen);
    status = WSP_E_FAILED;
    on_worker_ = true;
    callback("on_handshake",
             [&] { status = plugin_.on_handshake(self_, &lent.raw(), answer.raw()); });
    on_worker_ = false;
  }
  if (!answer.misuse().empty()) complain(answer.misuse());
  settle();
  return answer.result(status);
}

inline FakeClient& FakeHost::connect(const FakeRequest& request) {
  const wsp_session id = 1001 + clients_.size();
  FakeClient& client =
      *clients_.emplace_back(std::unique_ptr<FakeClient>(new FakeClient(*this, id)));
  client.handshake_ = handshake(request);
  if (client.handshake_.status == 101) open(client, request);
  settle();
  return client;
}

inline void FakeHost::open(FakeClient& client, const FakeRequest& request) {
  client.phase_ = FakeClient::Phase::open;
  client.user_ = request.user;
  client.expires_ms_ = request.expires_ms;
  by_id_[client.id_] = &client;
  {
    const std::lock_guard lock(mutex_);
    alive_.insert(client.id_);
  }
  const LentRequest lent(request, client.handshake_.subprotocol);
  wsp_status status = WSP_E_FAILED;
  const auto call = [&] {
    status = plugin_.on_open(self_, client.id_, &lent.raw(), &client.state_);
  };
  callback("on_open", call, client.id_);
  client.has_state_ = status == WSP_OK;
  if (status == WSP_OK) {
    ++opened_;
  } else {
    if (client.close_code_ == 0) client.close_code_ = 1011;
    end(client, 1011, "");
  }
}

inline void FakeHost::deliver(FakeClient& client, const Frame& frame) {
  const uint32_t kind = frame.is_text() ? WSP_ACCEPT_TEXT : WSP_ACCEPT_BINARY;
  if (plugin_.accepts != 0 && (plugin_.accepts & kind) == 0) {
    close(client.id_, 1003, "");
  } else if (frame.is_text() && !is_utf8(frame.payload)) {
    close(client.id_, 1007, "");
  } else if (plugin_.on_message) {
    Loan loan;
    const wsp_message message = {sizeof(wsp_message), frame.opcode, loan.lend(frame.payload)};
    callback(
        "on_message", [&] { plugin_.on_message(client.state_, &message); }, client.id_);
  }
}

// Timers and history end before on_close; nothing is called for the session after it.
inline void FakeHost::end(FakeClient& client, uint16_t code, std::string_view reason) {
  client.phase_ = FakeClient::Phase::ended;
  std::vector<FakePresence::Change> changes;
  {
    const std::lock_guard lock(mutex_);
    alive_.erase(client.id_);
    std::erase_if(timers_, [&](const auto& t) { return t.second.session == client.id_; });
    changes = presence_.leave_all(client.id_);
  }
  for (const auto& late : std::exchange(client.late_history_, {})) late.answer(true);
  channels_.forget(client.id_);
  if (client.has_state_) {
    ++closed_;
    Loan loan;
    const wsp_bytes lent = loan.lend(reason);
    if (plugin_.on_close)
      callback(
          "on_close", [&] { plugin_.on_close(client.state_, code, lent); }, client.id_);
    client.has_state_ = false;
  }
  by_id_.erase(client.id_);
  changed(changes);
}

}  // namespace wsp::testing
