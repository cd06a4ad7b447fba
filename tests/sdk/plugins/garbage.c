/* A plugin for tests whose callbacks return what is no wsp_status: the queries ?handshake and
 * ?open. */
#include <string.h>
#include <wsp/plugin.h>

enum { GARBAGE = 12345 };

static int asks_for(const wsp_request* request, const char* what) {
  return request->query.size == strlen(what) &&
         memcmp(request->query.data, what, request->query.size) == 0;
}

static wsp_status on_handshake(void* self, const wsp_request* request, wsp_answer* answer) {
  (void)self, (void)answer;
  return asks_for(request, "handshake") ? GARBAGE : WSP_OK;
}

static wsp_status on_open(void* self, wsp_session session, const wsp_request* request,
                          void** state) {
  (void)self, (void)session;
  *state = 0;
  return asks_for(request, "open") ? GARBAGE : WSP_OK;
}

const wsp_plugin wsp_plugin_v1 = {
    .struct_size = sizeof(wsp_plugin),
    .abi_minor = WSP_ABI_MINOR,
    .name = "garbage",
    .version = "1.0.0",
    .on_handshake = on_handshake,
    .on_open = on_open,
};
