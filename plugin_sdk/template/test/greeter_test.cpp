// Tests the plugin without a server. Any test framework does; here it is a macro.
#include <cstdio>

#include <wsp/testing/fake_host.hpp>

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::fprintf(stderr, "%s:%d: not %s\n", __FILE__, __LINE__, #condition); \
      return 1;                                                                \
    }                                                                          \
  } while (false)

int main() {
  {
    wsp::testing::FakeHost host(wsp_plugin_v1);
    CHECK(host.create());
    auto& client = host.connect();
    client.send("ann");
    CHECK(client.take() == "Hello, ann");
    client.send_binary("ann");
    CHECK(client.close_code() == 1003);
  }
  {
    wsp::testing::FakeHost host(wsp_plugin_v1);
    CHECK(host.create({{"greeting", "Moin"}}));
    auto& client = host.connect();
    client.send("ann");
    CHECK(client.take() == "Moin, ann");
    CHECK(!host.check({{"greeting", std::string(101, 'x')}}).empty());
  }
  return 0;
}
