// WebSocketToken: its arguments, and its keys, read while the configuration is.
#include "httpd/token_directive.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "httpd/configuration.h"
#include "httpd/key_file.h"
#include "plugin/token_verifier.h"

namespace ws::httpd {

namespace {

using plugin::TokenAlgorithm;

std::optional<TokenAlgorithm> algorithm_of(std::string_view name) noexcept {
  if (name == "HS256") return TokenAlgorithm::hs256;
  if (name == "RS256") return TokenAlgorithm::rs256;
  if (name == "ES256") return TokenAlgorithm::es256;
  return std::nullopt;
}

const char* complaint(const cmd_parms* cmd, const std::string& fault) {
  return apr_psprintf(cmd->pool, "%s: %s", cmd->cmd->name, fault.c_str());
}

// What stands behind the file. Empty, or what is wrong.
std::string read_word(std::string_view word, plugin::TokenTerms& terms, bool& required) {
  const auto value = [&](std::string_view key) { return word.substr(key.size()); };
  if (word == "required") return required = true, std::string();
  if (word == "exp=optional") return terms.must_expire = false, std::string();
  if (word.starts_with("kid=") && word.size() > 4) return terms.kid = value("kid="), std::string();
  if (word.starts_with("audience=") && word.size() > 9)
    return terms.audience = value("audience="), std::string();
  return "\"" + std::string(word) +
         "\" is none of required, audience=NAME, kid=NAME and exp=optional";
}

extern "C" apr_status_t ws_destroy_tokens(void* tokens) {
  delete static_cast<plugin::TokenVerifier*>(tokens);
  return APR_SUCCESS;
}

plugin::TokenVerifier& verifier_of(const cmd_parms* cmd, DirectoryConfig& config) {
  if (!config.tokens) {
    config.tokens = new plugin::TokenVerifier;
    apr_pool_cleanup_register(cmd->pool, config.tokens, ws_destroy_tokens, apr_pool_cleanup_null);
  }
  return *config.tokens;
}

}  // namespace

}  // namespace ws::httpd

using namespace ws;
using namespace ws::httpd;

const char* ws_add_token_keys(cmd_parms* cmd, void* config, int argc, char* const argv[]) {
  auto& directory = *static_cast<DirectoryConfig*>(config);
  if (argc == 1 && apr_strnatcasecmp(argv[0], "none") == 0) {
    if (directory.tokens) return complaint(cmd, "\"none\" stands beside keys in one section");
    directory.tokens_off = true;
    return nullptr;
  }
  const auto algorithm = argc > 0 ? algorithm_of(argv[0]) : std::nullopt;
  if (!algorithm || argc < 2)
    return complaint(cmd,
                     "HS256, RS256 or ES256 comes first, then a file with its keys; or \"none\"");
  if (directory.tokens_off) return complaint(cmd, "\"none\" stands beside keys in one section");
  plugin::TokenTerms terms;
  for (int i = 2; i < argc; ++i)
    if (const auto fault = read_word(argv[i], terms, directory.token_required); !fault.empty())
      return complaint(cmd, fault);
  const std::string name = "\"" + std::string(argv[1]) + "\"";
  const char* const path = ap_server_root_relative(cmd->pool, argv[1]);
  if (!path) return complaint(cmd, name + " is no path");
  const KeyFile kind = *algorithm == TokenAlgorithm::hs256 ? KeyFile::secret : KeyFile::publicly;
  std::string text, error;
  if (const char* const fault = read_key_file(cmd->temp_pool, path, kind, text))
    return complaint(cmd, name + " " + fault);
  auto keys = plugin::TokenKey::parse(*algorithm, text, error);
  if (keys.empty()) return complaint(cmd, name + ": " + error);
  verifier_of(cmd, directory).add(std::move(keys), terms);
  global_config()->has_tokens = true;
  return nullptr;
}
