// A connection with TLS: both versions, KeyUpdates, orderly and other ends (BAD_INPUT E).
#include <sys/socket.h>

#include <string>

#include "tls_wire.h"
#include "wire.h"

#include <CppUTest/TestHarness.h>

using namespace ws::net;
using namespace ws::net::test;
using ws::base::SharedBytes;

namespace {

struct TlsCase {
  explicit TlsCase(int version) : pair(version), wire(pair.server()) {
    CHECK_TRUE(wire.connection->open({}));
  }
  void send(std::string_view plaintext) { wire.send(pair.seal(plaintext)); }
  std::string received() { return pair.open(wire.received()); }

  TlsPair pair;
  Wire wire;
  TestConnection& c = *wire.connection;
};

constexpr int kVersions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

}  // namespace

TEST_GROUP(tls_connection){};

TEST(tls_connection, TalksBothWays) {
  for (const int version : kVersions) {
    TlsCase tls(version);
    tls.send("hello");
    STRCMP_EQUAL("in(hello)", tls.c.take().c_str());
    tls.c.write("a", "bc");
    tls.c.write(SharedBytes("def"));
    STRCMP_EQUAL("abcdef", tls.received().c_str());
  }
}

TEST(tls_connection, WhatWasSealedBeforeComesFirst) {
  for (const int version : kVersions) {
    TlsPair pair(version);
    Wire wire(pair.server());
    const std::string before = pair.seal("before");
    const std::string later = pair.seal("later");
    CHECK_EQUAL(static_cast<ssize_t>(later.size()),
                ::send(wire.peer.get(), later.data(), later.size(), 0));
    CHECK_TRUE(wire.connection->open("early ", before));
    STRCMP_EQUAL("in(early before) in(later)", wire.connection->take().c_str());
  }
}

