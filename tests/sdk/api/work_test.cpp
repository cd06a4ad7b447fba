// wsp::Work: the job, what follows it, and that nothing follows the session's end.
#include <memory>

#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(Work) {
  Stage stage;
  std::shared_ptr<int> token = std::make_shared<int>(0);  // counts what still holds a capture

  FakeClient& client_with(std::function<void(RoomSession&, Room&)> start) {
    stage.script.message = [start](RoomSession& s, Room& room, auto) { start(s, room); };
    CHECK(stage.host.create());
    FakeClient& client = stage.host.connect();
    client.send("go");
    return client;
  }
};

TEST(Work, HandsItsResultOn) {
  FakeClient& client = client_with([](auto& s, auto& room) {
    const auto status = room.work.run(
        s.peer(), [] { return std::make_unique<std::string>("done"); },
        [&s](std::unique_ptr<std::string> result) { s.peer().send(*result); });
    CHECK(status == wsp::Status::ok);
  });
  CHECK_EQUAL(1U, stage.host.waiting_work());
  CHECK(client.received().empty());
  CHECK_EQUAL(1U, stage.host.run_work());
  STRCMP_EQUAL("done", client.take().c_str());
}

TEST(Work, OfNoResult) {
  FakeClient& client = client_with([](auto& s, auto& room) {
    (void)room.work.run(
        s.peer(), [] {}, [&s] { s.peer().send("done"); });
  });
  stage.host.run_work();
  STRCMP_EQUAL("done", client.take().c_str());
}

TEST(Work, OfAGoneSessionRunsButNothingFollows) {
  bool ran = false;
  FakeClient& client = client_with([&](auto& s, auto& room) {
    (void)room.work.run(
        s.peer(), [&ran, t = token] { ran = true; },
        [t = token] { FAIL("the session has ended"); });
  });
  client.vanish();
  CHECK_EQUAL(3, token.use_count());
  stage.host.run_work();
  CHECK(ran);
  CHECK_EQUAL(1, token.use_count());
}

TEST(Work, ThatNeverRanIsFreed) {
  client_with([&](auto& s, auto& room) {
    (void)room.work.run(
        s.peer(), [t = token] { FAIL("the process stops"); },
        [t = token] { FAIL("the process stops"); });
  });
  stage.host.destroy();
  CHECK_EQUAL(1, token.use_count());
}

TEST(Work, IsRefusedWhenTooMuchWaits) {
  stage.host.work_limit = 1;
  client_with([&](auto& s, auto& room) {
    CHECK(room.work.run(
              s.peer(), [] {}, [] {}) == wsp::Status::ok);
    CHECK(room.work.run(
              s.peer(), [t = token] {}, [] {}) == wsp::Status::full);
  });
  CHECK_EQUAL(1, token.use_count());
}

TEST(Work, OfThePluginNeedsNoSession) {
  int result = 0;
  stage.script.create = [&](Room& room) {
    CHECK(room.work.run([] { return 42; }, [&](int n) { result = n; }) == wsp::Status::ok);
  };
  CHECK(stage.host.create());
  stage.host.run_work();
  CHECK_EQUAL(42, result);
}

TEST(Work, IsUnsupportedWithoutTheExtension) {
  stage.host.remove_extension(WSP_WORK_1);
  client_with([&](auto& s, auto& room) {
    CHECK(!room.work);
    CHECK(room.work.run(
              s.peer(), [] {}, [] {}) == wsp::Status::unsupported);
  });
}
