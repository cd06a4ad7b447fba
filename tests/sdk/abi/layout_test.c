/* ABI 1 has the layout of layout_v1.h, as a C compiler sees it. */
#include <stddef.h>
#include <wsp/extensions.h>
#include <wsp/plugin.h>

#define CHECK_THAT(name, condition) typedef char name[(condition) ? 1 : -1]

#define STRUCT(type, size, first_size) CHECK_THAT(type##_has_its_size, sizeof(type) == (size));
#define MEMBER(type, member, offset, size, minor)                                   \
  CHECK_THAT(type##_##member##_has_its_offset, offsetof(type, member) == (offset)); \
  CHECK_THAT(type##_##member##_has_its_size, sizeof(((type*)0)->member) == (size));
#include "layout_v1.h"
