// What is asked of a publish Location.
#include "ctl/request.h"

#include <string>

#include "ctl/http_door.h"

#include <CppUTest/TestHarness.h>

using namespace ws::ctl;

namespace {

std::string text_of(const Request& request) {
  return std::string(request.method) + ' ' + request.path + '?' + request.query + ' ' +
         request.body;
}

void check(const char* expected, const Request& request) {
  STRCMP_EQUAL(expected, text_of(request).c_str());
}

}  // namespace

TEST_GROUP(request) { Arguments arguments; };

TEST(request, Publishes) {
  arguments.command = Command::publish;
  arguments.channels = {"a/b", "gr\xC3\xBC\xC3\x9F&"};
  arguments.users = {"Ann Lee"};
  arguments.history = 5;
  arguments.age = "15m";
  check("POST ?channel=a%2Fb&channel=gr%C3%BC%C3%9F%26&user=Ann%20Lee&history=5&age=15m hi",
        make_request(arguments, "hi"));
}

TEST(request, PublishesASecret) {
  arguments.command = Command::publish;
  arguments.channels = {"a"};
  arguments.no_compress = true;
  check("POST ?channel=a&compress=no hi", make_request(arguments, "hi"));
}

TEST(request, AsksAndForgets) {
  arguments.channels = {"a"};
  arguments.command = Command::show;
  check("GET ?channel=a ", make_request(arguments));
  arguments.command = Command::forget;
  check("DELETE ?channel=a ", make_request(arguments));
}

TEST(request, ListsPages) {
  arguments.command = Command::channels;
  check("GET ?limit=1000 ", make_request(arguments));
  arguments.prefix = "a.";
  check("GET ?prefix=a.&after=a.z&limit=1000 ", make_request(arguments, {}, "a.z"));
}

TEST(request, KicksAsItIsTold) {
  arguments.command = Command::kick;
  arguments.users = {"a/b"};
  check("POST users/disconnect?user=a%2Fb {}", make_request(arguments));
  arguments.code = 4000;
  arguments.reason = "so \"long\"";
  check("POST users/disconnect?user=a%2Fb {\"code\":4000,\"reason\":\"so \\\"long\\\"\"}",
        make_request(arguments));
}

TEST(request, FirstKeyOfAFileIsUsed) {
  STRCMP_EQUAL("abc", first_key("# a comment\n\n  abc \r\ndef\n").c_str());
  STRCMP_EQUAL("abc", first_key("abc").c_str());
  STRCMP_EQUAL("", first_key("# nothing\n \n").c_str());
}
