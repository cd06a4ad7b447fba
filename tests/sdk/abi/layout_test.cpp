// ABI 1 has the layout of layout_v1.h, as a C++ compiler sees it; and the table leaves nothing out.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <wsp/extensions.h>
#include <wsp/plugin.h>

#include <CppUTest/TestHarness.h>

namespace {

struct Row {
  std::string_view type;
  size_t size;        // of the member; of the struct in its first row
  size_t offset = 0;  // of the member
  size_t first_size = 0;
  uint32_t minor = 0;
  bool is_struct = false;
};

#define STRUCT(type, size, first_size)               \
  static_assert(sizeof(type) == (size), #type);      \
  static_assert(std::is_standard_layout_v<type>);    \
  static_assert(std::is_trivially_copyable_v<type>); \
  static_assert(alignof(type) <= 8);
#define MEMBER(type, member, offset, size, minor)                       \
  static_assert(offsetof(type, member) == (offset), #type "." #member); \
  static_assert(sizeof(static_cast<type*>(nullptr)->member) == (size), #type "." #member);
#include "layout_v1.h"
#undef STRUCT
#undef MEMBER

constexpr Row kRows[] = {
#define STRUCT(type, size, first_size) {#type, size, 0, first_size, 0, true},
#define MEMBER(type, member, offset, size, minor) {#type, size, offset, 0, minor, false},
#include "layout_v1.h"
#undef STRUCT
#undef MEMBER
};

// Each member begins where the one before ends, but for alignment; the last reaches the end.
constexpr bool leaves_nothing_out() {
  size_t end = 0, size = 0;
  for (const Row& row : kRows) {
    if (row.is_struct) {
      if (size - end >= 8) return false;
      end = 0;
      size = row.size;
    } else {
      if (row.offset < end || row.offset - end >= 8) return false;
      end = row.offset + row.size;
    }
  }
  return size - end < 8;
}
static_assert(leaves_nothing_out());

// What a later minor brought lies behind all that minor 0 had, its padding too.
constexpr bool only_appends() {
  size_t first_size = 0;
  uint32_t minor = 0;
  for (const Row& row : kRows) {
    if (row.is_struct) {
      first_size = row.first_size;
      minor = 0;
      continue;
    }
    if (row.minor < minor || (row.minor > 0 && row.offset < first_size)) return false;
    minor = row.minor;
  }
  return true;
}
static_assert(only_appends());

}  // namespace

TEST_GROUP(Layout){};

// The numbers of each minor, written down once more where the table can't be changed along with
// them.
TEST(Layout, EachMinorIsWhatWasReleased) {
  struct Minor {
    size_t structs = 0, members = 0, offsets = 0;
  } minors[WSP_ABI_MINOR + 1];
  bool is_old_struct = false;
  for (const Row& row : kRows) {
    if (row.is_struct) {
      is_old_struct = row.first_size != 0;
      minors[0].structs += is_old_struct ? 1 : 0;
      continue;
    }
    Minor& minor = minors[row.minor];
    minor.structs += !is_old_struct && row.offset == 0 ? 1 : 0;
    ++minor.members;
    minor.offsets = minor.offsets * 31 + row.offset;
  }
  CHECK_EQUAL(21U, minors[0].structs);
  CHECK_EQUAL(110U, minors[0].members);
  CHECK_EQUAL(1713684693413609676U, minors[0].offsets);
  CHECK_EQUAL(2U, minors[1].structs);
  CHECK_EQUAL(8U, minors[1].members);
  CHECK_EQUAL(915911663880U, minors[1].offsets);
  CHECK_EQUAL(1U, minors[2].structs);
  CHECK_EQUAL(7U, minors[2].members);
  CHECK_EQUAL(132543742128U, minors[2].offsets);
  CHECK_EQUAL(0U, minors[3].structs);
  CHECK_EQUAL(3U, minors[3].members);
  CHECK_EQUAL(86088U, minors[3].offsets);
}

TEST(Layout, ConstantsKeepTheirValues) {
  static_assert(WSP_OK == 0 && WSP_E_GONE == -1 && WSP_E_FULL == -2 && WSP_E_INVALID == -3 &&
                WSP_E_UNSUPPORTED == -4 && WSP_E_FAILED == -5 && WSP_E_DENIED == -6);
  static_assert(WSP_TEXT == 1 && WSP_BINARY == 2 && WSP_NO_COMPRESS == 0x100);
  static_assert(WSP_LOG_ERROR == 1 && WSP_LOG_WARNING == 2 && WSP_LOG_INFO == 3 &&
                WSP_LOG_DEBUG == 4);
  static_assert(WSP_ACCEPT_TEXT == 1 && WSP_ACCEPT_BINARY == 2);
  STRCMP_EQUAL("wsp.timer/1", WSP_TIMER_1);
  STRCMP_EQUAL("wsp.work/1", WSP_WORK_1);
  STRCMP_EQUAL("wsp.history/1", WSP_HISTORY_1);
  STRCMP_EQUAL("wsp.presence/1", WSP_PRESENCE_1);
  STRCMP_EQUAL("wsp.prefix/1", WSP_PREFIX_1);
  STRCMP_EQUAL("wsp.users/1", WSP_USERS_1);
  STRCMP_EQUAL("wsp.identity/1", WSP_IDENTITY_1);
}
