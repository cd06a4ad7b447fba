// WebSocketPublishKey: reads the keys while the configuration is read, maybe as root.
#include "httpd/publish_keys.h"

#include <apr_file_io.h>

#include <array>
#include <string>
#include <string_view>

#include "httpd/configuration.h"
#include "publish/keys.h"

namespace ws::httpd {

namespace {

constexpr apr_off_t kMaxFile = 64 * 1024;

// Null, or what is wrong with the file.
const char* read_file(apr_pool_t* pool, const char* path, std::string& text) {
  apr_file_t* file = nullptr;
  apr_finfo_t info;
  apr_status_t status = apr_file_open(&file, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);
  if (status == APR_SUCCESS)
    status = apr_file_info_get(&info, APR_FINFO_SIZE | APR_FINFO_PROT | APR_FINFO_TYPE, file);
  if (status != APR_SUCCESS) {
    std::array<char, 120> reason{};
    return apr_psprintf(pool, "cannot be read: %s",
                        apr_strerror(status, reason.data(), reason.size()));
  }
  if (info.filetype != APR_REG || info.size > kMaxFile) return "is no file of at most 64 KiB";
  if (info.protection & APR_FPROT_WREAD) return "can be read by everybody: chmod 640 or 600";
  text.resize(static_cast<size_t>(info.size));
  apr_size_t size = text.size();
  status = apr_file_read_full(file, text.data(), size, &size);
  apr_file_close(file);
  text.resize(size);
  return status == APR_SUCCESS ? nullptr : "cannot be read";
}

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
  if (const char* const error = read_file(cmd->temp_pool, path, text))
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
