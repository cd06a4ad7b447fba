// What wsctl doctor reads: addresses of WebSockets, and what httpd prints of its configuration.
#include <string>

#include "ctl/doctor/inventory.h"
#include "ctl/doctor/knock.h"

#include <CppUTest/TestHarness.h>

using ws::ctl::Entrance;
using ws::ctl::read_inventory;

namespace {

void check(const char* expected, const std::string& actual) {
  STRCMP_EQUAL(expected, actual.c_str());
}

}  // namespace

TEST_GROUP(doctor){};

TEST(doctor, ReadsAddresses) {
  const auto plain = Entrance::parse("ws://example.org/ws/chat?x=1").value();
  CHECK_FALSE(plain.is_tls);
  CHECK_EQUAL(80, plain.port);
  check("example.org", plain.host);
  check("/ws/chat?x=1", plain.path);
  check("http://example.org", plain.origin());
  const auto tls = Entrance::parse("wss://[::1]:8443").value();
  CHECK_TRUE(tls.is_tls);
  CHECK_EQUAL(8443, tls.port);
  check("::1", tls.host);
  check("wss://[::1]:8443/", tls.url());
  check("https://[::1]:8443", tls.origin());
  check("https://a", Entrance::parse("https://a:443/").value().origin());
}

TEST(doctor, RefusesWhatIsNoAddress) {
  for (const char* const url :
       {"", "example.org", "ftp://a/", "ws://", "ws:///ws", "ws://a:0/", "ws://a:65536/",
        "ws://a:b/", "ws://a/ b", "ws://a/#b", "ws://a/\r\nX: y"})
    CHECK_FALSE(Entrance::parse(url).has_value());
}

TEST(doctor, ReadsWhatHttpdPrints) {
  const auto found = read_inventory(
      "a warning\nmod_websocket {\"mpm\":{\"name\":\"event\",\"warnings\":[{\"setting\":"
      "\"MaxSpareThreads\",\"value\":75,\"effect\":\"ends them\",\"better\":150}]},"
      "\"pid_file\":\"/run/a.pid\",\"user\":33,\"state\":{\"directory\":\"/s\",\"size\":5},"
      "\"locations\":[{\"path\":\"/ws\",\"plugin\":\"echo\",\"server\":\"a\",\"address\":\"::\","
      "\"port\":443,\"protocol\":\"https\"}]}\nSyntax OK\n");
  CHECK_TRUE(found.has_value());
  check("event", found->mpm);
  CHECK_EQUAL(1U, found->mpm_warnings.size());
  check("MaxSpareThreads", found->mpm_warnings[0].setting);
  CHECK_EQUAL(75, found->mpm_warnings[0].value);
  check("ends them", found->mpm_warnings[0].effect);
  CHECK_EQUAL(150, found->mpm_warnings[0].better);
  CHECK_EQUAL(33U, found->user);
  check("/s", found->state_directory);
  CHECK_FALSE(found->max_connections.has_value());
  CHECK_EQUAL(1U, found->places.size());
  CHECK_EQUAL(443, found->places[0].port);
}

TEST(doctor, SeesWhenTheModuleSaysNothing) {
  CHECK_FALSE(read_inventory("Syntax OK\n").has_value());
  CHECK_FALSE(read_inventory("mod_websocket {broken\n").has_value());
}
