/* A plugin for tests that a host must refuse: its table ends before on_open. */
#include <wsp/plugin.h>

static wsp_status on_open(void* self, wsp_session session, const wsp_request* request,
                          void** state) {
  (void)self, (void)session, (void)request;
  *state = 0;
  return WSP_OK;
}

const wsp_plugin wsp_plugin_v1 = {
    .struct_size = 24,
    .abi_minor = WSP_ABI_MINOR,
    .name = "bad-struct-size",
    .version = "1.0.0",
    .on_open = on_open,
};
