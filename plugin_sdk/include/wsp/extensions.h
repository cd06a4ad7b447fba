/*
 * wsp/extensions.h - optional families of host calls, each by id and revision.
 *
 * host->get_extension(host, WSP_TIMER_1) gives a const wsp_timer_1 *, or NULL on a
 * host without it. A revision never changes, but its table may grow at the end: of
 * what is there "since 1.1", ask its struct_size first. Threads and ownership are those
 * of wsp/plugin.h; all calls are [any] unless tagged otherwise.
 */
#ifndef WSP_EXTENSIONS_H
#define WSP_EXTENSIONS_H

#include "wsp/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- wsp.timer/1: something to do later ----------------------------------- */
#define WSP_TIMER_1 "wsp.timer/1"

/* 0 is no timer. */
typedef uint64_t wsp_timer;
/* [session] when started for a session, else [loop], always the same thread. */
typedef void (*wsp_timer_fn)(void* arg);

typedef struct wsp_timer_1 {
  uint32_t struct_size;

  /* Calls fn(arg) after delay_ms, then each repeat_ms (0: once). Resolution about
   * 50 ms. For session 0 the timer belongs to the plugin and ends at destroy();
   * else it ends with the session, before on_close. A timer that ended never calls. */
  wsp_status (*start)(const wsp_host*, wsp_session, uint32_t delay_ms, uint32_t repeat_ms,
                      wsp_timer_fn fn, void* arg, wsp_timer* timer);

  /* From the timer's own thread: fn is not called any more. From another: it may
   * be running. WSP_E_GONE: unknown, or over. */
  wsp_status (*stop)(const wsp_host*, wsp_timer);
} wsp_timer_1;

/* ---- wsp.work/1: blocking work off the loop -------------------------------- */
#define WSP_WORK_1 "wsp.work/1"

typedef struct wsp_work_1 {
  uint32_t struct_size;

  /* Runs work(arg) on a thread where it may block; then done(arg, status), exactly
   * once, also when the session ended meanwhile (status WSP_E_GONE) or work never
   * ran because the process stops (WSP_E_FAILED): free arg there. done is [session]
   * (for session 0, and after the session's end: [loop]). destroy() waits for it.
   * WSP_E_FULL: too much waits already, nothing was queued. */
  wsp_status (*submit)(const wsp_host*, wsp_session, void (*work)(void* arg),
                       void (*done)(void* arg, wsp_status), void* arg);
} wsp_work_1;

/* ---- wsp.history/1: what was published before ------------------------------- */
#define WSP_HISTORY_1 "wsp.history/1"

typedef struct wsp_history_message {
  uint32_t struct_size;
  wsp_opcode opcode;
  wsp_bytes payload; /* as published: on_deliver has not seen it */
  wsp_position position;
  int64_t time_ms; /* of the publish: milliseconds since 1970, UTC */

  /* Since 1.3. 1: published with WSP_NO_COMPRESS. What the callback itself sends is then
   * not compressed; what you send later, flag again. */
  uint8_t no_compress;
} wsp_history_message;

typedef struct wsp_history_query {
  uint32_t struct_size;
  uint32_t limit;            /* at most so many, the newest; 0: all that is kept */
  const wsp_position* since; /* only what came after it; NULL: no such bound */
} wsp_history_query;

typedef struct wsp_history_reply {
  uint32_t struct_size;
  uint32_t message_count;
  const wsp_history_message* const* messages; /* oldest first */
  wsp_position position; /* the channel's newest; what comes live is after it */
  uint8_t recovered;     /* 1: `since` was given and every message after it is here */
} wsp_history_reply;

/* [session], before any live message after reply->position. status WSP_OK, or why
 * there is no reply (then it is NULL). Called exactly once, maybe within the call
 * that asked, unless that call failed; never after on_close. */
typedef void (*wsp_history_fn)(void* arg, wsp_status, const wsp_history_reply* reply);

typedef struct wsp_publish_options {
  uint32_t struct_size;
  uint32_t history_count;  /* keep so many newest messages of the channel; 0: none */
  uint32_t history_age_ms; /* and none older; 0: no such bound */
  wsp_session except;      /* not delivered to this one; 0 for nobody */
} wsp_publish_options;

/* [loop] once per loop and Location with subscribers of notice->channel: they will not
 * get something that was published up to notice->position, because this process fell
 * too far behind. What notice->replace sets goes to them; without it nothing is sent. Its
 * payload is empty. For a prefix (wsp.prefix/1), channel is the prefix and position 0, 0. */
typedef void (*wsp_gap_fn)(void* self, wsp_delivery* notice);

typedef struct wsp_history_1 {
  uint32_t struct_size;

  /* Like host->publish, but kept. */
  wsp_status (*publish)(const wsp_host*, wsp_bytes channel, wsp_opcode, wsp_bytes,
                        const wsp_publish_options*);

  /* Like host->subscribe, but first what the query asks for: no gap, no message
   * twice. Only from the session's own thread. */
  wsp_status (*subscribe)(const wsp_host*, wsp_session, wsp_bytes channel, const wsp_history_query*,
                          wsp_history_fn, void* arg);

  /* Reads without subscribing. Only from the session's own thread. */
  wsp_status (*read)(const wsp_host*, wsp_session, wsp_bytes channel, const wsp_history_query*,
                     wsp_history_fn, void* arg);

  /* Since 1.1. That subscribers missed something. [main], in create(). */
  wsp_status (*listen_for_gaps)(const wsp_host*, wsp_gap_fn, void* self);
} wsp_history_1;

