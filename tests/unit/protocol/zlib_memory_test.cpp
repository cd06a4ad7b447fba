// zlib finds no memory (the linker puts these functions before zlib's, see CMakeLists.txt).
#include <zlib.h>

#include <array>
#include <new>
#include <string>

#include "protocol/deflater_pool.h"
#include "protocol/inflater.h"
#include "support/deflate_bits.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

namespace {

bool no_memory = false;

std::string inflated(Inflater& inflater, std::string_view payload) {
  inflater.begin_message();
  std::array<char, 100> output;
  const Inflater::Step step = inflater.inflate(payload, true, output);
  return step.error == ProtocolError::none ? std::string(output.data(), step.size) : "wrong";
}

}  // namespace

extern "C" {
int __real_inflate(z_streamp, int);
int __real_inflateInit2_(z_streamp, int, const char*, int);
int __real_deflateInit2_(z_streamp, int, int, int, int, int, const char*, int);

int __wrap_inflate(z_streamp stream, int flush) {
  return no_memory ? Z_MEM_ERROR : __real_inflate(stream, flush);
}

int __wrap_inflateInit2_(z_streamp stream, int bits, const char* version, int size) {
  return no_memory ? Z_MEM_ERROR : __real_inflateInit2_(stream, bits, version, size);
}

int __wrap_deflateInit2_(z_streamp stream, int level, int method, int bits, int memory,
                         int strategy, const char* version, int size) {
  if (no_memory) return Z_MEM_ERROR;
  return __real_deflateInit2_(stream, level, method, bits, memory, strategy, version, size);
}
}

TEST_GROUP(zlib_memory){void teardown() override{no_memory = false;
}
}
;

TEST(zlib_memory, InflaterThrowsAndServesLater) {
  const std::string payload = deflated("abc");
  Inflater inflater(15, false);
  no_memory = true;
  CHECK_THROWS(std::bad_alloc, inflater.begin_message());
  LONGS_EQUAL(0, inflater.memory());
  no_memory = false;
  CHECK(inflated(inflater, deflated("abc")) == "abc");
  inflater.begin_message();
  no_memory = true;
  std::array<char, 10> output;
  std::string_view input = payload;
  CHECK_THROWS(std::bad_alloc, static_cast<void>(inflater.inflate(input, true, output)));
  LONGS_EQUAL(0, inflater.memory());
  no_memory = false;
  CHECK(inflated(inflater, deflated("abc")) == "abc");
}

TEST(zlib_memory, AParkedInflaterKeepsItsBytes) {
  ClientDeflate client;
  Inflater inflater(15, true);
  CHECK(inflated(inflater, client.message("Hello")) == "Hello");
  inflater.park();
  const std::string again = client.message("Hello");
  no_memory = true;
  CHECK_THROWS(std::bad_alloc, inflater.begin_message());
  LONGS_EQUAL(5, inflater.memory());
  no_memory = false;
  CHECK(inflated(inflater, again) == "Hello");
}

TEST(zlib_memory, DeflatersThrowAndServeLater) {
  DeflaterPool pool;
  std::string out;
  no_memory = true;
  CHECK_THROWS(std::bad_alloc, Deflater(15, 3));
  CHECK_THROWS(std::bad_alloc, pool.compress("Hello", 9, 3, out));
  no_memory = false;
  pool.compress("Hello", 9, 3, out);
  LONGS_EQUAL(7, out.size());
}
