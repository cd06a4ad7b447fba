/* A plugin for tests that a host must refuse: its name breaks the rules. */
#include <wsp/plugin.h>

static wsp_status on_open(void* self, wsp_session session, const wsp_request* request,
                          void** state) {
  (void)self, (void)session, (void)request;
  *state = 0;
  return WSP_OK;
}

const wsp_plugin wsp_plugin_v1 = {
    .struct_size = sizeof(wsp_plugin),
    .abi_minor = WSP_ABI_MINOR,
    .name = "Bad name!",
    .version = "1.0.0",
    .on_open = on_open,
};
