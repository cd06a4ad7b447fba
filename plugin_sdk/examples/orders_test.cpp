// Tests orders.cpp without a server: see wsp/testing/fake_host.hpp. Any test framework does; here
// it is a macro.
#include <cstdio>
#include <string>
#include <vector>

#include <wsp/testing/fake_host.hpp>

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::fprintf(stderr, "%s:%d: not %s\n", __FILE__, __LINE__, #condition); \
      return 1;                                                                \
    }                                                                          \
  } while (false)

namespace {

using Lines = std::vector<std::string>;

int comes_back_where_it_was() {
  wsp::testing::FakeHost host(wsp_plugin_v1);
  CHECK(host.create());
  auto& staff = host.connect({.user = "staff"});
  auto& ann = host.connect({.query = "order=eu.17", .user = "ann"});
  CHECK((ann.take_all() == Lines{"newest 7:0", "watching 1"}));
  staff.send("set eu.17 paid");
  staff.send("set us.1 paid");
  CHECK((ann.take_all() == Lines{"update eu.17 7:1 paid"}));
  ann.vanish();
  staff.send("set eu.17 packed");
  auto& again = host.connect({.query = "order=eu.17&epoch=7&offset=1", .user = "ann"});
  CHECK((again.take_all() == Lines{"update eu.17 7:2 packed", "complete 7:2", "watching 1"}));
  auto& late = host.connect({.query = "order=eu.17&epoch=6&offset=1", .user = "ann"});
  CHECK(
      (late.take_all() == Lines{"update eu.17 7:1 paid", "update eu.17 7:2 packed", "newest 7:2"}));
  CHECK(staff.received().empty());
  return 0;
}

int hears_a_region() {
  wsp::testing::FakeHost host(wsp_plugin_v1);
  CHECK(host.create({{"staff", "boss"}}));
  auto& boss = host.connect({.query = "region=eu.", .user = "boss"});
  boss.send("set eu.1 paid");
  boss.send("set us.1 paid");
  boss.send("set eu.de.2 paid");
  CHECK((boss.take_all() == Lines{"update eu.1 7:1 paid", "update eu.de.2 7:1 paid"}));
  CHECK(host.connect({.query = "region=eu", .user = "ann"}).close_code() == 1008);
  CHECK(host.take_complaints().size() == 1);  // the host noticed, too
  return 0;
}

int counts_users() {
  wsp::testing::FakeHost host(wsp_plugin_v1);
  CHECK(host.create());
  auto& ann = host.connect({.query = "order=1", .user = "ann"});
  ann.take_all();
  auto& bob = host.connect({.query = "order=1", .user = "bob"});
  auto& other_page = host.connect({.query = "order=1", .user = "bob"});
  CHECK((ann.take_all() == Lines{"watching 2"}));
  bob.close();
  CHECK(ann.received().empty());
  other_page.close();
  CHECK((ann.take_all() == Lines{"watching 1"}));
  return 0;
}

// The process falls behind: the client is told, comes back, and has it all.
int tells_of_a_gap() {
  wsp::testing::FakeHost host(wsp_plugin_v1);
  CHECK(host.create());
  const wsp_publish_options keep = {sizeof keep, 100, 0, 0};
  auto& ann = host.connect({.query = "order=eu.17", .user = "ann"});
  auto& region = host.connect({.query = "region=eu.", .user = "bob"});
  host.publish_elsewhere("orders.eu.17", "paid", WSP_TEXT, &keep);
  ann.take_all();
  region.take_all();
  host.lose("orders.eu.17", {"packed", "sent"}, &keep);
  CHECK((ann.take_all() == Lines{"gap eu.17"}));
  CHECK((region.take_all() == Lines{"gap eu."}));
  auto& again = host.connect({.query = "order=eu.17&epoch=7&offset=1", .user = "ann"});
  CHECK((again.take_all() ==
         Lines{"update eu.17 7:2 packed", "update eu.17 7:3 sent", "complete 7:3"}));
  return 0;
}

int reaches_a_user() {
  wsp::testing::FakeHost host(wsp_plugin_v1);
  CHECK(host.create());
  CHECK(host.connect().handshake().status == 403);
  auto& staff = host.connect({.user = "staff"});
  auto& ann = host.connect({.user = "ann"});
  auto& other_page = host.connect({.user = "ann"});
  staff.send("note ann Thank you!");
  CHECK((ann.take_all() == Lines{"note Thank you!"}));
  CHECK((other_page.take_all() == Lines{"note Thank you!"}));
  ann.send("note staff Hi");
  CHECK((ann.take_all() == Lines{"error"}));
  staff.send("out ann");
  CHECK(ann.close_code() == 4001);
  CHECK(other_page.close_code() == 4001);
  CHECK(staff.is_open());
  return 0;
}

}  // namespace

int main() {
  return comes_back_where_it_was() + hears_a_region() + counts_users() + tells_of_a_gap() +
         reaches_a_user();
}
