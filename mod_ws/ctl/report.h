// What was answered, for people or for programs.
#pragma once

#include <string>
#include <string_view>

#include "ctl/arguments.h"

namespace ws::ctl {

// answers: those of one command; several: the pages of a list. In JSON one object a line. False:
// one is not what a publish Location answers.
[[nodiscard]] bool report(const Arguments& arguments, const std::vector<std::string>& answers,
                          std::string& out);

// Where the list of channels goes on; empty: that was all.
[[nodiscard]] std::string next_of(const std::string& answer);

}  // namespace ws::ctl
