// What is asked of a publish Location.
#include "ctl/request.h"

#include <cjson/cJSON.h>

#include <memory>
#include <new>
#include <utility>

namespace ws::ctl {

namespace {

// RFC 3986, section 2.3.
bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void add(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query.push_back('&');
  query.append(name).push_back('=');
  for (const char c : value) {
    if (is_unreserved(c)) {
      query.push_back(c);
      continue;
    }
    constexpr char kDigits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    query.push_back('%');
    query.push_back(kDigits[byte >> 4]);
    query.push_back(kDigits[byte & 15]);
  }
}

std::string farewell(const Arguments& arguments) {
  const std::unique_ptr<cJSON, void (*)(cJSON*)> json(cJSON_CreateObject(), cJSON_Delete);
  if (arguments.code) cJSON_AddNumberToObject(json.get(), "code", *arguments.code);
  if (arguments.reason) cJSON_AddStringToObject(json.get(), "reason", arguments.reason->c_str());
  const std::unique_ptr<char, void (*)(void*)> text(cJSON_PrintUnformatted(json.get()), cJSON_free);
  if (!text) throw std::bad_alloc();
  return text.get();
}

}  // namespace

Request make_request(const Arguments& arguments, std::string message, std::string_view after) {
  Request request;
  if (arguments.command == Command::channels) {
    if (!arguments.prefix.empty()) add(request.query, "prefix", arguments.prefix);
    if (!after.empty()) add(request.query, "after", after);
    add(request.query, "limit", "1000");
    return request;
  }
  for (const std::string& channel : arguments.channels) add(request.query, "channel", channel);
  for (const std::string& user : arguments.users) add(request.query, "user", user);
  switch (arguments.command) {
    case Command::publish:
      request.method = "POST";
      request.body = std::move(message);
      request.binary = arguments.binary;
      if (arguments.no_compress) add(request.query, "compress", "no");
      if (arguments.history) add(request.query, "history", std::to_string(*arguments.history));
      if (!arguments.age.empty()) add(request.query, "age", arguments.age);
      break;
    case Command::kick:
      request.method = "POST";
      request.path = "users/disconnect";
      request.body = farewell(arguments);
      break;
    case Command::forget:
      request.method = "DELETE";
      break;
    default:
      break;
  }
  return request;
}

}  // namespace ws::ctl
