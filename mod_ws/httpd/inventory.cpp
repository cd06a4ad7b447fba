// What `httpd -t -D DUMP_WEBSOCKETS` prints.
#include "httpd/inventory.h"

#include <ap_listen.h>
#include <cjson/cJSON.h>
#include <unistd.h>
#include <unixd.h>

#include <cstdio>
#include <memory>
#include <new>
#include <string>

#include "httpd/configuration.h"
#include "httpd/mpm_warnings.h"

namespace ws::httpd {

namespace {

cJSON* object_in(cJSON* parent, const char* name) {
  cJSON* const made = cJSON_AddObjectToObject(parent, name);
  if (!made) throw std::bad_alloc();
  return made;
}

cJSON* list_in(cJSON* parent, const char* name) {
  cJSON* const made = cJSON_AddArrayToObject(parent, name);
  if (!made) throw std::bad_alloc();
  return made;
}

cJSON* item_of(cJSON* list) {
  cJSON* const made = cJSON_CreateObject();
  if (!made || !cJSON_AddItemToArray(list, made)) throw std::bad_alloc();
  return made;
}

void add(cJSON* object, const char* name, const char* text) {
  if (!cJSON_AddStringToObject(object, name, text)) throw std::bad_alloc();
}

void add(cJSON* object, const char* name, double number) {
  if (!cJSON_AddNumberToObject(object, name, number)) throw std::bad_alloc();
}

void add_mpm(cJSON* parent) {
  cJSON* const mpm = object_in(parent, "mpm");
  add(mpm, "name", ap_show_mpm());
  cJSON* const warnings = list_in(mpm, "warnings");
  for (const MpmWarning& warning : mpm_warnings()) {
    cJSON* const one = item_of(warnings);
    add(one, "setting", warning.setting);
    add(one, "value", warning.value);
    add(one, "effect", warning.effect);
    add(one, "better", warning.better);
  }
}

void add_state(cJSON* parent, server_rec* main_server, apr_pool_t* pool) {
  const channel::LmdbSettings settings = server_config(main_server)->state(pool);
  if (settings.directory.empty()) return;
  cJSON* const state = object_in(parent, "state");
  add(state, "directory", settings.directory.c_str());
  add(state, "size", static_cast<double>(settings.size));
}

// Whether the virtual host answers on that port; the main server: whether no virtual host does.
bool answers_on(const server_rec* s, const server_rec* main_server, apr_port_t port) {
  if (s->is_virtual) {
    for (const server_addr_rec* one = s->addrs; one; one = one->next)
      if (one->host_port == 0 || one->host_port == port) return true;
    return false;
  }
  for (const server_rec* other = main_server->next; other; other = other->next)
    if (answers_on(other, main_server, port)) return false;
  return true;
}

void add_doors(cJSON* doors, const PluginBinding& binding, server_rec* main_server) {
  for (const server_rec* s = main_server; s; s = s->next) {
    // What stands outside of virtual hosts counts in all of them.
    if (binding.server != s && binding.server != main_server) continue;
    for (const ap_listen_rec* listener = ap_listeners; listener; listener = listener->next) {
      if (!answers_on(s, main_server, listener->bind_addr->port)) continue;
      cJSON* const door = item_of(doors);
      add(door, "path", binding.location);
      add(door, "plugin", binding.name);
      add(door, "server", s->server_hostname ? s->server_hostname : "localhost");
      add(door, "address", listener->bind_addr->hostname ? listener->bind_addr->hostname : "");
      add(door, "port", listener->bind_addr->port);
      add(door, "protocol", listener->protocol ? listener->protocol : "");
    }
  }
}

}  // namespace

void print_inventory(server_rec* main_server, apr_pool_t* pool) {
  if (!ap_exists_config_define("DUMP_WEBSOCKETS")) return;
  const std::unique_ptr<cJSON, void (*)(cJSON*)> all(cJSON_CreateObject(), cJSON_Delete);
  if (!all) throw std::bad_alloc();
  const ServerConfig& config = *server_config(main_server);
  add_mpm(all.get());
  add(all.get(), "pid_file", ap_pid_fname ? ap_runtime_dir_relative(pool, ap_pid_fname) : "");
  add(all.get(), "user", geteuid() == 0 ? ap_unixd_config.user_id : geteuid());
  if (config.max_connections != kUnset)
    add(all.get(), "max_connections", static_cast<double>(config.max_connections));
  add_state(all.get(), main_server, pool);
  cJSON* const doors = list_in(all.get(), "locations");
  for (const PluginBinding* one = config.bindings; one; one = one->next)
    add_doors(doors, *one, main_server);
  const std::unique_ptr<char, void (*)(void*)> text(cJSON_PrintUnformatted(all.get()), cJSON_free);
  if (!text) throw std::bad_alloc();
  std::printf("mod_websocket %s\n", text.get());
  std::fflush(stdout);
}

}  // namespace ws::httpd
