// Whether a file is an LMDB state that can be read without harm.
#pragma once

#include <string>

namespace ws::channel::lmdb {

// [main] While nobody writes it. LMDB believes what it reads: a wrong page number is a signal that
// ends the process. So every page that the newest transaction can reach is looked at before, with
// read(). The text says what is wrong; empty: nothing, or there is no file.
[[nodiscard]] std::string find_damage(const std::string& path);

}  // namespace ws::channel::lmdb
