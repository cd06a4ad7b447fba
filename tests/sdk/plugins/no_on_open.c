/* A plugin for tests that a host must refuse: it lacks on_open. */
#include <wsp/plugin.h>

const wsp_plugin wsp_plugin_v1 = {
    .struct_size = sizeof(wsp_plugin),
    .abi_minor = WSP_ABI_MINOR,
    .name = "no-on-open",
    .version = "1.0.0",
};
