// The directives about rates and slow clients: parsing and checking of their arguments.
#include "httpd/rate_directives.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "httpd/configuration.h"
#include "httpd/number_text.h"

namespace ws::httpd {

namespace {

struct RateForm {
  int64_t least;
  int64_t most;
  bool is_bytes;  // K, M and G may follow, and over= too
};

constexpr RateForm kCounts{1, session::kMaxRate, false};
constexpr RateForm kBytes{1024, int64_t{1} << 30, true};

// "" or what is wrong.
using Fault = std::string;

std::optional<int64_t> read_number(std::string_view text, const RateForm& form) {
  return number_from(text, form.least, form.most, form.is_bytes);
}

Fault no_number(std::string_view text, const RateForm& form) {
  return "\"" + std::string(text) + "\" is not a number from " + std::to_string(form.least) +
         " to " + std::to_string(form.most) + (form.is_bytes ? " (K, M and G may follow)" : "");
}

Fault read_word(std::string_view word, const RateForm& form, RateLine& line, bool& has_over) {
  const size_t mark = word.find('=');
  const std::string_view key = word.substr(0, mark);
  const std::string_view value = mark == word.npos ? "" : word.substr(mark + 1);
  if (key == "burst" && mark != word.npos) {
    if (line.burst != kUnset) return "\"burst=\" stands twice";
    const auto burst = read_number(value, form);
    if (!burst) return "burst=: " + no_number(value, form);
    line.burst = *burst;
    return {};
  }
  if (form.is_bytes && key == "over" && mark != word.npos) {
    if (std::exchange(has_over, true)) return "\"over=\" stands twice";
    line.closes = value == "close";
    return line.closes || value == "pause" ? Fault() : "over= is \"pause\" or \"close\"";
  }
  return "\"" + std::string(word) + "\" is " +
         (form.is_bytes ? "neither burst= nor over=" : "not burst=");
}

Fault read_rate(int argc, char* const argv[], const RateForm& form, RateLine& line) {
  if (argc == 0) return "a number comes first, or \"off\"";
  if (apr_strnatcasecmp(argv[0], "off") == 0) {
    if (argc > 1) return "nothing follows \"off\"";
    line = {0, kUnset, false};
    return {};
  }
  line = {};
  const auto rate = read_number(argv[0], form);
  if (!rate) return no_number(argv[0], form) + ", nor \"off\"";
  line.per_second = *rate;
  bool has_over = false;
  for (int i = 1; i < argc; ++i)
    if (Fault fault = read_word(argv[i], form, line, has_over); !fault.empty()) return fault;
  if (line.burst == kUnset) line.burst = std::min(2 * *rate, form.most);
  return {};
}

const char* set_rate(cmd_parms* cmd, int argc, char* const argv[], const RateForm& form,
                     RateLine& line) {
  const Fault fault = read_rate(argc, argv, form, line);
  return fault.empty() ? nullptr : apr_psprintf(cmd->pool, "%s: %s", cmd->cmd->name, fault.c_str());
}

struct Policy {
  const char* name;
  session::SlowClient value;
};
constexpr Policy kPolicies[] = {{"close", session::SlowClient::close},
                                {"drop", session::SlowClient::drop},
                                {"drop-oldest", session::SlowClient::drop_oldest},
                                {"latest", session::SlowClient::latest}};

}  // namespace

}  // namespace ws::httpd

using namespace ws::httpd;

const char* ws_set_message_rate(cmd_parms* cmd, void* config, int argc, char* const argv[]) {
  return set_rate(cmd, argc, argv, kCounts, static_cast<DirectoryConfig*>(config)->message_rate);
}

const char* ws_set_control_rate(cmd_parms* cmd, void* config, int argc, char* const argv[]) {
  return set_rate(cmd, argc, argv, kCounts, static_cast<DirectoryConfig*>(config)->control_rate);
}

const char* ws_set_byte_rate(cmd_parms* cmd, void* config, int argc, char* const argv[]) {
  return set_rate(cmd, argc, argv, kBytes, static_cast<DirectoryConfig*>(config)->byte_rate);
}

const char* ws_set_slow_client(cmd_parms* cmd, void* config, const char* argument) {
  for (const Policy& policy : kPolicies) {
    if (apr_strnatcasecmp(argument, policy.name) != 0) continue;
    static_cast<DirectoryConfig*>(config)->slow_client = static_cast<int64_t>(policy.value);
    return nullptr;
  }
  return apr_psprintf(cmd->pool,
                      "%s: \"%s\" is none of \"close\", \"drop\", \"drop-oldest\" and \"latest\"",
                      cmd->cmd->name, argument);
}
