// What was answered to whom submitted under a key, so that a second attempt is none.
#pragma once

#include "channel/bus.h"
#include "channel/lmdb_writing.h"

namespace ws::channel::lmdb {

// So long a receipt is kept, unless there are too many: then the oldest go.
inline constexpr uint64_t kReceiptMs = 10 * 60 * 1000;

// False: nobody has submitted under this key lately. Else the receipt of whoever did, or `conflict`
// when that was something else.
[[nodiscard]] bool find_receipt(Writing& writing, const Submission& submission, Receipt& receipt);

void keep_receipt(Writing& writing, const Submission& submission, const Receipt& receipt);

}  // namespace ws::channel::lmdb
