// WSP_NO_COMPRESS: the fake host carries it wherever the message goes.
#include "fake_host/recorder.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;
using wsp::testing::Frame;

namespace {

constexpr wsp_opcode kSecretText = WSP_TEXT | WSP_NO_COMPRESS;

void send_all(void* arg, wsp_status, const wsp_history_reply* reply) {
  const auto& plugin = *static_cast<const Recorder*>(arg);
  for (uint32_t i = 0; i < reply->message_count; ++i)
    plugin.send(1001, view(reply->messages[i]->payload));
}

}  // namespace

TEST_GROUP(NoCompress) {
  Bench bench;
  Recorder& plugin = bench.plugin;
  FakeClient* ann = nullptr;

  void setup() override {
    CHECK(bench.host.create());
    ann = &bench.host.connect();
    plugin.subscribe(ann->id(), "a");
  }
  void check(const Frame& expected) {
    const Frame got = ann->take_frame();
    CHECK_EQUAL(expected.opcode, got.opcode);
    STRCMP_EQUAL(expected.payload.c_str(), got.payload.c_str());
    CHECK_EQUAL(expected.no_compress, got.no_compress);
  }
};

TEST(NoCompress, IsSentAndPublished) {
  plugin.send(ann->id(), "plain");
  CHECK_EQUAL(WSP_OK, plugin.host->send(plugin.host, ann->id(), kSecretText, bytes("secret")));
  CHECK_EQUAL(WSP_OK, plugin.host->publish(plugin.host, bytes("a"), WSP_BINARY | WSP_NO_COMPRESS,
                                           bytes("secret"), 0));
  bench.host.run_foreign();
  check({WSP_TEXT, "plain", false});
  check({WSP_TEXT, "secret", true});
  check({WSP_BINARY, "secret", true});
}

TEST(NoCompress, HoldsForWhatReplacesIt) {
  plugin.on_deliver = [](wsp_delivery* d) {
    CHECK_EQUAL(WSP_TEXT, d->opcode);
    CHECK_EQUAL(1, d->no_compress);
    return d->replace(d, WSP_TEXT, bytes("wrapped"));
  };
  plugin.host->publish(plugin.host, bytes("a"), kSecretText, bytes("secret"), 0);
  bench.host.run_foreign();
  check({WSP_TEXT, "wrapped", true});
}

TEST(NoCompress, HoldsForWhatAHistoryCallbackSends) {
  const auto* history = plugin.extension<wsp_history_1>(WSP_HISTORY_1);
  const wsp_publish_options keep = {sizeof keep, 10, 0, ann->id()};
  const wsp_history_query query = {sizeof query, 0, nullptr};
  history->publish(plugin.host, bytes("a"), WSP_TEXT, bytes("plain"), &keep);
  bench.host.run_foreign();
  history->read(plugin.host, ann->id(), bytes("a"), &query, send_all, &plugin);
  check({WSP_TEXT, "plain", false});
  history->publish(plugin.host, bytes("a"), kSecretText, bytes("secret"), &keep);
  bench.host.run_foreign();
  history->read(plugin.host, ann->id(), bytes("a"), &query, send_all, &plugin);
  check({WSP_TEXT, "plain", true});
  check({WSP_TEXT, "secret", true});
  plugin.send(ann->id(), "plain");
  check({WSP_TEXT, "plain", false});
}

TEST(NoCompress, AnOlderHostDoesNotSeeTheFlag) {
  wsp_host old = {};
  old.abi_minor = 2;
  CHECK_EQUAL(WSP_TEXT, wsp::detail::opcode_for(old, wsp::no_compress()));
  old.abi_minor = 3;
  CHECK_EQUAL(kSecretText, wsp::detail::opcode_for(old, wsp::no_compress()));
  CHECK_EQUAL(WSP_BINARY | WSP_NO_COMPRESS,
              wsp::detail::opcode_for(old, wsp::no_compress(wsp::Opcode::binary)));
  // Nor does an older table have the field.
  wsp_delivery delivery = {};
  delivery.struct_size = offsetof(wsp_delivery, no_compress);
  delivery.no_compress = 1;
  CHECK_FALSE(wsp::Delivery(delivery).is_not_compressed());
  delivery.struct_size = sizeof delivery;
  CHECK_TRUE(wsp::Delivery(delivery).is_not_compressed());
}
