// What the command line asks for.
#include "ctl/arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace ws::ctl {

namespace {

struct CommandRule {
  std::string_view name;
  Command command;
  size_t least, most;  // words that follow
  std::string_view words;
};
constexpr size_t kAny = SIZE_MAX;
constexpr std::array kCommands{
    CommandRule{"publish", Command::publish, 0, 2, "CHANNEL [MESSAGE]"},
    CommandRule{"tail", Command::tail, 1, kAny, "CHANNEL..."},
    CommandRule{"who", Command::who, 1, 1, "CHANNEL"},
    CommandRule{"kick", Command::kick, 1, 1, "USER"},
    CommandRule{"channels", Command::channels, 0, 1, "[PREFIX]"},
    CommandRule{"show", Command::show, 1, 1, "CHANNEL"},
    CommandRule{"forget", Command::forget, 1, 1, "CHANNEL"},
    CommandRule{"check", Command::check, 0, 0, "nothing"},
    CommandRule{"doctor", Command::doctor, 0, kAny, "[URL...]"},
};

template <class Number>
bool read_number(std::string_view text, Number& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_number(std::string_view text, std::optional<uint32_t>& number) noexcept {
  return read_number(text, number.emplace());
}

bool read_timeout(std::string_view text, Arguments& arguments) noexcept {
  constexpr uint32_t kMost = 3600;
  uint32_t seconds = 0;
  if (!read_number(text, seconds) || seconds == 0 || seconds > kMost) return false;
  arguments.timeout_ms = seconds * 1000;
  return true;
}

bool read_position(std::string_view text, std::optional<channel::Position>& position) noexcept {
  const size_t colon = text.find(':');
  channel::Position read;
  if (colon == std::string_view::npos || !read_number(text.substr(0, colon), read.epoch) ||
      !read_number(text.substr(colon + 1), read.offset))
    return false;
  position = read;
  return true;
}

template <std::string Arguments::*member>
bool take_text(std::string_view text, Arguments& arguments) {
  arguments.*member = text;
  return !text.empty();
}

template <bool Arguments::*member>
bool take_flag(std::string_view, Arguments& arguments) {
  return arguments.*member = true;
}

struct Option {
  std::string_view name;
  std::string_view letter;
  std::string_view commands;  // that have it; empty: all
  std::string_view value;     // what it takes; empty: nothing
  bool (*take)(std::string_view value, Arguments& arguments);
};
const std::array kOptions{
    Option{"--url", "-u", "", "a URL", take_text<&Arguments::url>},
    Option{"--key-file", "-k", "", "a file", take_text<&Arguments::key_file>},
    Option{"--ca-file", "", "", "a file", take_text<&Arguments::ca_file>},
    Option{"--state-dir", "-d", "", "a directory", take_text<&Arguments::state_dir>},
    Option{"--namespace", "-n", "", "a name", take_text<&Arguments::name_space>},
    Option{"--timeout", "", "", "a number of seconds from 1 to 3600", read_timeout},
    Option{"--json", "-j", "publish tail who kick channels show forget doctor", "",
           take_flag<&Arguments::json>},
    Option{"--channel", "-c", "publish", "a name",
           [](std::string_view text, Arguments& arguments) {
             arguments.channels.emplace_back(text);
             return true;
           }},
    Option{"--user", "", "publish", "a name",
           [](std::string_view text, Arguments& arguments) {
             arguments.users.emplace_back(text);
             return true;
           }},
    Option{"--binary", "-b", "publish", "", take_flag<&Arguments::binary>},
    Option{"--no-compress", "", "publish", "", take_flag<&Arguments::no_compress>},
    Option{"--history", "", "publish tail", "a number of messages",
           [](std::string_view text, Arguments& arguments) {
             return read_number(text, arguments.history);
           }},
    Option{"--age", "", "publish", "a time such as 90, 15m or 2h", take_text<&Arguments::age>},
    Option{"--since", "", "tail", "EPOCH:OFFSET",
           [](std::string_view text, Arguments& arguments) {
             return read_position(text, arguments.since);
           }},
    Option{"--code", "", "kick", "a close code",
           [](std::string_view text, Arguments& arguments) {
             return read_number(text, arguments.code);
           }},
    Option{"--reason", "", "kick", "a text",
           [](std::string_view text, Arguments& arguments) {
             arguments.reason = text;
             return true;
           }},
    Option{"--location", "", "kick", "the path of a Location", take_text<&Arguments::location>},
    Option{"--file", "-f", "check doctor", "a file", take_text<&Arguments::config_file>},
    Option{"--httpd", "", "check doctor", "a program", take_text<&Arguments::httpd>},
};

bool has_word(std::string_view words, std::string_view word) noexcept {
  for (size_t i = words.find(word); i != std::string_view::npos; i = words.find(word, i + 1))
    if ((i == 0 || words[i - 1] == ' ') &&
        (i + word.size() == words.size() || words[i + word.size()] == ' '))
      return true;
  return false;
}

class Parser {
 public:
  explicit Parser(std::span<const char* const> rest) : rest_(rest) {}

  std::optional<UsageError> parse() {
    bool is_over = false;  // "--" came
    while (!rest_.empty()) {
      const std::string_view word = rest_.front();
      rest_ = rest_.subspan(1);
      if (is_over || word == "-" || !word.starts_with('-')) {
        if (auto error = take_word(word)) return error;
      } else if (word == "--") {
        is_over = true;
      } else if (word == "--help" || word == "-h" || word == "--version" || word == "-V") {
        arguments_.command =
            word.starts_with("--h") || word == "-h" ? Command::help : Command::version;
        return std::nullopt;
      } else if (auto error = take_option(word)) {
        return error;
      }
    }
    if (!rule_) return UsageError{"no command is given"};
    for (const Option* const option : seen_)
      if (!option->commands.empty() && !has_word(option->commands, rule_->name))
        return UsageError{std::string(rule_->name) + " has no option " + std::string(option->name)};
    return take_words();
  }

  Arguments take() { return std::move(arguments_); }
  [[nodiscard]] bool has(std::string_view option) const noexcept {
    return std::ranges::any_of(seen_, [&](const Option* one) { return one->name == option; });
  }

 private:
  std::optional<UsageError> take_word(std::string_view word) {
    if (rule_) {
      words_.emplace_back(word);
      return std::nullopt;
    }
    const auto found = std::ranges::find(kCommands, word, &CommandRule::name);
    if (found == kCommands.end()) return UsageError{"no command is called " + std::string(word)};
    rule_ = &*found;
    arguments_.command = rule_->command;
    return std::nullopt;
  }

  std::optional<UsageError> take_option(std::string_view word) {
    const bool is_long = word.starts_with("--");
    const size_t equals = is_long ? word.find('=') : std::string_view::npos;
    const std::string_view name = word.substr(0, equals);
    const auto option = std::ranges::find_if(kOptions, [&](const Option& one) {
      return one.name == name || (!one.letter.empty() && one.letter == name);
    });
    if (option == kOptions.end()) return UsageError{"no option is called " + std::string(name)};
    std::string_view value;
    if (equals != std::string_view::npos) {
      if (option->value.empty()) return UsageError{std::string(name) + " takes no value"};
      value = word.substr(equals + 1);
    } else if (!option->value.empty()) {
      if (rest_.empty()) return wants(*option);
      value = rest_.front();
      rest_ = rest_.subspan(1);
    }
    seen_.push_back(&*option);
    if (!option->take(value, arguments_)) return wants(*option);
    return std::nullopt;
  }

  static UsageError wants(const Option& option) {
    return {std::string(option.name) + " wants " + std::string(option.value)};
  }

  std::optional<UsageError> take_words() {
    const bool is_named = !arguments_.channels.empty() || !arguments_.users.empty();
    const bool is_publish = rule_->command == Command::publish;
    const size_t least = is_publish && !is_named ? 1 : rule_->least;
    const size_t most = is_publish && is_named ? 1 : rule_->most;
    if (words_.size() < least || words_.size() > most)
      return UsageError{std::string(rule_->name) + " takes " +
                        (is_publish && is_named ? "one MESSAGE beside --channel and --user"
                                                : std::string(rule_->words))};
    switch (rule_->command) {
      case Command::publish:
        if (words_.size() == 2 || (is_named && words_.size() == 1)) {
          if (words_.back() != "-") arguments_.message = words_.back();
          words_.pop_back();
        }
        if (!words_.empty()) arguments_.channels.push_back(words_.front());
        break;
      case Command::kick:
        arguments_.users = words_;
        break;
      case Command::channels:
        if (!words_.empty()) arguments_.prefix = words_.front();
        break;
      default:
        arguments_.channels = words_;
    }
    return std::nullopt;
  }

  std::span<const char* const> rest_;
  const CommandRule* rule_ = nullptr;
  std::vector<std::string> words_;
  std::vector<const Option*> seen_;
  Arguments arguments_;
};

// Where the channels are, and what fits to that.
std::optional<UsageError> check(const Arguments& arguments) {
  const bool is_direct = !arguments.state_dir.empty();
  if (is_direct != !arguments.name_space.empty())
    return UsageError{"--state-dir and --namespace go together"};
  if (is_direct && !arguments.url.empty())
    return UsageError{"the channels are at --url or in --state-dir, not both"};
  if (arguments.command == Command::tail && !is_direct)
    return UsageError{"tail needs --state-dir and --namespace"};
  if (!is_direct && arguments.url.empty())
    return UsageError{
        "nothing says where the channels are: --url (or WSCTL_URL), or --state-dir with "
        "--namespace"};
  if (arguments.url.find_first_of("?#") != std::string::npos)
    return UsageError{"a publish Location has no query: --url " + arguments.url};
  if (!arguments.location.empty() && !is_direct)
    return UsageError{"--location goes with --state-dir"};
  const bool is_one = arguments.channels.size() == 1 && !arguments.channels.front().ends_with('*');
  if (arguments.since && (!is_one || arguments.history))
    return UsageError{"--since goes with one channel, and without --history"};
  if (!arguments.age.empty() && !arguments.history) return UsageError{"--age goes with --history"};
  return std::nullopt;
}

}  // namespace

std::variant<Arguments, UsageError> parse_arguments(
    std::span<const char* const> arguments,
    const std::function<const char*(const char*)>& environment) {
  Parser parser(arguments);
  if (auto error = parser.parse()) return *std::move(error);
  Arguments parsed = parser.take();
  switch (parsed.command) {
    case Command::check:
    case Command::doctor:
    case Command::help:
    case Command::version:
      return parsed;
    default:
      break;
  }
  const auto take = [&](const char* name, std::string& value) {
    const char* const found = environment(name);
    if (found && value.empty()) value = found;
  };
  if (parsed.state_dir.empty()) take("WSCTL_URL", parsed.url);
  take("WSCTL_KEY_FILE", parsed.key_file);
  if (auto error = check(parsed)) return *std::move(error);
  return parsed;
}

}  // namespace ws::ctl
