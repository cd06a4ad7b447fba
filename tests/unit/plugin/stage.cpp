// A plugin instance on loops that the test turns by hand.
#include "stage.h"

#include "protocol/support/client_frames.h"

#include <CppUTest/TestHarness.h>

namespace ws::plugin::test {

namespace {

constexpr int kEnoughTurns = 6;

Script* running = nullptr;

struct SessionState {
  Script& script;
  wsp_session id;
};

SessionState& state_of(void* state) { return *static_cast<SessionState*>(state); }

wsp_status create(const wsp_host* host, const wsp_config*, void** self) {
  running->host = host;
  *self = running;
  return running->when_created ? running->when_created(host) : WSP_OK;
}

void destroy(void* self) { static_cast<Script*>(self)->add("destroy"); }

wsp_status on_handshake(void* self, const wsp_request* request, wsp_answer* answer) {
  const auto& script = *static_cast<Script*>(self);
  return script.when_shaking_hands ? script.when_shaking_hands(*request, answer) : WSP_OK;
}

wsp_status on_open(void* self, wsp_session id, const wsp_request*, void** state) {
  auto& script = *static_cast<Script*>(self);
  script.add("open");
  auto opened = std::make_unique<SessionState>(SessionState{script, id});
  const wsp_status status = script.when_opened ? script.when_opened(id) : WSP_OK;
  if (status == WSP_OK) *state = opened.release();
  return status;
}

void on_message(void* state, const wsp_message* message) {
  SessionState& s = state_of(state);
  s.script.add(message->opcode == WSP_TEXT
                   ? "text(" + std::string(text_of(message->payload)) + ")"
                   : "binary(" + std::to_string(message->payload.size) + ")");
  if (s.script.when_message) s.script.when_message(s.id, *message);
}

void on_drain(void* state) {
  SessionState& s = state_of(state);
  s.script.add("drain");
  if (s.script.when_drained) s.script.when_drained(s.id);
}

void on_close(void* state, uint16_t code, wsp_bytes reason) {
  const std::unique_ptr<SessionState> s(&state_of(state));
  s->script.add("close(" + std::to_string(code) + "," + std::string(text_of(reason)) + ")");
  if (s->script.when_closed) s->script.when_closed(s->id, code);
}

wsp_status on_deliver(void* self, wsp_delivery* delivery) {
  return static_cast<Script*>(self)->when_delivered(delivery);
}

void on_stopping(void* self) { static_cast<Script*>(self)->add("stopping"); }

}  // namespace

wsp_plugin scripted_plugin(Script& script) {
  running = &script;
  wsp_plugin table{};
  table.struct_size = sizeof table;
  table.abi_minor = WSP_ABI_MINOR;
  table.name = "scripted";
  table.version = "1";
  table.create = create;
  table.destroy = destroy;
  table.on_handshake = on_handshake;
  table.on_open = on_open;
  table.on_message = on_message;
  table.on_drain = on_drain;
  table.on_close = on_close;
  table.on_stopping = on_stopping;
  return table;
}

wsp_plugin delivering_plugin(Script& script) {
  wsp_plugin table = scripted_plugin(script);
  table.on_deliver = on_deliver;
  return table;
}

HandRuntime::HandRuntime(base::Log& log, const base::Clock& clock, unsigned loops,
                         size_t mailbox_limit)
    : Runtime(log, mailbox_limit) {
  bus_ = std::make_unique<channel::LocalBus>(clock);
  pool_ = std::make_unique<WorkPool>(2, 4, log);
  make_loops(clock, loops, 7, {});
}

HandRuntime::~HandRuntime() {
  if (!pool_->stop(10'000)) std::abort();
  turn();
  loops_.clear();
}

void HandRuntime::turn() {
  for (int i = 0; i < kEnoughTurns; ++i)
    for (const auto& loop : loops_) loop->loop.run_once(0);
}

Stage::Stage(const wsp_plugin& table, const StageSettings& settings)
    : runtime(log, clock, settings.loops, settings.mailbox_limit) {
  std::string error;
  auto library = PluginLibrary::wrap(table, error);
  STRCMP_EQUAL("", error.c_str());
  instance = std::make_unique<PluginInstance>(InstanceConfig{std::move(library),
                                                             "/ws/test",
                                                             {},
                                                             settings.channel_namespace,
                                                             settings.rules,
                                                             settings.tokens},
                                              runtime);
  CHECK_TRUE(instance->create());
  runtime.turn();
}

Stage::~Stage() {
  for (Seat& seat : seats)
    if (session::Session* const open = session(seat)) open->drop("the test ends");
  runtime.turn();
  if (!runtime.pool().stop(10'000)) std::abort();
  runtime.turn();
  for (unsigned i = 0; runtime.loop_at(i); ++i)
    runtime.loop_at(i)->timers.remove_all(instance.get());
  instance->destroy();
}

Stage::Seat& Stage::connect(unsigned loop) {
  LoopContext& context = *runtime.loop_at(loop);
  Seat& seat = seats.emplace_back();
  session::SessionStart start;
  seat.peer = ws::test::Peer::connect(start.fd);
  start.settings = &instance->settings(limits, log);
  start.deflate = deflate;
  RequestParts parts;
  parts.identity.rights = rights;
  parts.identity.rights.user = user;
  start.request = std::make_unique<StoredRequest>(std::move(parts));
  context.loop.post([&context, start = std::move(start)]() mutable {
    session::Session::begin(context.table, std::move(start));
  });
  context.loop.run_once(0);
  context.table.for_each([&](session::Session& session) {
    const auto known = std::find_if(seats.begin(), seats.end(),
                                    [&](const Seat& one) { return one.id == session.id(); });
    if (known == seats.end()) seat.id = session.id();
  });
  return seat;
}

void Stage::say(Seat& seat, std::string_view text) {
  seat.peer.send(protocol::test::frame(protocol::test::kText, text));
  turn();
}

void Stage::say_binary(Seat& seat, std::string_view data) {
  seat.peer.send(protocol::test::frame(protocol::test::kBinary, data));
  turn();
}

void Stage::pass(uint64_t ms) {
  constexpr uint64_t kStep = net::TimerWheel::kSlotMs;
  for (uint64_t passed = 0; passed < ms; passed += kStep) {
    clock.ms += std::min(kStep, ms - passed);
    turn();
  }
  turn();
}

session::Session* Stage::session(const Seat& seat) const {
  const LoopContext* const loop = runtime.loop_of(seat.id);
  return loop ? loop->table.find(seat.id) : nullptr;
}

void Stage::on_loop(const Seat& seat, const std::function<void()>& f) {
  runtime.loop_of(seat.id)->loop.post(f);
  turn();
}

}  // namespace ws::plugin::test
