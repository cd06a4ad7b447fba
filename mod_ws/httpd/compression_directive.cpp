// WebSocketCompression: parsing and checking of its arguments.
#include "httpd/compression_directive.h"

#include <algorithm>
#include <new>
#include <set>
#include <string>
#include <string_view>

#include "httpd/configuration.h"
#include "httpd/number_text.h"

namespace ws::httpd {

namespace {

using protocol::DeflateSettings;

// "" or what is wrong.
using Fault = std::string;

constexpr uint32_t kMostMinSize = uint32_t{1} << 20;

template <class Number>
Fault read_number(std::string_view key, std::string_view text, uint32_t least, uint32_t most,
                  Number& to) {
  const auto number = number_from(text, least, most);
  if (!number)
    return std::string(key) + "= is a number from " + std::to_string(least) + " to " +
           std::to_string(most);
  to = static_cast<Number>(*number);
  return {};
}

Fault read_takeover(std::string_view text, DeflateSettings& settings) {
  settings.server_takeover = text == "server" || text == "both";
  settings.client_takeover = text == "client" || text == "both";
  if (text == "none" || settings.server_takeover || settings.client_takeover) return {};
  return "takeover= is \"none\", \"server\", \"client\" or \"both\"";
}

Fault read_word(std::string_view word, DeflateSettings& settings,
                std::set<std::string_view>& seen) {
  const size_t equals = std::min(word.find('='), word.size());
  const std::string_view key = word.substr(0, equals);
  const std::string_view value = word.substr(std::min(equals + 1, word.size()));
  if (equals < word.size() && !seen.insert(key).second)
    return "\"" + std::string(key) + "=\" stands twice";
  if (equals < word.size()) {
    if (key == "level") return read_number(key, value, 1, 9, settings.level);
    if (key == "min") return read_number(key, value, 0, kMostMinSize, settings.min_size);
    if (key == "window") return read_number(key, value, 9, 15, settings.server_window_bits);
    if (key == "client-window") return read_number(key, value, 9, 15, settings.client_window_bits);
    if (key == "takeover") return read_takeover(value, settings);
  }
  return "\"" + std::string(word) +
         "\" is none of level=, min=, window=, client-window= and takeover=";
}

Fault read(int argc, char* const argv[], DirectoryConfig& directory, DeflateSettings& settings) {
  const std::string_view first = argc > 0 ? argv[0] : "";
  const bool is_on = apr_strnatcasecmp(first.data(), "on") == 0;
  directory.compression_off = apr_strnatcasecmp(first.data(), "off") == 0;
  if (!is_on && !directory.compression_off) return "\"on\" or \"off\" comes first";
  if (directory.compression_off && argc > 1) return "nothing follows \"off\"";
  std::set<std::string_view> seen;
  for (int i = 1; i < argc; ++i)
    if (Fault fault = read_word(argv[i], settings, seen); !fault.empty()) return fault;
  return {};
}

}  // namespace

}  // namespace ws::httpd

using namespace ws;
using namespace ws::httpd;

const char* ws_set_compression(cmd_parms* cmd, void* config, int argc, char* const argv[]) {
  auto& directory = *static_cast<DirectoryConfig*>(config);
  auto* const settings =
      new (apr_palloc(cmd->pool, sizeof(protocol::DeflateSettings))) protocol::DeflateSettings();
  if (const Fault fault = read(argc, argv, directory, *settings); !fault.empty())
    return apr_psprintf(cmd->pool, "%s: %s", cmd->cmd->name, fault.c_str());
  directory.compression = directory.compression_off ? nullptr : settings;
  return nullptr;
}
