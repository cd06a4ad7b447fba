// A plugin that does what the tests tell it, the wrong things above all. For tests only.
//
// COMMANDS: each text message is one; the answer is one text, unless it says otherwise. STATUS is
// ok, gone, full, invalid, unsupported or failed. Binary messages come back as they are.
//   throw, throw-int                 an exception leaves on_message: closes with 1011
//   throw in on_close|on_drain       "armed"; it is thrown in that callback
//   throw in timer|work|done|history it is thrown there at once: closes with 1011
//   abort, exit N, _exit N, crash, recurse   the process ends, each in its way
//   block MS, spin                   the loop thread sleeps, then "block"; it never comes back
//   hold FILE                        the loop thread waits for the file, then "hold"
//   leak MB                          so much is lost, then "leak"
//   log N TEXT                       N warnings "TEXT NUMBER", then "log"
//   close CODE REASON                closes; only a refusal is answered: "close STATUS"
//   close-invalid-utf8 CODE          closes with a reason that is not UTF-8
//   close-then-send CODE             closes, and logs (info)
//                                    "after close: send STATUS, close STATUS"
//   send-invalid-utf8                "send-invalid-utf8 STATUS" of sending such a text
//   send-gone                        "send-gone STATUS" of sending to the session that ended last
//   send-to ID TEXT                  TEXT to session ID; "send-to STATUS"
//   foreign-threads N                N threads each send 100 texts "THREAD NUMBER", both from 0
//   foreign-close CODE               another thread closes the session
//   push N SIZE                      N texts of SIZE bytes ("#NUMBER...."), then "push N"; when the
//                                    queue is full it goes on in on_drain, first with "drained
//                                    NUMBER"
//   pause MS                         pauses the input for so long, then "resumed"
//   queued                           "queued BYTES"
//   sub CH, unsub CH                 "sub STATUS", "unsub STATUS"
//   pub CH TEXT, pubx CH TEXT        publishes; pubx not to this session; "pub STATUS"
//   keep CH COUNT TEXT               publishes and keeps COUNT messages; "keep STATUS"
//   history CH LIMIT [EPOCH:OFFSET]  subscribes with history: {"epoch":E,"offset":O,"recovered":B,
//                                    "messages":[...]}
//   enter CH KEY INFO, leave CH      presence; "enter STATUS"; subscribers get "joined KEY" and
//                                    "left KEY"
//   members CH, count CH             {"KEY":"INFO",...}; "count MEMBERS SESSIONS"
//   prefix P, unprefix P             subscribes to a family of channels; "prefix STATUS"
//   tell USER TEXT                   TEXT to all sessions of the user; "tell STATUS"
//   out USER CODE REASON             closes them all; "out STATUS"
//   timer MS                         "timer" after MS
//   ticks MS N                       "tick 1" to "tick N", one each MS
//   work MS                          sleeps MS off the loop, then "work"
//   headers NAME                     a JSON array of that header's values
//   cookie NAME, env NAME            a JSON string, or null
//   user, ip, query, path, host, subprotocol, tls, id, label, location   the bare value
// Subscribers who missed something get "gap CH EPOCH:OFFSET".
// A published "deliver:drop", "deliver:throw" or "deliver:invalid-utf8" is dropped, throws, or gets
// an impossible form in on_deliver; "deliver:upper TEXT" becomes "TEXT" in capitals.
//
// HANDSHAKE: the query says how it goes: ?deny, ?deny=503, ?throw, ?throw-int, ?slow=MS,
// ?badheader, ?badheadername, ?badsubprotocol, ?subprotocol=NAME, ?header=NAME:VALUE, ?bigheaders
// (20 kB), ?openfail, ?openthrow, ?opensend (sends "opened" in on_open), ?openclose (closes there
// with 4000).
#include "misbehave.h"

#include <cctype>
#include <chrono>
#include <stdexcept>

