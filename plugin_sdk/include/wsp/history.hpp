// wsp/history.hpp - History over wsp.history/1: publishing what is kept, reading what was kept.
// That subscribers missed something is told to Plugin::on_gap.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "wsp/extensions.h"
#include "wsp/guard.hpp"
#include "wsp/peer.hpp"

namespace wsp {

// How much of a channel is kept, and who does not get this message.
struct Keep {
  uint32_t count = 0;                // so many newest messages; 0: none
  std::chrono::milliseconds age{0};  // and none older; 0: no such bound
  wsp_session except = 0;            // Peer::id(); 0: everybody gets it
};

struct HistoryQuery {
  uint32_t limit = 0;                  // at most so many, the newest; 0: all that is kept
  std::optional<Position> since = {};  // only what came after it
};

// One kept message. Borrowed: valid until the callback returns.
class HistoryMessage {
 public:
  explicit HistoryMessage(const wsp_history_message& m) noexcept : m_(&m) {}
  bool is_text() const noexcept { return m_->opcode == WSP_TEXT; }
  Opcode opcode() const noexcept { return Opcode{m_->opcode}; }
  std::string_view payload() const noexcept { return view(m_->payload); }  // as published
  Position position() const noexcept { return m_->position; }
  int64_t time_ms() const noexcept { return m_->time_ms; }  // since 1970, UTC
  // Published with no_compress(). What the callback sends is not compressed either.
  bool is_not_compressed() const noexcept {
    return detail::reaches(*m_, &wsp_history_message::no_compress) && m_->no_compress != 0;
  }

 private:
  const wsp_history_message* m_;
};

// The answer to a query: a range of HistoryMessage, oldest first; empty when status() is not ok.
// Borrowed: valid until the callback returns.
class HistoryReply {
 public:
  HistoryReply(Status status, const wsp_history_reply* reply) noexcept
      : status_(status), reply_(reply) {}
  HistoryReply(const HistoryReply&) = delete;
  HistoryReply& operator=(const HistoryReply&) = delete;

  Status status() const noexcept { return status_; }
  explicit operator bool() const noexcept { return status_ == Status::ok; }

  // `since` was given and every message after it is here.
  bool recovered() const noexcept { return reply_ && reply_->recovered != 0; }
  // The channel's newest; what comes live is after it.
  Position position() const noexcept { return reply_ ? reply_->position : Position{}; }

  class Iterator {
   public:
    using value_type = HistoryMessage;
    using difference_type = std::ptrdiff_t;
    Iterator() noexcept = default;
    explicit Iterator(const wsp_history_message* const* at) noexcept : at_(at) {}
    HistoryMessage operator*() const noexcept { return HistoryMessage(**at_); }
    Iterator& operator++() noexcept { return ++at_, *this; }
    Iterator operator++(int) noexcept { return Iterator(at_++); }
    bool operator==(const Iterator&) const noexcept = default;

   private:
    const wsp_history_message* const* at_ = nullptr;
  };
  size_t size() const noexcept { return reply_ ? reply_->message_count : 0; }
  bool empty() const noexcept { return size() == 0; }
  Iterator begin() const noexcept { return Iterator(reply_ ? reply_->messages : nullptr); }
  Iterator end() const noexcept {
    return Iterator(reply_ ? reply_->messages + reply_->message_count : nullptr);
  }

 private:
  Status status_;
  const wsp_history_reply* reply_;
};

namespace detail {

template <class F>
struct HistorySlot {
  static void run(void* arg, wsp_status status, const wsp_history_reply* reply) noexcept {
    const std::unique_ptr<HistorySlot> slot(static_cast<HistorySlot*>(arg));
    const HistoryReply wrapped(Status{status}, reply);
    guarded(*slot->host, slot->session, "a history callback", [&] { slot->callback(wrapped); });
  }

  const wsp_host* host;
  wsp_session session;
  F callback;
};

}  // namespace detail

class History {
 public:
  explicit History(Host host) noexcept
      : host_(&host.raw()), api_(host.extension<wsp_history_1>(WSP_HISTORY_1)) {}

  explicit operator bool() const noexcept { return api_ != nullptr; }

  // Like Host::publish, but kept: publish("room", text, {.count = 50, .age = 1h}). [any]
  Status publish(std::string_view channel, std::string_view payload, const Keep& keep,
                 Opcode opcode = Opcode::text) const noexcept {
    if (!api_) return Status::unsupported;
    const auto age = keep.age.count();
    const wsp_publish_options options = {
        .struct_size = sizeof(wsp_publish_options),
        .history_count = keep.count,
        .history_age_ms = age <= 0 ? 0 : static_cast<uint32_t>(age < UINT32_MAX ? age : UINT32_MAX),
        .except = keep.except};
    return Status{api_->publish(host_, bytes(channel), detail::opcode_for(*host_, opcode),
                                bytes(payload), &options)};
  }

  // Like Peer::subscribe, but first callback(const HistoryReply&) with what the query asks for:
  // no gap, no message twice. On the session's own thread; the callback comes exactly once, maybe
  // within this call, before on_close, unless this fails.
  template <class F>
  Status subscribe(Peer peer, std::string_view channel, const HistoryQuery& query,
                   F callback) const {
    return ask(api_ ? api_->subscribe : nullptr, peer, channel, query, std::move(callback));
  }

  // Reads without subscribing. Else as above.
  template <class F>
  Status read(Peer peer, std::string_view channel, const HistoryQuery& query, F callback) const {
    return ask(api_ ? api_->read : nullptr, peer, channel, query, std::move(callback));
  }

  // Plugin::on_gap of the C++ API uses it. [main], in create(). unsupported: a host of ABI 1.0.
  Status listen_for_gaps(wsp_gap_fn fn, void* self) const noexcept {
    if (!detail::has(api_, &wsp_history_1::listen_for_gaps)) return Status::unsupported;
    return Status{api_->listen_for_gaps(host_, fn, self)};
  }

 private:
  template <class F>
  Status ask(decltype(wsp_history_1::read) call, Peer peer, std::string_view channel,
             const HistoryQuery& query, F callback) const {
    if (!call) return Status::unsupported;
    using Slot = detail::HistorySlot<F>;
    std::unique_ptr<Slot> slot(new Slot{host_, peer.id(), std::move(callback)});
    const wsp_history_query raw = {.struct_size = sizeof(wsp_history_query),
                                   .limit = query.limit,
                                   .since = query.since ? &*query.since : nullptr};
    Slot* const arg = slot.release();  // from here on the callback's
    const Status status{call(host_, peer.id(), bytes(channel), &raw, Slot::run, arg)};
    if (status != Status::ok) delete arg;
    return status;
  }

  const wsp_host* host_;
  const wsp_history_1* api_;
};

}  // namespace wsp
