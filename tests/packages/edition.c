/* The plugin of another version of the package: answers every message with what version that is. */
#include <stdlib.h>
#include <string.h>
#include <wsp/plugin.h>

typedef struct connection {
  const wsp_host* host;
  wsp_session session;
} connection;

static wsp_status create(const wsp_host* host, const wsp_config* config, void** self) {
  (void)config;
  *self = (void*)host;
  return WSP_OK;
}

static wsp_status on_open(void* self, wsp_session session, const wsp_request* request,
                          void** state) {
  connection* c = malloc(sizeof *c);
  (void)request;
  if (!c) return WSP_E_FAILED;
  c->host = self;
  c->session = session;
  *state = c;
  return WSP_OK;
}

static void on_message(void* state, const wsp_message* message) {
  const connection* c = state;
  const wsp_bytes answer = {EDITION, strlen(EDITION)};
  c->host->send(c->host, c->session, message->opcode, answer);
}

static void on_close(void* state, uint16_t code, wsp_bytes reason) {
  (void)code, (void)reason;
  free(state);
}

const wsp_plugin wsp_plugin_v1 = {
    .struct_size = sizeof(wsp_plugin),
    .abi_minor = WSP_ABI_MINOR,
    .name = "echo",
    .version = EDITION,
    .create = create,
    .on_open = on_open,
    .on_message = on_message,
    .on_close = on_close,
};
