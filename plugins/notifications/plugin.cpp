// The symbol that mod_websocket looks for in notifications.so.
#include <wsp/plugin.hpp>

#include "notifications_plugin.h"

WSP_PLUGIN("notifications", "1.0.0", notifications::NotificationsPlugin);
