// Which Location a SetHandler of ours stands in.
#include "httpd/handler_location.h"

#include <ap_expr.h>

namespace ws::httpd {

namespace {

bool sets_handler(request_rec* r, const core_dir_config& section, std::string_view wanted) {
  if (!section.expr_handler) return false;
  const char* error = nullptr;
  const char* const handler = ap_expr_str_exec(r, section.expr_handler, &error);
  return !error && handler && std::string_view(handler) == wanted;
}

}  // namespace

const char* location_of_handler(request_rec* r, std::string_view wanted) {
  const auto* const server =
      static_cast<const core_server_config*>(ap_get_core_module_config(r->server->module_config));
  const auto* const sections = reinterpret_cast<ap_conf_vector_t**>(server->sec_url->elts);
  const std::string_view uri = r->uri;
  const char* base = nullptr;
  for (int i = 0; i < server->sec_url->nelts; ++i) {
    const auto* const section =
        static_cast<const core_dir_config*>(ap_get_core_module_config(sections[i]));
    if (section->r || section->d_is_fnmatch || !sets_handler(r, *section, wanted)) continue;
    std::string_view path = section->d;
    if (path.ends_with('/')) path.remove_suffix(1);
    const bool is_in =
        uri.starts_with(path) && (uri.size() == path.size() || uri[path.size()] == '/');
    if (is_in && (!base || path.size() < std::string_view(base).size())) base = section->d;
  }
  return base;
}

}  // namespace ws::httpd
