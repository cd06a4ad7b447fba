// The whole engine on its own threads: connections come in, plugins answer, everything ends.
#include "plugin/engine.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "channel/local_bus.h"
#include "protocol/support/client_frames.h"
#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;
using ws::protocol::test::close_frame;
using ws::protocol::test::frame;
using ws::protocol::test::kText;

namespace {

// Of all sessions on all threads.
std::atomic<int> opened;
std::atomic<int> closed;
std::atomic<int> destroyed;
std::atomic<int> created;
std::atomic<int> stopping;
std::atomic<int> closed_after_destroy;
std::atomic<bool> hold;

struct Engaged {
  const wsp_host* host;
};
struct EngagedSession {
  Engaged& plugin;
  wsp_session id;
};

wsp_status create(const wsp_host* host, const wsp_config*, void** self) {
  ++created;
  *self = new Engaged{host};
  return WSP_OK;
}
void destroy(void* self) {
  ++destroyed;
  delete static_cast<Engaged*>(self);
}
wsp_status on_open(void* self, wsp_session id, const wsp_request*, void** state) {
  auto& plugin = *static_cast<Engaged*>(self);
  ++opened;
  *state = new EngagedSession{plugin, id};
  return plugin.host->subscribe(plugin.host, id, bytes("all"));
}
void on_message(void* state, const wsp_message* message) {
  auto& s = *static_cast<EngagedSession*>(state);
  const wsp_host* const host = s.plugin.host;
  const std::string_view text = text_of(message->payload);
  if (text == "hold") {
    hold = true;
    hold.wait(true);
  } else if (text.substr(0, 3) == "all") {
    host->publish(host, bytes("all"), message->opcode, message->payload, 0);
  } else {
    host->send(host, s.id, message->opcode, message->payload);
  }
}
void on_close(void* state, uint16_t, wsp_bytes) {
  delete static_cast<EngagedSession*>(state);
  if (destroyed > 0) ++closed_after_destroy;
  ++closed;
}
void on_stopping(void*) { ++stopping; }

constexpr wsp_plugin kPlugin = {.struct_size = sizeof(wsp_plugin),
                                .abi_minor = 0,
                                .name = "engaged",
                                .version = "1",
                                .create = create,
                                .destroy = destroy,
                                .on_handshake = nullptr,
                                .on_open = on_open,
                                .on_message = on_message,
                                .on_drain = nullptr,
                                .on_close = on_close,
                                .on_deliver = nullptr,
                                .on_stopping = on_stopping,
                                .subprotocols = nullptr,
                                .options = nullptr,
                                .check_config = nullptr,
                                .accepts = 0};

// The frames of a client that are there within some seconds, up to `count` of them.
std::string await(ws::test::Peer& peer, size_t count) {
  std::string all;
  for (size_t got = 0; got < count;) {
    if (!peer.wait()) return all + " (nothing more came)";
    const std::string more = peer.frames();
    if (more.empty()) continue;
    got += 1 + static_cast<size_t>(std::count(more.begin(), more.end(), ' '));
    all += (all.empty() ? "" : " ") + more;
  }
  return all;
}

}  // namespace

TEST_GROUP(engine) {
  ws::base::MonotonicClock clock;
  ws::test::LinesLog log;
  std::string error;
  std::shared_ptr<const PluginLibrary> library = PluginLibrary::wrap(kPlugin, error);
  ws::session::SessionLimits limits;

  void setup() override {
    for (auto* count : {&opened, &closed, &destroyed, &created, &stopping, &closed_after_destroy})
      *count = 0;
    hold = false;
  }
  std::unique_ptr<Engine> make(unsigned loops = 1) {
    EngineSettings settings;
    settings.loops = loops;
    return std::make_unique<Engine>(settings, log, clock,
                                    std::make_unique<ws::channel::LocalBus>(clock));
  }
  PluginInstance& instance(Engine & engine, const char* location = "/ws") {
    PluginInstance* const made = engine.instance({library, location, {}, "example.org"});
    CHECK_TRUE(made != nullptr);
    return *made;
  }
  ws::test::Peer connect(Engine & engine, const char* location = "/ws") {
    CHECK_TRUE(engine.start());
    return adopt(engine, &instance(engine, location).settings(limits, log));
  }
  static ws::test::Peer adopt(Engine & engine, const ws::session::SessionSettings* settings) {
    ws::session::SessionStart start;
    ws::test::Peer peer = ws::test::Peer::connect(start.fd);
    start.settings = settings;
    start.request = std::make_unique<StoredRequest>(RequestParts{});
    engine.adopt(std::move(start));
    return peer;
  }
};