/* ---- wsp.presence/1: who is in a channel ------------------------------------ */
#define WSP_PRESENCE_1 "wsp.presence/1"

/* One member: all sessions that entered the channel under one key. */
typedef struct wsp_member {
  uint32_t struct_size;
  uint32_t session_count;
  wsp_bytes key;
  wsp_bytes info; /* of the session that entered last */
} wsp_member;

/* [loop] once per loop and Location with sessions in the channel. joined: 1 for a
 * key's first session in the channel, 0 after its last left. What announcement->replace
 * sets goes to this loop's subscribers of announcement->channel; without it nothing
 * is sent. Its payload is empty. */
typedef void (*wsp_presence_fn)(void* self, const wsp_member*, uint8_t joined,
                                wsp_delivery* announcement);

typedef void (*wsp_member_fn)(void* arg, const wsp_member*);

typedef struct wsp_presence_1 {
  uint32_t struct_size;

  /* Who joins and who leaves, for this plugin's channels. [main], in create(). */
  wsp_status (*listen)(const wsp_host*, wsp_presence_fn, void* self);

  /* A session is in a channel at most once: a second call changes info only (key
   * must be the same). It leaves by itself when it ends. key: 1..255 bytes. */
  wsp_status (*enter)(const wsp_host*, wsp_session, wsp_bytes channel, wsp_bytes key,
                      wsp_bytes info);
  wsp_status (*leave)(const wsp_host*, wsp_session, wsp_bytes channel);

  /* Calls fn for each member, in the order of their keys, before it returns. */
  wsp_status (*list)(const wsp_host*, wsp_bytes channel, wsp_member_fn fn, void* arg);

  /* Since 1.1. How many members there are, and sessions that are members; either may be NULL. */
  wsp_status (*count)(const wsp_host*, wsp_bytes channel, uint64_t* members, uint64_t* sessions);
} wsp_presence_1;

/* ---- wsp.prefix/1: families of channels --------------------------------------- */
#define WSP_PREFIX_1 "wsp.prefix/1"

/* A prefix is a channel name's beginning up to one of its separators . : / and with
 * it: "orders." for "orders.1" and "orders.eu.2". Another one is WSP_E_INVALID. */
typedef struct wsp_prefix_1 {
  uint32_t struct_size;

  /* Like host->subscribe for all channels that begin with the prefix, also those that do
   * not exist yet; a delivery names its channel. A session that is subscribed twice to
   * what is published (by prefix and by name, or by two prefixes) gets it twice; on_deliver
   * is called for each prefix beside the call for the name. */
  wsp_status (*subscribe)(const wsp_host*, wsp_session, wsp_bytes prefix);
  wsp_status (*unsubscribe)(const wsp_host*, wsp_session, wsp_bytes prefix);
} wsp_prefix_1;

/* ---- wsp.users/1: all sessions of a user ---------------------------------------- */
#define WSP_USERS_1 "wsp.users/1"

/* A user as wsp_request.user names it; an empty one is WSP_E_INVALID. Both
 * calls reach the user's sessions with this plugin's Location, in all processes. */
typedef struct wsp_users_1 {
  uint32_t struct_size;

  /* One message, encoded once; on_deliver does not see it. Not kept. All messages to one
   * user arrive in one order; sessions that would miss one are closed with 1013. */
  wsp_status (*send)(const wsp_host*, wsp_bytes user, wsp_opcode, wsp_bytes);

  /* host->close for each of them. */
  wsp_status (*disconnect)(const wsp_host*, wsp_bytes user, uint16_t code, wsp_bytes reason);
} wsp_users_1;

/* ---- wsp.identity/1: what a session may do ------------------------------------------ */
#define WSP_IDENTITY_1 "wsp.identity/1"

/* Since 1.2. All only from the session's own thread. What is asked here the host enforces
 * by itself too: subscribe and publish give the same answer. */
typedef struct wsp_identity_1 {
  uint32_t struct_size;

  /* WSP_OK or WSP_E_DENIED. */
  wsp_status (*may_subscribe)(const wsp_host*, wsp_session, wsp_bytes channel);
  wsp_status (*may_publish)(const wsp_host*, wsp_session, wsp_bytes channel);

  /* A newer token of the same user that ends no sooner: the session lives on until then,
   * and may do what that token says; what it is subscribed to it keeps. WSP_E_DENIED: no
   * good token, or another user's, and nothing changed. WSP_E_UNSUPPORTED: there is no
   * WebSocketToken here. */
  wsp_status (*renew)(const wsp_host*, wsp_session, wsp_bytes token);

  /* Since 1.3. The plugin has found out who its guest is: the session is that user's from now
   * on, as if the handshake had said so, and WebSocketSignInTimeout no longer ends it.
   * WSP_E_DENIED: it has a user already. WSP_E_INVALID: not 1..255 bytes of UTF-8 without
   * control characters. WSP_E_FULL: the channels' state has no room for another user. */
  wsp_status (*sign_in)(const wsp_host*, wsp_session, wsp_bytes user);
} wsp_identity_1;

#ifdef __cplusplus
}
#endif
#endif /* WSP_EXTENSIONS_H */
