// For cppcheck, which reads no headers of libraries: macros of theirs that look like no C++.
#pragma once
#define cJSON_ArrayForEach(item, array) \
  for (item = (array) != nullptr ? (array)->child : nullptr; item != nullptr; item = item->next)
#define APR_DECLARE_EXTERNAL_HOOK(...)
