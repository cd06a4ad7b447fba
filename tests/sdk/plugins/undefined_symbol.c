/* A plugin for tests that a host must refuse: it calls a function that nobody has. */
#include <wsp/plugin.h>

static wsp_status on_open(void* self, wsp_session session, const wsp_request* request,
                          void** state) {
  (void)self, (void)session, (void)request;
  *state = 0;
  return WSP_OK;
}

extern int wsp_nobody_defines_this(void);

static void on_message(void* state, const wsp_message* message) {
  (void)state, (void)message;
  wsp_nobody_defines_this();
}

const wsp_plugin wsp_plugin_v1 = {
    .struct_size = sizeof(wsp_plugin),
    .abi_minor = WSP_ABI_MINOR,
    .name = "undefined-symbol",
    .version = "1.0.0",
    .on_open = on_open,
    .on_message = on_message,
};
