/*
 * wsp/plugin.h - the C ABI between mod_websocket (the host) and a plugin (.so).
 *
 * This file is the base of the contract; the optional families of calls are in
 * wsp/extensions.h. It needs nothing but a C99 compiler. C++ authors include
 * wsp/plugin.hpp, which wraps both and adds nothing to them.
 *
 * VERSIONS   The entry symbol carries the major version: wsp_plugin_v1.
 *            Within a major, structs only grow at their end; struct_size says
 *            how far the other side goes. Optional families of functions come
 *            from get_extension() with an id such as "wsp.timer/1".
 * OWNERSHIP  Every pointer given to a call is borrowed until that call
 *            returns. Copy what you keep. Nobody frees the other's memory.
 *            Sessions are numbers, not pointers: a stale one gives WSP_E_GONE.
 * THREADS    [main]    one thread, no session of this plugin exists yet or any more
 *            [worker]  any thread, calls overlap; may block for a while
 *            [loop]    a loop thread; must not block
 *            [session] the loop thread of that session: never two calls at once
 *                      for one session; calls for sessions of different loops
 *                      overlap; must not block
 *            [any]     any thread, any time between create() and destroy();
 *                      never blocks, never calls back into the plugin
 * ERRORS     wsp_status; negative is failure and then nothing was done.
 *            No C++ exception may leave a function of this file.
 * TEXT       UTF-8, counted, not NUL-terminated, unless typed const char *.
 * UNITS      sizes in bytes; durations carry their unit in their name.
 */
#ifndef WSP_PLUGIN_H
#define WSP_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WSP_ABI_MINOR 3u
#define WSP_EXPORT __attribute__((visibility("default")))

typedef struct wsp_bytes {
  const char* data;
  size_t size;
} wsp_bytes;

/* Names one connection on this host, in all its processes. 0 is nobody. */
typedef uint64_t wsp_session;

typedef int32_t wsp_status;
enum {
  WSP_OK = 0,
  WSP_E_GONE = -1,        /* the session has ended */
  WSP_E_FULL = -2,        /* its output queue is full; wait for on_drain */
  WSP_E_INVALID = -3,     /* an argument breaks the contract */
  WSP_E_UNSUPPORTED = -4, /* this host cannot do that */
  WSP_E_FAILED = -5,      /* anything else; the log says what */
  WSP_E_DENIED = -6       /* this session may not do that. Since 1.2 */
};

typedef int32_t wsp_opcode;
enum {
  WSP_TEXT = 1, /* as in RFC 6455, section 5.2 */
  WSP_BINARY = 2,
  /* Since 1.3, or'ed to one of them in what is sent or published: this message is never
   * compressed, wherever it is delivered and replayed. For a secret beside text that others
   * may choose, which its compressed size would tell (BREACH). Never in what you get. */
  WSP_NO_COMPRESS = 0x100
};

typedef int32_t wsp_log_level;
enum { WSP_LOG_ERROR = 1, WSP_LOG_WARNING = 2, WSP_LOG_INFO = 3, WSP_LOG_DEBUG = 4 };

/* One WebSocketPluginOption line. */
typedef struct wsp_option {
  const char *name, *value;
} wsp_option;

/* What one WebSocketPlugin line and the options below it say. */
typedef struct wsp_config {
  uint32_t struct_size;
  uint32_t option_count;
  const wsp_option* options; /* in file order, each name once: the last line wins */
  const char* location;      /* the <Location> or <Directory> it stands in; "" at server level */
} wsp_config;

/* An option that the plugin understands, for the host to check and to list. */
typedef struct wsp_option_spec {
  const char* name;
  const char* form; /* what a value looks like: "1-1000", "on|off", "NAME" */
  const char* help; /* one sentence */
} wsp_option_spec;

typedef struct wsp_pair {
  wsp_bytes name, value;
} wsp_pair;