namespace misbehave {

namespace {

Pairs copied(std::span<const wsp_pair> pairs) {
  Pairs out;
  for (const wsp_pair& pair : pairs) out.emplace_back(wsp::view(pair.name), wsp::view(pair.value));
  return out;
}

void end_as(std::string_view how) {
  if (how == "throw") throw 42;
  if (how == "abort") std::abort();
  if (how == "fail") throw std::invalid_argument("told to fail");
  if (how != "ok") throw std::invalid_argument("must be ok, fail, throw or abort");
}

}  // namespace

Seen::Seen(const wsp::Request& request)
    : headers(copied(request.headers())),
      cookies(copied(request.cookies())),
      environment(copied(request.environment())),
      path(request.path()),
      query(request.query()),
      user(request.user()),
      remote_ip(request.remote_ip()),
      host(request.host()),
      subprotocol(request.subprotocol()),
      is_tls(request.is_tls()) {}

std::string json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char kDigits[] = "0123456789abcdef";
      out += std::string("\\u00") + kDigits[c >> 4] + kDigits[c & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

void Misbehave::check(const wsp::Config& config) {
  const std::string_view accept = config.get("accept", "all");
  if (accept != "all" && accept != "text")
    throw std::invalid_argument("accept must be all or text, not \"" + std::string(accept) + "\"");
  end_as(config.get("check", "ok"));
}

Misbehave::Misbehave(wsp::Host the_host, const wsp::Config& config)
    : text_only(config.get("accept") == "text"),
      label(config.get("label")),
      location(config.location()),
      host(the_host),
      timers(the_host),
      work(the_host),
      history(the_host),
      presence(the_host),
      prefixes(the_host),
      users(the_host) {
  end_as(config.get("create", "ok"));
}

void Misbehave::on_handshake(const wsp::Request& request, wsp::Answer& answer) {
  if (const auto status = request.query_parameter("deny"))
    answer.refuse(static_cast<uint16_t>(status->empty() ? 403 : std::stoi(*status)), "denied");
  if (request.query_parameter("throw")) throw std::runtime_error("told to throw");
  if (request.query_parameter("throw-int")) throw 42;
  if (const auto ms = request.query_parameter("slow"))
    std::this_thread::sleep_for(std::chrono::milliseconds(std::stoi(*ms)));
  if (request.query_parameter("badheader")) answer.add_header("X-Bad", "a\r\nX-Injected: b");
  if (request.query_parameter("badheadername")) answer.add_header("X Bad:", "a");
  if (request.query_parameter("badsubprotocol")) answer.select_subprotocol("never-offered");
  if (const auto name = request.query_parameter("subprotocol")) answer.select_subprotocol(*name);
  if (const auto header = request.query_parameter("header")) {
    const size_t colon = std::min(header->find(':'), header->size() - 1);
    answer.add_header(header->substr(0, colon), header->substr(colon + 1));
  }
  if (request.query_parameter("bigheaders"))
    for (int i = 0; i < 200; ++i)
      answer.add_header("X-Big-" + std::to_string(i), std::string(100, 'x'));
}

std::unique_ptr<wsp::Session> Misbehave::open(wsp::Peer peer, const wsp::Request& request) {
  if (request.query_parameter("openfail")) return nullptr;
  if (request.query_parameter("openthrow")) throw std::runtime_error("told to throw");
  auto session = std::make_unique<Session>(peer, *this, request);
  if (request.query_parameter("opensend")) peer.send("opened");
  if (request.query_parameter("openclose")) peer.close(wsp::CloseCode{4000}, "in open");
  return session;
}

void Misbehave::on_deliver(wsp::Delivery& delivery) {
  const std::string_view payload = delivery.payload();
  constexpr std::string_view kUpper = "deliver:upper ";
  if (payload == "deliver:drop") delivery.drop();
  if (payload == "deliver:throw") throw std::runtime_error("told to throw");
  if (payload == "deliver:invalid-utf8" && delivery.replace("\xff\xfe") != wsp::Status::ok)
    delivery.drop();
  if (!payload.starts_with(kUpper)) return;
  std::string upper(payload.substr(kUpper.size()));
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  delivery.replace(upper);
}

void Misbehave::on_presence(const wsp::Member& member, bool joined, wsp::Delivery& announcement) {
  announcement.replace(std::string(joined ? "joined " : "left ").append(member.key()));
}

void Misbehave::on_gap(wsp::Delivery& notice) {
  const wsp::Position position = notice.position();
  notice.replace("gap " + std::string(notice.channel()) + " " + std::to_string(position.epoch) +
                 ":" + std::to_string(position.offset));
}

void Misbehave::on_stopping() { host.log(wsp::LogLevel::info, "misbehave: stopping"); }

}  // namespace misbehave

WSP_PLUGIN("misbehave", "1.0.0", misbehave::Misbehave);
