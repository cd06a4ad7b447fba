// WebSocketPublishKey: reads the keys while the configuration is read, maybe as root.
#include "httpd/publish_keys.h"

#include <string>
#include <string_view>

#include "httpd/configuration.h"
#include "httpd/key_file.h"
#include "publish/keys.h"

namespace ws::httpd {

namespace {

apr_status_t destroy_keys(void* keys) {
  delete static_cast<publish::Keys*>(keys);
  return APR_SUCCESS;
}

}  // namespace

const char* ws_set_publish_keys(cmd_parms* cmd, void* config, const char* argument) {
  auto& directory = *static_cast<DirectoryConfig*>(config);
  directory.publish_keys_off = apr_strnatcasecmp(argument, "none") == 0;
  directory.publish_keys = nullptr;
  if (directory.publish_keys_off) return nullptr;
  const char* const path = ap_server_root_relative(cmd->pool, argument);
  if (!path) return apr_psprintf(cmd->pool, "%s: \"%s\" is no path", cmd->cmd->name, argument);
  std::string text;
  if (const char* const error = read_key_file(cmd->temp_pool, path, KeyFile::secret, text))
    return apr_psprintf(cmd->pool, "%s: \"%s\" %s", cmd->cmd->name, path, error);
  auto* const keys = new publish::Keys;
  apr_pool_cleanup_register(cmd->pool, keys, destroy_keys, apr_pool_cleanup_null);
  std::string error;
  if (!keys->parse(text, error))
    return apr_psprintf(cmd->pool, "%s: \"%s\": %s", cmd->cmd->name, path, error.c_str());
  directory.publish_keys = keys;
  return nullptr;
}

}  // namespace ws::httpd