TEST(engine, ServesConnectionsOnAllItsLoops) {
  auto engine = make(3);
  std::vector<ws::test::Peer> peers;
  for (int i = 0; i < 30; ++i) peers.push_back(connect(*engine));
  for (auto& peer : peers) peer.send(frame(kText, "echo"));
  for (auto& peer : peers) STRCMP_EQUAL("text(echo)", await(peer, 1).c_str());
  CHECK_EQUAL(30u, engine->session_count());
  peers[7].send(frame(kText, "all of you"));
  for (auto& peer : peers) STRCMP_EQUAL("text(all of you)", await(peer, 1).c_str());
  CHECK_EQUAL(30, opened.load());
  CHECK_EQUAL(1, created.load());
  for (auto& peer : peers) peer.close();
  CHECK_TRUE(engine->stop({}));
  CHECK_EQUAL(30, closed.load());
  CHECK_EQUAL(1, destroyed.load());
}

TEST(engine, ClosesItsSessionsWithTheCodeAndWaitsForThem) {
  auto engine = make(2);
  std::vector<ws::test::Peer> peers;
  for (int i = 0; i < 10; ++i) peers.push_back(connect(*engine));
  for (auto& peer : peers) peer.send(frame(kText, "x"));
  for (auto& peer : peers) await(peer, 1);
  std::thread clients([&] {
    for (auto& peer : peers) {
      STRCMP_EQUAL("close(1012,)", await(peer, 1).c_str());
      peer.send(close_frame(1012));
      STRCMP_EQUAL("end", await(peer, 1).c_str());
      peer.close();
    }
  });
  CHECK_TRUE(engine->stop({.code = 1012, .spread_ms = 0, .wait_ms = 60'000}));
  clients.join();
  CHECK_EQUAL(10, closed.load());
  CHECK_EQUAL(0, closed_after_destroy.load());
  CHECK_EQUAL(1, stopping.load());
  CHECK_FALSE(log.has("the server stops"));
}

TEST(engine, SpreadsTheClosesOverTime) {
  auto engine = make();
  std::vector<ws::test::Peer> peers;
  for (int i = 0; i < 8; ++i) peers.push_back(connect(*engine));
  for (auto& peer : peers) peer.send(frame(kText, "x"));
  for (auto& peer : peers) await(peer, 1);
  std::atomic<uint64_t> first = 0;
  std::atomic<uint64_t> last = 0;
  std::vector<std::thread> clients;
  for (auto& peer : peers)
    clients.emplace_back([&] {
      await(peer, 1);
      const uint64_t now = clock.now_ms();
      uint64_t none = 0;
      first.compare_exchange_strong(none, now);
      last = now;
      peer.send(close_frame(1001));
      await(peer, 1);
      peer.close();
    });
  CHECK_TRUE(engine->stop({.code = 1001, .spread_ms = 400, .wait_ms = 60'000}));
  for (std::thread& client : clients) client.join();
  CHECK_TRUE(last - first >= 150);
  CHECK_EQUAL(8, closed.load());
}

TEST(engine, CutsThoseWhoDoNotAnswer) {
  auto engine = make();
  ws::test::Peer silent = connect(*engine);
  silent.send(frame(kText, "x"));
  await(silent, 1);
  CHECK_TRUE(engine->stop({.code = 1001, .spread_ms = 0, .wait_ms = 50}));
  STRCMP_EQUAL("close(1001,) end", await(silent, 2).c_str());
  CHECK_EQUAL(1, closed.load());
  CHECK_EQUAL(1, destroyed.load());
  CHECK_TRUE(log.has("the server stops"));
}

TEST(engine, AnswersNobodyAfterItsStopBegan) {
  auto engine = make();
  ws::test::Peer first = connect(*engine);
  first.send(frame(kText, "x"));
  await(first, 1);
  engine->begin_stop();
  engine->begin_stop();
  CHECK_FALSE(engine->start());
  CHECK_TRUE(engine->instance({library, "/other", {}, ""}) == nullptr);
  // Those who are there go on.
  first.send(frame(kText, "still"));
  STRCMP_EQUAL("text(still)", await(first, 1).c_str());
  first.close();
  CHECK_TRUE(engine->stop({}));
  CHECK_EQUAL(1, stopping.load());
}

// Its 101 left before the stop began: such a client is told like the others.
TEST(engine, ClosesThoseWhoWereOnTheirWayAsItStops) {
  auto engine = make();
  const auto* settings = &instance(*engine).settings(limits, log);
  ws::test::Peer first = connect(*engine);
  first.send(frame(kText, "x"));
  await(first, 1);
  std::thread stopper([&] { CHECK_TRUE(engine->stop({.wait_ms = 60'000})); });
  STRCMP_EQUAL("close(1001,)", await(first, 1).c_str());
  ws::test::Peer late = adopt(*engine, settings);
  STRCMP_EQUAL("close(1001,)", await(late, 1).c_str());
  late.send(close_frame(1001));
  first.send(close_frame(1001));
  STRCMP_EQUAL("end", await(late, 1).c_str());
  STRCMP_EQUAL("end", await(first, 1).c_str());
  for (auto* peer : {&first, &late}) peer->close();
  stopper.join();
  CHECK_EQUAL(2, opened.load());
  CHECK_EQUAL(2, closed.load());
  CHECK_EQUAL(0, closed_after_destroy.load());
}

TEST(engine, EqualConfigurationsShareAnInstance) {
  auto engine = make();
  PluginInstance& first = instance(*engine);
  POINTERS_EQUAL(&first, &instance(*engine));
  CHECK_TRUE(&first != &instance(*engine, "/other"));
  CHECK_TRUE(&first != engine->instance({library, "/ws", {{"a", "1"}}, "example.org"}));
  CHECK_TRUE(&first != engine->instance({library, "/ws", {}, "example.net"}));
  CHECK_EQUAL(4, created.load());
  engine.reset();
  CHECK_EQUAL(4, destroyed.load());
}

TEST(engine, IsUsedByManyWorkersAtOnce) {
  auto engine = make(2);
  std::vector<std::thread> workers;
  std::atomic<int> good = 0;
  for (int w = 0; w < 8; ++w)
    workers.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        ws::test::Peer peer = connect(*engine, i % 2 == 0 ? "/ws" : "/other");
        peer.send(frame(kText, "hi"));
        if (await(peer, 1) == "text(hi)") ++good;
      }
    });
  for (std::thread& worker : workers) worker.join();
  CHECK_EQUAL(200, good.load());
  CHECK_EQUAL(2, created.load());
  CHECK_TRUE(engine->stop({.wait_ms = 60'000}));
  CHECK_EQUAL(200, opened.load());
  CHECK_EQUAL(200, closed.load());
}

TEST(engine, EndsWithoutEverHavingStarted) {
  {
    auto engine = make(4);
    instance(*engine);
  }
  CHECK_EQUAL(1, destroyed.load());
  auto unused = make();
  CHECK_TRUE(unused->stop({}));
  CHECK_TRUE(unused->stop({}));
}

TEST(engine, AFailedCreateIsNotTriedAgain) {
  static std::atomic<int> tries;
  tries = 0;
  wsp_plugin failing = kPlugin;
  failing.create = [](const wsp_host*, const wsp_config*, void**) -> wsp_status {
    ++tries;
    return WSP_E_FAILED;
  };
  auto engine = make();
  const auto bad = PluginLibrary::wrap(failing, error);
  CHECK_TRUE(engine->instance({bad, "/ws", {}, ""}) == nullptr);
  CHECK_TRUE(engine->instance({bad, "/ws", {}, ""}) == nullptr);
  CHECK_EQUAL(1, tries.load());
  CHECK_TRUE(engine->stop({}));
  CHECK_EQUAL(0, destroyed.load());
}

// In a process of its own, which ends as httpd's child does then.
TEST(engine, APluginThatDoesNotReturnIsLeftBehind) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto engine = make();
    ws::test::Peer peer = connect(*engine);
    peer.send(frame(kText, "hold"));
    while (!hold) std::this_thread::yield();
    const bool ended = engine->stop({.code = 1001, .spread_ms = 0, .wait_ms = 10});
    const bool again = engine->stop({});
    ::_exit(ended || again || destroyed != 0 ? 1 : 0);
  }
  int status = -1;
  CHECK_EQUAL(child, ::waitpid(child, &status, 0));
  CHECK_TRUE(WIFEXITED(status));
  CHECK_EQUAL(0, WEXITSTATUS(status));
}
