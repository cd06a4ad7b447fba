// WSP_NO_COMPRESS: what a plugin marks is never compressed, in whatever way it reaches a client.
#include <string>

#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin::test;

namespace {

constexpr wsp_opcode kSecretText = WSP_TEXT | WSP_NO_COMPRESS;
const std::string kLong(300, 's');
const std::string kPlain = "text(" + kLong + ")";
const std::string kCompressed = "z(" + kLong + ")";

struct Sender {
  const wsp_host* host;
  wsp_session id;
};

void send_all(void* arg, wsp_status, const wsp_history_reply* reply) {
  const auto& [host, id] = *static_cast<const Sender*>(arg);
  for (uint32_t i = 0; i < reply->message_count; ++i)
    host->send(host, id, WSP_TEXT, reply->messages[i]->payload);
}

}  // namespace

TEST_GROUP(no_compress) {
  Script script;
  Stage stage{delivering_plugin(script)};
  Stage::Seat* seat = nullptr;

  void setup() override {
    stage.limits.deflate.emplace();
    stage.deflate = {15, 15, false, false};
    seat = &stage.connect();
    stage.on_loop(*seat, [&] { script.host->subscribe(script.host, seat->id, bytes("room")); });
  }
  void publish(wsp_opcode opcode) {
    CHECK_EQUAL(WSP_OK, script.host->publish(script.host, bytes("room"), opcode, bytes(kLong), 0));
    stage.turn();
  }
  void check(const std::string& expected) {
    STRCMP_EQUAL(expected.c_str(), seat->peer.frames().c_str());
  }
};

TEST(no_compress, IsSent) {
  stage.on_loop(*seat, [&] {
    script.host->send(script.host, seat->id, kSecretText, bytes(kLong));
    script.host->send(script.host, seat->id, WSP_TEXT, bytes(kLong));
  });
  check(kPlain + " " + kCompressed);
}

TEST(no_compress, IsPublished) {
  script.when_delivered = [](wsp_delivery*) { return WSP_OK; };
  publish(kSecretText);
  publish(WSP_TEXT);
  check(kPlain + " " + kCompressed);
}

TEST(no_compress, HoldsForWhatOnDeliverMakesOfIt) {
  script.when_delivered = [&](wsp_delivery* delivery) {
    CHECK_EQUAL(WSP_TEXT, delivery->opcode);
    CHECK_EQUAL(1, delivery->no_compress);
    script.host->send(script.host, seat->id, WSP_TEXT, bytes(kLong));
    return delivery->replace(delivery, WSP_TEXT, bytes(kLong + "!"));
  };
  publish(kSecretText);
  check(kPlain + " text(" + kLong + "!)");
  script.when_delivered = [](wsp_delivery* delivery) {
    CHECK_EQUAL(0, delivery->no_compress);
    return delivery->replace(delivery, kSecretText, bytes(kLong));
  };
  publish(WSP_TEXT);
  check(kPlain);
}

TEST(no_compress, HoldsForReplays) {
  const auto& history = script.extension<wsp_history_1>(WSP_HISTORY_1);
  Sender sender{script.host, seat->id};
  const auto read = [&] {
    stage.on_loop(*seat, [&] {
      const wsp_history_query query{sizeof query, 0, nullptr};
      CHECK_EQUAL(WSP_OK,
                  history.read(script.host, seat->id, bytes("kept"), &query, send_all, &sender));
    });
  };
  const wsp_publish_options keep{sizeof keep, 10, 0, 0};
  history.publish(script.host, bytes("kept"), WSP_TEXT, bytes(kLong), &keep);
  read();
  check(kCompressed);
  history.publish(script.host, bytes("kept"), kSecretText, bytes(kLong), &keep);
  read();
  check(kPlain + " " + kPlain);
  stage.on_loop(*seat, [&] { script.host->send(script.host, seat->id, WSP_TEXT, bytes(kLong)); });
  check(kCompressed);
}
