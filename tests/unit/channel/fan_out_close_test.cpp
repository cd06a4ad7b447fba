// An order to close reaches all subscribers of its channel, and nobody else.
#include <string>

#include "channel/close_order.h"
#include "channel/fan_out.h"
#include "hall.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::test;

TEST_GROUP(fan_out_close) {
  Hall hall;

  void order(std::string_view channel, std::string_view payload) {
    CHECK_TRUE(hall.bus->control(channel, payload) == BusStatus::ok);
    hall.turn();
  }
};

TEST(fan_out_close, ClosesWhoeverIsSubscribed) {
  Guest& ann = hall.guest();
  TestShaper another("B");
  Guest& bob = hall.guest(another);
  Guest& eve = hall.guest();
  ann.subscribe("room");
  bob.subscribe("room");
  eve.subscribe("other");
  hall.turn();
  order("room", encode_close(4001, "the end"));
  STRCMP_EQUAL("close(4001,the end)", ann.got().c_str());
  STRCMP_EQUAL("close(4001,the end)", bob.got().c_str());
  hall.publish("other", "on it goes");
  hall.turn();
  STRCMP_EQUAL("text(on it goes)", eve.got().c_str());
}

TEST(fan_out_close, WhatWasDeliveredBeforeIsNotLost) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  hall.turn();
  hall.publish("room", "the last word");
  hall.turn();
  order("room", encode_close(1000, ""));
  STRCMP_EQUAL("text(the last word) close(1000,)", ann.got().c_str());
}

TEST(fan_out_close, OneWhoIsThereTwiceIsClosedOnce) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  ann.subscribe("other");
  hall.turn();
  CHECK_TRUE(hall.bus->control("room", encode_close(4001, "")) == BusStatus::ok);
  order("other", encode_close(4002, ""));
  STRCMP_EQUAL("close(4001,)", ann.got().c_str());
}

TEST(fan_out_close, WithoutSubscribersNothingHappens) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  ann.unsubscribe("room");
  order("room", encode_close(4001, ""));
  order("nobody was ever here", encode_close(4001, ""));
  STRCMP_EQUAL("", ann.got().c_str());
}

TEST(fan_out_close, AnOrderWithoutACodeIsPassedOver) {
  Guest& ann = hall.guest();
  ann.subscribe("room");
  hall.turn();
  order("room", "\x0F");
  hall.publish("room", "still here");
  hall.turn();
  STRCMP_EQUAL("text(still here)", ann.got().c_str());
}
