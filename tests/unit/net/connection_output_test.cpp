// Output: corked, queued, shared, in order, and its end.
#include <sys/socket.h>

#include <string>

#include "wire.h"

#include <CppUTest/TestHarness.h>

using namespace ws::net;
using namespace ws::net::test;
using ws::base::SharedBytes;

TEST_GROUP(connection_output) {
  Wire wire;
  TestConnection& c = *wire.connection;

  void setup() override { CHECK_TRUE(c.open({})); }
  // Fills the kernel's buffer. Returns what was written.
  std::string clog() {
    wire.shrink();
    std::string written;
    while (c.waiting_bytes() < 100'000) {
      const std::string block(10'000, static_cast<char>('a' + written.size() / 10'000 % 26));
      c.write("[", block);
      written += "[" + block;
      c.try_flush();
    }
    return written;
  }
};

TEST(connection_output, GoesOutWithTheTurn) {
  c.write("a", "bc");
  c.write(SharedBytes("def"));
  c.write("g", "");
  wire.turn();
  STRCMP_EQUAL("abcdefg", wire.received().c_str());
  CHECK_EQUAL(0u, c.queued_bytes());
}

TEST(connection_output, WhatOneInputCausesIsOneWrite) {
  // A datagram-like socket shows the borders of writes.
  int pair[2];
  CHECK_EQUAL(0, ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair));
  const ws::base::UniqueFd peer(pair[1]);
  auto own = std::make_unique<TestConnection>(wire.loop, ws::base::UniqueFd(pair[0]), nullptr);
  own->when_input = [&](std::string_view bytes) {
    for (int i = 0; i < 100; ++i) own->write("h", "payload");
    CHECK_EQUAL(800u, own->queued_bytes());
    return bytes.size();
  };
  CHECK_TRUE(own->open({}));
  CHECK_EQUAL(1, ::send(peer.get(), "x", 1, 0));
  wire.turn();
  char buffer[65536];
  CHECK_EQUAL(800, ::recv(peer.get(), buffer, sizeof buffer, 0));
  // From outside too.
  for (int i = 0; i < 10; ++i) own->write("h", "payload");
  wire.turn();
  CHECK_EQUAL(80, ::recv(peer.get(), buffer, sizeof buffer, 0));
  own->close_socket(false);
}

TEST(connection_output, KeepsItsOrderWhateverItsForm) {
  std::string expected;
  c.when_input = [&](std::string_view bytes) {
    for (int i = 0; i < 40; ++i) {
      const std::string small = std::to_string(i) + ";";
      c.write("s", small);
      expected += "s" + small;
      if (i % 3 == 0) {
        c.write(SharedBytes("<shared>"));
        expected += "<shared>";
      }
      if (i % 7 == 0) {
        const std::string large(20'000, 'L');
        c.write("l", large);
        expected += "l" + large;
      }
    }
    return bytes.size();
  };
  wire.send("x");
  CHECK_TRUE(wire.received() == expected);
}

TEST(connection_output, ASlowPeerGetsAllOfItInOrder) {
  c.says_when_drained = true;
  wire.turn();
  std::string expected = clog();
  c.take();
  const SharedBytes shared(std::string(30'000, 'S'));
  c.write(shared);
  c.write("end", "!");
  expected += std::string(shared.view()) + "end!";
  CHECK_TRUE(c.queued_bytes() > 100'000);
  CHECK_EQUAL(c.waiting_bytes(), wire.loop.waiting_bytes());
  wire.turn();
  STRCMP_EQUAL("", c.take().c_str());
  CHECK_TRUE(wire.received() == expected);
  CHECK_EQUAL(0u, c.queued_bytes());
  CHECK_EQUAL(0u, wire.loop.waiting_bytes());
  STRCMP_EQUAL("drained", c.take().c_str());
}

TEST(connection_output, WhatIsWrittenWhenDrainedGoesOutToo) {
  const std::string expected = clog();
  int left = 3;
  c.when_drained = [&] {
    if (left-- > 0) c.write("again", std::to_string(left));
  };
  CHECK_TRUE(wire.received() == expected + "again2again1again0");
}

TEST(connection_output, WatchingIsNotTakenForAFullSocket) {
  // Output that waits for the turn's end only; then input is paused.
  const std::string large(100'000, 'x');
  c.write("", large);
  c.set_input_wanted(false);
  CHECK_EQUAL(large.size(), c.queued_bytes());
  c.try_flush();
  CHECK_TRUE(c.queued_bytes() < large.size());
  CHECK_TRUE(wire.received() == large);
}

TEST(connection_output, EndsBehindWhatIsQueued) {
  const std::string expected = clog();
  c.finish_output();
  c.write("too", "late");
  c.write(SharedBytes("too late"));
  CHECK_FALSE(c.output_finished());
  CHECK_TRUE(wire.received() == expected);
  wire.turn();
  CHECK_TRUE(c.output_finished());
  wire.received();
  CHECK_TRUE(wire.peer_at_end);
  // Input goes on.
  wire.send("hello");
  STRCMP_EQUAL("in(hello)", c.take().c_str());
}

TEST(connection_output, ABrokenSocketShowsAsTheEndOfInput) {
  wire.hang_up();
  c.write("x", "y");
  wire.turn();
  STRCMP_EQUAL("finished broken", c.take().c_str());
  c.write("x", "y");
  c.write(SharedBytes("z"));
  wire.turn();
  STRCMP_EQUAL("", c.take().c_str());
}

TEST(connection_output, ClosedItTakesNothing) {
  clog();
  c.close_socket(true);
  c.close_socket(true);
  c.write("x", "y");
  c.write(SharedBytes("z"));
  c.finish_output();
  c.try_flush();
  c.set_input_wanted(false);
  wire.turn();
  CHECK_TRUE(c.is_closed());
  CHECK_EQUAL(0u, c.queued_bytes());
  CHECK_EQUAL(0u, wire.loop.waiting_bytes());
  STRCMP_EQUAL("", c.take().c_str());
}

TEST(connection_output, ClosedInItsOwnInputItStaysCalm) {
  c.when_input = [&](std::string_view bytes) {
    c.write("never", "sent");
    c.close_socket(false);
    return bytes.size();
  };
  wire.send("abc");
  STRCMP_EQUAL("in(abc)", c.take().c_str());
  STRCMP_EQUAL("", wire.received().c_str());
}
