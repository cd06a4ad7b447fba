/* An echo plugin in C99: sends every message back. */
#include <stdlib.h>
#include <wsp/plugin.h>

typedef struct connection {
  const wsp_host* host;
  wsp_session session;
} connection;

static wsp_status create(const wsp_host* host, const wsp_config* config, void** self) {
  (void)config;
  *self = (void*)host; /* all that this plugin keeps */
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
  c->host->send(c->host, c->session, message->opcode, message->payload);
}

static void on_close(void* state, uint16_t code, wsp_bytes reason) {
  (void)code, (void)reason;
  free(state);
}

const wsp_plugin wsp_plugin_v1 = {
    .struct_size = sizeof(wsp_plugin),
    .abi_minor = WSP_ABI_MINOR,
    .name = "echo-c",
    .version = "1.0.0",
    .create = create,
    .on_open = on_open,
    .on_message = on_message,
    .on_close = on_close,
};