/* The handshake request, after httpd's own phases (rewrite, authentication, Require). */
typedef struct wsp_request {
  uint32_t struct_size;
  uint32_t header_count;
  const wsp_pair* headers;     /* in the order received; a name may come several times */
  const wsp_pair* cookies;     /* from all Cookie headers, values as sent */
  const wsp_pair* environment; /* httpd's: SetEnv, SSL_..., REMOTE_USER's helpers */
  uint32_t cookie_count;
  uint32_t environment_count;
  wsp_bytes path;        /* decoded, without the query */
  wsp_bytes query;       /* raw, without '?' */
  wsp_bytes user;        /* who it is, as httpd, the site or a token says; empty for nobody */
  wsp_bytes remote_ip;   /* the client's, mod_remoteip considered */
  wsp_bytes host;        /* the Host header's, without port */
  wsp_bytes subprotocol; /* the one agreed on; empty for none */
  uint8_t is_tls;        /* 1 for wss: */

  /* Since 1.2: what WebSocketAuthorize or WebSocketToken brought. */
  wsp_bytes display_name; /* of the user, for people; UTF-8; empty when none was given */
  wsp_bytes user_data;    /* for the plugin, as the site gave it; at most 4 KiB */
  int64_t expires_ms;     /* the session then ends with 4401: since 1970, UTC; 0: never */
} wsp_request;

/* How a plugin shapes the answer to a handshake. Valid until on_handshake returns.
 * What breaks HTTP's rules (a CR in a value, a subprotocol that the client did not
 * offer) gives WSP_E_INVALID, and the handshake then ends with 500, not 101. */
typedef struct wsp_answer wsp_answer;
struct wsp_answer {
  uint32_t struct_size;
  void* impl; /* the host's own */

  /* One more header on the 101 answer. Not those of the handshake itself. */
  wsp_status (*add_header)(wsp_answer*, wsp_bytes name, wsp_bytes value);

  /* Instead of the one the host chose from wsp_plugin.subprotocols; empty: none. */
  wsp_status (*select_subprotocol)(wsp_answer*, wsp_bytes name);

  /* Ends the handshake with this status (400..599) and this plain text as its page. */
  wsp_status (*refuse)(wsp_answer*, uint16_t http_status, wsp_bytes text);
};

/* A whole message: the host joins fragments, inflates, and checks UTF-8. */
typedef struct wsp_message {
  uint32_t struct_size;
  wsp_opcode opcode;
  wsp_bytes payload;
} wsp_message;

/* A place in a channel's one order. Another epoch: the numbering began anew.
 * The first message of an epoch has offset 1. */
typedef struct wsp_position {
  uint64_t epoch;
  uint64_t offset;
} wsp_position;

/* A published message on its way to this process's subscribers. */
typedef struct wsp_delivery wsp_delivery;
struct wsp_delivery {
  uint32_t struct_size;
  void* impl; /* the host's own */
  wsp_bytes channel;
  wsp_opcode opcode;
  wsp_bytes payload; /* as published */
  wsp_position position;
  int64_t time_ms; /* of the publish: milliseconds since 1970, UTC */

  /* Sends this instead of the payload. The host copies it. At most once. */
  wsp_status (*replace)(wsp_delivery*, wsp_opcode, wsp_bytes);

  /* Since 1.3. 1: published with WSP_NO_COMPRESS, which holds for what replaces it too. */
  uint8_t no_compress;
};

/* What the host offers. Lives until destroy() returns. All are [any]. */
typedef struct wsp_host wsp_host;
struct wsp_host {
  uint32_t struct_size;
  uint32_t abi_minor;
  void* impl; /* the host's own */

  void (*log)(const wsp_host*, wsp_log_level, wsp_bytes text);

  /* Queues one message. WSP_E_FULL: not queued, and WebSocketSlowClient decides
   * what becomes of the session; unless it closes, on_drain follows. What is queued
   * is not dropped for others, unlike what was published.
   * WSP_E_INVALID: text that is not UTF-8, or an unknown opcode.
   * From a thread other than the session's: handed over to it, in the order of
   * this thread's calls. */
  wsp_status (*send)(const wsp_host*, wsp_session, wsp_opcode, wsp_bytes);

  /* Starts the closing handshake. on_close follows, also for a second call.
   * code: 1000..1014 as RFC 6455 allows an endpoint to send, or 3000..4999.
   * reason: at most 123 bytes go out, cut at a character's border; what is not
   * UTF-8 is replaced. */
  wsp_status (*close)(const wsp_host*, wsp_session, uint16_t code, wsp_bytes reason);

  /* Channel names: 1..255 bytes of UTF-8 without control characters or blanks. Each
   * ServerName (with its aliases, on all ports) has its own. A second call does nothing.
   * WSP_E_DENIED: the session may not hear it (WebSocketChannel, or what its sign-in
   * allows). Asked for from another thread, it is then just not done. */
  wsp_status (*subscribe)(const wsp_host*, wsp_session, wsp_bytes channel);
  wsp_status (*unsubscribe)(const wsp_host*, wsp_session, wsp_bytes channel);

