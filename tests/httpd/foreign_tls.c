/* A stand-in for another TLS module: it tells httpd that the connections of its virtual host are
 * encrypted, as mod_tls or mod_gnutls would, and offers no SSL object of OpenSSL's. With
 * $WS_SSL_LIBRARY it says that mod_ssl uses that library. Test only. */
#include <httpd.h>

#include <apr_strings.h>
#include <http_config.h>
#include <http_ssl.h>
#include <mod_ssl.h>
#include <stdlib.h>
#include <string.h>

extern module AP_MODULE_DECLARE_DATA
foreign_tls_module;

static void* create_server(apr_pool_t* pool, server_rec* server) {
  (void)server;
  return apr_pcalloc(pool, sizeof(int));
}

static const char* set_on(cmd_parms* command, void* unused, int is_on) {
  (void)unused;
  *(int*)ap_get_module_config(command->server->module_config, &foreign_tls_module) = is_on;
  return NULL;
}

static int is_encrypted(conn_rec* connection) {
  const int* is_on =
      ap_get_module_config(connection->base_server->module_config, &foreign_tls_module);
  return *is_on ? OK : DECLINED;
}

static char* ssl_var_lookup(apr_pool_t* pool, server_rec* server, conn_rec* connection,
                            request_rec* request, char* name) {
  (void)server, (void)connection, (void)request;
  return apr_pstrdup(pool,
                     strcmp(name, "SSL_VERSION_LIBRARY") == 0 ? getenv("WS_SSL_LIBRARY") : "");
}

static void register_hooks(apr_pool_t* pool) {
  (void)pool;
  if (getenv("WS_SSL_LIBRARY")) APR_REGISTER_OPTIONAL_FN(ssl_var_lookup);
  ap_hook_ssl_conn_is_ssl(is_encrypted, NULL, NULL, APR_HOOK_FIRST);
}

static const command_rec directives[] = {
    AP_INIT_FLAG("ForeignTls", set_on, NULL, RSRC_CONF, "On: pretend that TLS is spoken here"),
    {NULL}};

__attribute__((visibility("default"))) module AP_MODULE_DECLARE_DATA
foreign_tls_module = {STANDARD20_MODULE_STUFF, NULL, NULL, create_server, NULL, directives,
                      register_hooks,          0};
