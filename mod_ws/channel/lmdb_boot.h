// Which start of the machine this is.
#pragma once

#include <array>

namespace ws::channel::lmdb {

// Text that ends with a NUL; empty without /proc.
using Boot = std::array<char, 40>;

[[nodiscard]] const Boot& this_boot() noexcept;

}  // namespace ws::channel::lmdb
