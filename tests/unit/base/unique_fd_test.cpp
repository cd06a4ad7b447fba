// A descriptor is closed exactly once, by its last owner.
#include "base/unique_fd.h"

#include <fcntl.h>

#include <CppUTest/TestHarness.h>

using ws::base::UniqueFd;

namespace {

int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

}  // namespace

TEST_GROUP(unique_fd){};

TEST(unique_fd, ClosesAtItsEnd) {
  int fd = -1;
  {
    const UniqueFd owner(open_null());
    fd = owner.get();
    CHECK_TRUE(static_cast<bool>(owner) && is_open(fd));
  }
  CHECK_FALSE(is_open(fd));
}

TEST(unique_fd, MovesItsOwnership) {
  UniqueFd first(open_null());
  const int fd = first.get();
  UniqueFd second(std::move(first));
  CHECK_FALSE(static_cast<bool>(first));
  CHECK_EQUAL(fd, second.get());
  UniqueFd third(open_null());
  const int other = third.get();
  third = std::move(second);
  CHECK_FALSE(is_open(other));
  CHECK_EQUAL(fd, third.get());
  UniqueFd& same = third;
  third = std::move(same);
  CHECK_TRUE(is_open(fd));
  third.reset();
  CHECK_FALSE(is_open(fd));
  third.reset();
  CHECK_EQUAL(-1, third.get());
}
