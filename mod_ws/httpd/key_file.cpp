// Reads a file of keys.
#include "httpd/key_file.h"

#include <apr_file_io.h>

#include <array>

namespace ws::httpd {

namespace {

constexpr apr_off_t kMaxFile = 64 * 1024;

}  // namespace

const char* read_key_file(apr_pool_t* pool, const char* path, KeyFile kind, std::string& text) {
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
  if (kind == KeyFile::secret && (info.protection & APR_FPROT_WREAD))
    return "can be read by everybody: chmod 640 or 600";
  text.resize(static_cast<size_t>(info.size));
  apr_size_t size = text.size();
  status = apr_file_read_full(file, text.data(), size, &size);
  apr_file_close(file);
  text.resize(size);
  return status == APR_SUCCESS ? nullptr : "cannot be read";
}

}  // namespace ws::httpd
