// The fake host complains about a plugin that breaks the contract, and aborts if nobody listens.
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "fake_host/recorder.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

namespace {

// The signal that ends a child process which runs `body`; 0 for none.
template <class Body>
int signal_of(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    if (!freopen("/dev/null", "w", stderr)) _exit(1);
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_GROUP(FakeComplaints){void expect_one(FakeHost & host, const char* text){
    const auto complaints = host.take_complaints();
CHECK_EQUAL(1U, complaints.size());
STRCMP_CONTAINS(text, complaints.at(0).c_str());
}
void expect_bad_table(const char* text, void (*spoil)(wsp_plugin&)) {
  wsp_plugin table = recorder_table();
  spoil(table);
  FakeHost host(table);
  CHECK(!host.create());
  expect_one(host, text);
}
}
;

TEST(FakeComplaints, AreMadeOfBadTables) {
  expect_bad_table("struct_size", [](wsp_plugin& t) { t.struct_size = 127; });
  expect_bad_table("abi_minor", [](wsp_plugin& t) { t.abi_minor = WSP_ABI_MINOR + 1; });
  expect_bad_table("on_open", [](wsp_plugin& t) { t.on_open = nullptr; });
  expect_bad_table("name", [](wsp_plugin& t) { t.name = nullptr; });
  expect_bad_table("name", [](wsp_plugin& t) { t.name = ""; });
  expect_bad_table("name", [](wsp_plugin& t) { t.name = "Upper"; });
  expect_bad_table("version", [](wsp_plugin& t) { t.version = nullptr; });
}

TEST(FakeComplaints, AreNotMadeOfALargerTable) {
  struct Newer {
    wsp_plugin known;
    void* unknown;
  } newer = {recorder_table(), &newer};
  newer.known.struct_size = sizeof newer;
  Recorder recorder;
  Recorder::self = &recorder;
  FakeHost host(newer.known);
  CHECK(host.create());
}

TEST(FakeComplaints, AreMadeOfBadArguments) {
  Bench bench;
  CHECK(bench.host.create());
  const wsp_session s = bench.host.connect().id();
  const wsp_host* h = bench.plugin.host;
  CHECK_EQUAL(WSP_E_INVALID, h->send(h, s, WSP_TEXT, {"\xFF", 1}));
  expect_one(bench.host, "UTF-8");
  CHECK_EQUAL(WSP_OK, h->send(h, s, WSP_BINARY, {"\xFF", 1}));
  CHECK_EQUAL(WSP_E_INVALID, h->send(h, s, 3, {"x", 1}));
  expect_one(bench.host, "opcode");
  CHECK_EQUAL(WSP_E_INVALID, h->publish(h, {"a", 1}, WSP_TEXT, {"\xFF", 1}, 0));
  expect_one(bench.host, "UTF-8");
  CHECK_EQUAL(WSP_E_INVALID, h->publish(h, {"a", 1}, 0, {"x", 1}, 0));
  expect_one(bench.host, "opcode");
  for (const uint16_t code : {0, 999, 1004, 1005, 1006, 1010, 1015, 2999, 5000, 65535}) {
    CHECK_EQUAL(WSP_E_INVALID, h->close(h, s, code, {}));
    expect_one(bench.host, "close: code");
  }
  for (const uint16_t code : {1000, 1003, 1007, 1009, 1011, 1014, 3000, 4999})
    CHECK_EQUAL(WSP_OK, h->close(h, bench.host.connect().id(), code, {}));
}

TEST(FakeComplaints, AreMadeOfWrongTimes) {
  Bench bench;
  CHECK(bench.host.create());
  const auto* presence = bench.plugin.extension<wsp_presence_1>(WSP_PRESENCE_1);
  CHECK_EQUAL(WSP_E_INVALID, presence->listen(bench.plugin.host, nullptr, nullptr));
  expect_one(bench.host, "listen");
  bench.host.destroy();
  CHECK_EQUAL(WSP_E_GONE, bench.plugin.publish("a", "x"));
  expect_one(bench.host, "after destroy()");
}

TEST(FakeComplaints, AreMadeOfExceptionsThatGetOut) {
  Bench bench;
  CHECK(bench.host.create());
  bench.plugin.on_message = [](auto, auto) { throw std::runtime_error("oops"); };
  bench.host.connect().send("x");
  expect_one(bench.host, "an exception left on_message: oops");
  bench.plugin.on_message = [](auto, auto) { throw 42; };
  bench.host.connect().send("x");
  expect_one(bench.host, "an exception left on_message");
}

TEST(FakeComplaints, AreMadeOfEndlessEchoes) {
  Bench bench;
  CHECK(bench.host.create());
  bench.plugin.subscribe(bench.host.connect().id(), "a");
  bench.host.event_limit = 100;
  bench.plugin.on_deliver = [&](wsp_delivery*) {
    bench.plugin.publish("a", "again");
    bench.plugin.calls.clear();
    return WSP_E_FAILED;
  };
  bench.plugin.publish("a", "once");
  expect_one(bench.host, "do not end");
}

TEST(FakeComplaints, AbortUnlessTaken) {
  const auto run = [](bool take) {
    Bench bench;
    (void)bench.host.create();
    bench.plugin.send(bench.host.connect().id(), "\xFF");
    if (take) (void)bench.host.take_complaints();
  };
  CHECK_EQUAL(SIGABRT, signal_of([&] { run(false); }));
  CHECK_EQUAL(0, signal_of([&] { run(true); }));
}
