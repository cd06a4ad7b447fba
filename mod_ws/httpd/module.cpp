// The module as httpd sees it: its record and its hooks.
#include <mod_ssl.h>
#include <openssl/crypto.h>

#include <cstring>
#include <memory>

#include "httpd/child.h"
#include "httpd/config_check.h"
#include "httpd/configuration.h"
#include "httpd/connection_log.h"
#include "httpd/detach.h"
#include "httpd/directives.h"
#include "httpd/guard.h"
#include "httpd/handshake_handler.h"
#include "httpd/inventory.h"
#include "httpd/mpm_warnings.h"
#include "httpd/plugin_check.h"
#include "httpd/publish_handler.h"
#include "httpd/state.h"
#include "httpd/statistics_memory.h"
#include "httpd/stop_later.h"
#include "httpd/views.h"

namespace ws::httpd {

namespace {

// A session made by one libssl and used by another would corrupt memory.
void check_openssl(apr_pool_t* ptemp, server_rec* s) {
  auto* const look_up = APR_RETRIEVE_OPTIONAL_FN(ssl_var_lookup);
  char name[] = "SSL_VERSION_LIBRARY";
  const char* const theirs = look_up ? look_up(ptemp, s, nullptr, nullptr, name) : nullptr;
  ServerConfig& config = *server_config(s);
  config.same_openssl =
      !theirs || std::strstr(theirs, OpenSSL_version(OPENSSL_VERSION_STRING)) != nullptr;
  if (!config.same_openssl)
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                 "mod_ssl uses %s, this module OpenSSL %s: WebSockets over TLS are refused", theirs,
                 OpenSSL_version(OPENSSL_VERSION_STRING));
}

extern "C" {

int ws_check_config(apr_pool_t* pconf, apr_pool_t*, apr_pool_t* ptemp, server_rec* s) {
  return guarded(s, HTTP_INTERNAL_SERVER_ERROR, [&] {
    const int status = check_plugins(pconf, s);
    if (status == kOk) warn_of_contradictions(ptemp, s);
    return status;
  });
}

int ws_open_logs(apr_pool_t* pconf, apr_pool_t*, apr_pool_t*, server_rec* s) {
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return kOk;
  return guarded(s, HTTP_INTERNAL_SERVER_ERROR,
                 [&] { return open_connection_logs(pconf, s) ? kOk : HTTP_INTERNAL_SERVER_ERROR; });
}

void ws_test_config(apr_pool_t* pconf, server_rec* s) {
  guarded(s, false, [&] {
    print_inventory(s, pconf);
    if (server_config(s)->bindings) warn_of_mpm_settings(s);
    return true;
  });
}

int ws_post_config(apr_pool_t* pconf, apr_pool_t*, apr_pool_t* ptemp, server_rec* s) {
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return kOk;
  if (!server_config(s)->bindings) return kOk;
  return guarded(s, HTTP_INTERNAL_SERVER_ERROR, [&] {
    check_openssl(ptemp, s);
    warn_of_mpm_settings(s);
    prepare_statistics(s);
    make_death_roll(pconf, s);
    return prepare_state(s, ptemp) ? kOk : HTTP_INTERNAL_SERVER_ERROR;
  });
}

apr_status_t ws_end_child(void* child) {
  server_config(ap_server_conf)->child = nullptr;
  delete static_cast<Child*>(child);
  return APR_SUCCESS;
}

void ws_child_init(apr_pool_t* pchild, server_rec* s) {
  ServerConfig& config = *server_config(s);
  if (!config.bindings) return;
  guarded(s, false, [&] {
    const StopLater stop_later;
    std::unique_ptr<Child> child = Child::create(s);
    if (!child) return false;
    config.child = child.release();
    apr_pool_cleanup_register(pchild, config.child, ws_end_child, apr_pool_cleanup_null);
    return true;
  });
}

void ws_child_stopping(apr_pool_t*, int graceful) {
  Child* const child = global_config()->child;
  if (child) child->begin_stop(graceful != 0);
}

void ws_register_hooks(apr_pool_t*) {
  ap_hook_check_config(ws_check_config, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_open_logs(ws_open_logs, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_test_config(ws_test_config, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_post_config(ws_post_config, nullptr, nullptr, APR_HOOK_LAST);
  ap_hook_child_init(ws_child_init, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_child_stopping(ws_child_stopping, nullptr, nullptr, APR_HOOK_MIDDLE);
  Detacher::register_hooks();
  handshake::register_hooks();
  publishing::register_hooks();
  views::register_hooks();
}

}  // extern "C"

}  // namespace

}  // namespace ws::httpd

extern "C" {
__attribute__((visibility("default"))) module_struct websocket_module = {
    STANDARD20_MODULE_STUFF,           ws::httpd::create_directory_config,
    ws::httpd::merge_directory_config, ws::httpd::create_server_config,
    ws::httpd::merge_server_config,    ws::httpd::kDirectives,
    ws::httpd::ws_register_hooks,      0};
}
