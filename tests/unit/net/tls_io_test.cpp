// TLS records to and from memory, without a connection around it.
#include "net/tls_io.h"

#include <memory>
#include <string>

#include "tls_wire.h"

#include <CppUTest/TestHarness.h>

using namespace ws::net;
using namespace ws::net::test;

TEST_GROUP(tls_io){};

TEST(tls_io, DecryptsWhatHttpdHadRead) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsPair pair(version);
    TlsIo io;
    const SslPtr ssl = pair.server();
    io.attach(ssl.get());
    auto buffer = std::make_unique<char[]>(TlsIo::kInputSize);
    std::string sealed = pair.seal("one");
    sealed += pair.seal("two");
    const auto result = io.decrypt(ssl.get(), sealed, {buffer.get(), TlsIo::kInputSize});
    CHECK_TRUE(result.outcome == TlsIo::Outcome::ok);
    CHECK_TRUE(std::string_view(buffer.get(), result.size) == "onetwo");
    CHECK_TRUE(io.seal(ssl.get(), "answer"));
    STRCMP_EQUAL("answer", pair.open(io.pending()).c_str());
    io.clear_pending();
    CHECK_TRUE(io.pending().empty());
  }
}

TEST(tls_io, ServesManySessionsWithOneBuffer) {
  TlsPair first(TLS1_3_VERSION);
  TlsPair second(TLS1_2_VERSION);
  TlsIo io;
  const SslPtr a = first.server();
  const SslPtr b = second.server();
  io.attach(a.get());
  io.attach(b.get());
  for (int i = 0; i < 10; ++i) {
    CHECK_TRUE(io.seal(a.get(), "for a"));
    STRCMP_EQUAL("for a", first.open(io.pending()).c_str());
    io.clear_pending();
    CHECK_TRUE(io.seal(b.get(), "for b"));
    STRCMP_EQUAL("for b", second.open(io.pending()).c_str());
    io.clear_pending();
  }
}

TEST(tls_io, RecordsCutAnywhereComeOutWhole) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsPair pair(version);
    TlsIo io;
    const SslPtr ssl = pair.server();
    io.attach(ssl.get());
    auto buffer = std::make_unique<char[]>(TlsIo::kInputSize);
    std::string sealed = pair.seal("hello");
    sealed += pair.seal(std::string(300, 'x'));
    std::string all;
    for (const char byte : sealed) {
      const auto result = io.decrypt(ssl.get(), {&byte, 1}, {buffer.get(), TlsIo::kInputSize});
      CHECK_TRUE(result.outcome == TlsIo::Outcome::ok);
      all.append(buffer.get(), result.size);
    }
    CHECK_TRUE(all == "hello" + std::string(300, 'x'));
  }
}
