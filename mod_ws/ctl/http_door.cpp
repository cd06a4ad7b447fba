// The channels of a server with a publish Location.
#include "ctl/http_door.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace ws::ctl {

namespace {

constexpr size_t kMostAnswer = size_t{64} << 20;
constexpr long kConnectMs = 5'000;

size_t take(char* bytes, size_t, size_t count, void* out) {
  auto& text = *static_cast<std::string*>(out);
  if (text.size() + count > kMostAnswer) return 0;
  text.append(bytes, count);
  return count;
}

// What an error says for people; empty: it is none of ours.
std::string message_of(const std::string& answer) {
  const std::unique_ptr<cJSON, void (*)(cJSON*)> json(cJSON_Parse(answer.c_str()), cJSON_Delete);
  const char* const text =
      cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json.get(), "message"));
  return text ? text : "";
}

}  // namespace

std::string first_key(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
    if (!line.empty() && !line.starts_with('#')) return std::string(line);
  }
  return {};
}

HttpDoor::HttpDoor(const Arguments& arguments)
    : url_(arguments.url), ca_file_(arguments.ca_file), timeout_ms_(arguments.timeout_ms) {
  while (url_.ends_with('/')) url_.pop_back();
}

std::unique_ptr<HttpDoor> HttpDoor::open(const Arguments& arguments, std::string& error) {
  std::unique_ptr<HttpDoor> door(new HttpDoor(arguments));
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    error = "libcurl cannot be used";
    return nullptr;
  }
  if (arguments.key_file.empty()) return door;
  std::ifstream file(arguments.key_file, std::ios::binary);
  if (!file) {
    error = "the key file " + arguments.key_file + " cannot be read: " + std::strerror(errno);
    return nullptr;
  }
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::string key = first_key(text);
  if (key.empty()) {
    error = "no key is in " + arguments.key_file;
    return nullptr;
  }
  door->authorization_ = "Authorization: Bearer " + key;
  return door;
}

bool HttpDoor::call(const Request& request, std::string& answer, std::string& error) {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) {
    error = "libcurl cannot be used";
    return false;
  }
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(nullptr, curl_slist_free_all);
  const auto add = [&headers](const char* line) {
    if (curl_slist* const longer = curl_slist_append(headers.get(), line)) {
      (void)headers.release();
      headers.reset(longer);
    }
  };
  add(request.binary ? "Content-Type: application/octet-stream"
                     : "Content-Type: text/plain; charset=utf-8");
  add("Expect:");
  if (!authorization_.empty()) add(authorization_.c_str());

  const std::string url = url_ + '/' + request.path + '?' + request.query;
  char reason[CURL_ERROR_SIZE] = "";
  CURL* const handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "wsctl");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   std::min(kConnectMs, static_cast<long>(timeout_ms_)));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms_));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
  if (!ca_file_.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file_.c_str());
  const std::string_view method = request.method;
  if (method == "POST") {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
  } else if (method != "GET") {
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method);
  }

  answer.clear();
  if (const CURLcode failed = curl_easy_perform(handle); failed != CURLE_OK) {
    error = url_ + ": " + (*reason ? reason : curl_easy_strerror(failed));
    return false;
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) return true;
  error = message_of(answer);
  if (error.empty()) error = url_ + " answered with status " + std::to_string(status);
  return false;
}

}  // namespace ws::ctl
