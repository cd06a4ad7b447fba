// The check of a configuration.
#include "ctl/check.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace ws::ctl {

namespace {

// httpd lives in sbin, which is not in everybody's PATH.
std::string search_path() {
  const char* const path = std::getenv("PATH");
  return std::string(path ? path : "") + ":/usr/local/sbin:/usr/sbin:/sbin";
}

// Debian's configuration needs the environment that its apache2ctl makes; one that is named here
// has its own.
std::vector<const char*> programs(const Arguments& arguments) {
  if (!arguments.httpd.empty()) return {arguments.httpd.c_str()};
  if (arguments.config_file.empty()) return {"apache2ctl", "apachectl", "httpd", "apache2"};
  return {"httpd", "apache2"};
}

}  // namespace

void check_configuration(const Arguments& arguments, std::string& error,
                         std::initializer_list<const char*> more) {
  setenv("PATH", search_path().c_str(), 1);
  for (const char* const program : programs(arguments)) {
    std::vector<const char*> words{program, "-t"};
    if (!arguments.config_file.empty()) {
      words.push_back("-f");
      words.push_back(arguments.config_file.c_str());
    }
    words.insert(words.end(), more);
    words.push_back(nullptr);
    execvp(program, const_cast<char* const*>(words.data()));
    error = std::string(program) + ": " + std::strerror(errno);
  }
  if (arguments.httpd.empty()) error = "no httpd was found: name it with --httpd";
}

}  // namespace ws::ctl