TEST(tls_connection, ASlowPeerGetsAllInOrder) {
  for (const int version : kVersions) {
    TlsCase tls(version);
    tls.wire.shrink();
    std::string expected;
    for (int i = 0; i < 60; ++i) {
      const std::string block(10'000 + static_cast<size_t>(i), static_cast<char>('a' + i % 26));
      if (i % 2 == 0) {
        tls.c.write("#", block);
        expected += "#" + block;
      } else {
        tls.c.write(SharedBytes(block));
        expected += block;
      }
      tls.c.try_flush();
    }
    CHECK_TRUE(tls.c.waiting_bytes() > 100'000);
    CHECK_EQUAL(tls.c.waiting_bytes(), tls.wire.loop.waiting_bytes());
    tls.c.finish_output();
    CHECK_TRUE(tls.received() == expected);
    CHECK_EQUAL(0u, tls.wire.loop.waiting_bytes());
    CHECK_TRUE(tls.pair.at_end());
    CHECK_TRUE(tls.wire.peer_at_end);
  }
}

// Also where a record holds the end of one buffer and the begin of the next.
TEST(tls_connection, DropsWholeBuffersOnly) {
  for (const int version : kVersions) {
    TlsCase tls(version);
    tls.wire.shrink();
    uint32_t dropped = 0;
    std::string all;
    for (size_t i = 0; i < 200; ++i) {
      const std::string block(10'001 + i, static_cast<char>('a' + i % 26));
      tls.c.write(SharedBytes(block), {.stream = 1 + i % 2, .messages = 1});
      if (i % 7 == 0) all += tls.pair.open(tls.wire.received());
      dropped += i % 50 == 49 ? tls.c.drop_stream(1).messages : tls.c.drop_oldest(50'000).messages;
      CHECK_EQUAL(tls.c.waiting_bytes(), tls.wire.loop.waiting_bytes());
    }
    all += tls.received();
    size_t found = 0;
    for (size_t i = 0, at = 0; i < 200 && at < all.size(); ++i) {
      const std::string block(10'001 + i, static_cast<char>('a' + i % 26));
      if (all.compare(at, block.size(), block) != 0) continue;
      at += block.size();
      ++found;
      if (i == 199) CHECK_EQUAL(all.size(), at);
    }
    CHECK_TRUE(dropped > 0);
    CHECK_EQUAL(200u, found + dropped);
    CHECK_EQUAL(0u, tls.wire.loop.waiting_bytes());
  }
}

TEST(tls_connection, ManyRecordsInOneReadAreAllHandled) {
  for (const int version : kVersions) {
    TlsCase tls(version);
    std::string sealed;
    std::string expected;
    for (int i = 0; i < 500; ++i) {
      sealed += tls.pair.seal(std::to_string(i));
      expected += std::to_string(i);
    }
    std::string all;
    tls.c.when_input = [&](std::string_view bytes) {
      all += bytes;
      return bytes.size();
    };
    tls.wire.send(sealed);
    CHECK_TRUE(all == expected);
  }
}

TEST(tls_connection, LargeInputArrivesWhole) {
  for (const int version : kVersions) {
    TlsCase tls(version);
    std::string all;
    tls.c.when_input = [&](std::string_view bytes) {
      all += bytes;
      return bytes.size();
    };
    std::string expected;
    for (int i = 0; i < 40; ++i) {
      const std::string block(16'000, static_cast<char>('a' + i % 26));
      tls.send(block);
      expected += block;
    }
    CHECK_TRUE(all == expected);
  }
}

TEST(tls_connection, CloseNotifyAndFinAreTheEnd) {
  for (const int version : kVersions) {
    TlsCase polite(version);
    std::string end = polite.pair.seal("last");
    end += polite.pair.close_notify();
    polite.wire.send(end);
    STRCMP_EQUAL("in(last) finished", polite.c.take().c_str());
    TlsCase rude(version);
    rude.wire.shut_down();
    rude.wire.turn();
    STRCMP_EQUAL("finished", rude.c.take().c_str());
  }
}

TEST(tls_connection, ADamagedRecordBreaksIt) {
  for (const int version : kVersions) {
    TlsCase tls(version);
    tls.send("good");
    std::string sealed = tls.pair.seal("evil");
    sealed.back() = static_cast<char>(sealed.back() ^ 1);
    tls.wire.send(sealed);
    STRCMP_EQUAL("in(good) broken", tls.c.take().c_str());
  }
}

TEST(tls_connection, PlainTextIsNoTls) {
  for (const int version : kVersions) {
    TlsCase tls(version);
    tls.wire.send("GET / HTTP/1.1\r\n\r\n");
    STRCMP_EQUAL("broken", tls.c.take().c_str());
  }
}

TEST(tls_connection, KeyUpdatesAreFollowed) {
  TlsCase tls(TLS1_3_VERSION);
  for (int i = 0; i < 5; ++i) {
    tls.wire.send(tls.pair.key_update(i % 2 == 0));
    tls.send("after");
    STRCMP_EQUAL("in(after)", tls.c.take().c_str());
    tls.c.write("", "answer");
    STRCMP_EQUAL("answer", tls.received().c_str());
  }
}

TEST(tls_connection, AFloodOfKeyUpdatesBreaksIt) {
  TlsCase tls(TLS1_3_VERSION);
  int sent = 0;
  for (; sent < 100 && tls.c.words.empty(); ++sent) tls.wire.send(tls.pair.key_update(false));
  STRCMP_EQUAL("broken", tls.c.take().c_str());
  CHECK_EQUAL(33, sent);
}

TEST(tls_connection, SlowKeyUpdatesAreNoFlood) {
  TlsCase tls(TLS1_3_VERSION);
  for (int i = 0; i < 100; ++i) {
    tls.wire.send(tls.pair.key_update(false));
    tls.wire.clock.ms += 1000;
    tls.wire.turn();
  }
  tls.send("fine");
  STRCMP_EQUAL("in(fine)", tls.c.take().c_str());
}

TEST(tls_connection, ManyKeyUpdatesInOneReadBreakItToo) {
  TlsCase tls(TLS1_3_VERSION);
  std::string flood;
  for (int i = 0; i < 200; ++i) flood += tls.pair.key_update(true);
  tls.wire.send(flood);
  STRCMP_EQUAL("broken", tls.c.take().c_str());
}

TEST(tls_connection, APeerThatDoesNotReadAndAsksForKeysDoesNotSpin) {
  TlsCase tls(TLS1_3_VERSION);
  tls.wire.shrink();
  while (tls.c.waiting_bytes() < 100'000) {
    tls.c.write("", std::string(10'000, 'x'));
    tls.c.try_flush();
  }
  const size_t before = tls.c.waiting_bytes();
  tls.wire.send(tls.pair.key_update(true));
  CHECK_TRUE(tls.c.waiting_bytes() < before + 1000);
  tls.send("still heard");
  STRCMP_EQUAL("in(still heard)", tls.c.take().c_str());
}
