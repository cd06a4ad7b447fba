// The symbol that mod_websocket looks for in chat.so.
#include <wsp/plugin.hpp>

#include "chat_plugin.h"

WSP_PLUGIN("chat", "1.0.0", chat::ChatPlugin);