  /* One message to every subscriber, in all processes, save `except` (or 0).
   * Encoded once. A subscriber whose queue is full follows WebSocketSlowClient: its
   * session closes, or it misses this message or older published ones; nobody waits.
   * All subscribers see what is published to one channel in one order; send() is
   * not part of that order and may overtake it.
   * Within a [session] callback it counts as that session's: WSP_E_DENIED when it may
   * not speak there. Elsewhere, in work or another thread, it is the plugin's own. */
  wsp_status (*publish)(const wsp_host*, wsp_bytes channel, wsp_opcode, wsp_bytes,
                        wsp_session except);

  /* NULL when this host lacks it. Valid until destroy() returns. */
  const void* (*get_extension)(const wsp_host*, const char* id);

  /* Stops and starts reading from the peer: backpressure. Messages that were
   * already read wait; pings are not answered and the idle timers rest meanwhile. */
  wsp_status (*pause_input)(const wsp_host*, wsp_session);
  wsp_status (*resume_input)(const wsp_host*, wsp_session);

  /* Bytes that wait to be sent to the peer. From the session's own thread only. */
  wsp_status (*queued_bytes)(const wsp_host*, wsp_session, size_t* bytes);
};

/* What a plugin is. Any callback but on_open may be NULL. */
typedef struct wsp_plugin {
  uint32_t struct_size; /* sizeof(wsp_plugin) */
  uint32_t abi_minor;   /* least minor this plugin needs; WSP_ABI_MINOR is safe */
  const char* name;     /* [a-z0-9-]+, as in WebSocketPlugin */
  const char* version;

  /* [main] Once in each server process and for each Location that names the plugin,
   * before its first session. *self goes to every call below. On failure the
   * Location answers 503 in this process. */
  wsp_status (*create)(const wsp_host*, const wsp_config*, void** self);
  /* [main] After the last on_close. */
  void (*destroy)(void* self);

  /* [worker] Before the 101 answer. WSP_OK accepts; else the client gets what
   * answer->refuse said, or 403 for WSP_E_INVALID and 500 for any other failure. */
  wsp_status (*on_handshake)(void* self, const wsp_request*, wsp_answer*);

  /* [session] First call of a session; it may send at once. *state goes to
   * the calls below. On failure the session closes with 1011, no on_close. */
  wsp_status (*on_open)(void* self, wsp_session, const wsp_request*, void** state);
  void (*on_message)(void* state, const wsp_message*); /* [session] */
  void (*on_drain)(void* state);                       /* [session] after WSP_E_FULL */
  /* [session] Last call, exactly once for each on_open that returned WSP_OK.
   * code 1006 when the peer vanished, 1005 when it gave none. Free state here. */
  void (*on_close)(void* state, uint16_t code, wsp_bytes reason);

  /* [loop] Gives a published message its wire form: once per message, loop (a process
   * has WebSocketLoops of them) and Location, not per subscriber. WSP_OK delivers; a
   * failure drops it here. */
  wsp_status (*on_deliver)(void* self, wsp_delivery*);

  /* [loop] This process begins to shut down: its sessions will be closed soon. */
  void (*on_stopping)(void* self);

  /* Offered to clients that ask for subprotocols: the first of the client's list that
   * is here is chosen. NULL-terminated; NULL for none. */
  const char* const* subprotocols;

  /* What WebSocketPluginOption may say here; another name is refused at configtest.
   * Ends with a NULL name. NULL: no options at all. */
  const wsp_option_spec* options;

  /* [main] At start and at configtest, maybe as root: no side effects. On failure
   * the server does not start and shows `error`, a NUL-terminated sentence of at
   * most `size` bytes. */
  wsp_status (*check_config)(const wsp_config*, char* error, size_t size);

  /* Messages that this plugin takes: a sum of WSP_ACCEPT_...; 0 means all.
   * Others end the session with 1003. */
  uint32_t accepts;
} wsp_plugin;

enum { WSP_ACCEPT_TEXT = 1, WSP_ACCEPT_BINARY = 2 };

/* The one symbol a plugin exports. Read before any of its code runs. */
extern WSP_EXPORT const wsp_plugin wsp_plugin_v1;

#ifdef __cplusplus
}
#endif
#endif /* WSP_PLUGIN_H */
