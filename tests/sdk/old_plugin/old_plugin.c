/*
 * A plugin of ABI 1, minor 0, with its own copies of the headers: never changed. It uses every
 * function of the base and of the four extensions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsp/extensions.h"
#include "wsp/plugin.h"

typedef struct old_plugin {
  const wsp_host* host;
  const wsp_timer_1* timer;
  const wsp_work_1* work;
  const wsp_history_1* history;
  const wsp_presence_1* presence;
  char greeting[32];
} old_plugin;

typedef struct old_session {
  old_plugin* plugin;
  wsp_session id;
  int worked;
} old_session;

static wsp_bytes text(const char* s) {
  wsp_bytes b;
  b.data = s;
  b.size = strlen(s);
  return b;
}

static int is(wsp_bytes b, const char* s) {
  return b.size == strlen(s) && (b.size == 0 || memcmp(b.data, s, b.size) == 0);
}

static void say(const old_session* s, const char* words) {
  s->plugin->host->send(s->plugin->host, s->id, WSP_TEXT, text(words));
}

static void say_status(const old_session* s, const char* what, wsp_status status) {
  char line[64];
  snprintf(line, sizeof line, "%s %d", what, (int)status);
  say(s, line);
}

static void on_presence(void* self, const wsp_member* member, uint8_t joined,
                        wsp_delivery* announcement) {
  char line[64];
  (void)self;
  snprintf(line, sizeof line, "%c%.*s", joined ? '+' : '-', (int)member->key.size,
           member->key.data);
  announcement->replace(announcement, WSP_TEXT, text(line));
}

static wsp_status create(const wsp_host* host, const wsp_config* config, void** self) {
  uint32_t i;
  old_plugin* p = calloc(1, sizeof *p);
  if (!p) return WSP_E_FAILED;
  p->host = host;
  p->timer = host->get_extension(host, WSP_TIMER_1);
  p->work = host->get_extension(host, WSP_WORK_1);
  p->history = host->get_extension(host, WSP_HISTORY_1);
  p->presence = host->get_extension(host, WSP_PRESENCE_1);
  strcpy(p->greeting, "welcome");
  for (i = 0; i < config->option_count; i++)
    if (strcmp(config->options[i].name, "greeting") == 0)
      snprintf(p->greeting, sizeof p->greeting, "%s", config->options[i].value);
  if (!p->timer || !p->work || !p->history || !p->presence ||
      p->presence->listen(host, on_presence, p) != WSP_OK) {
    free(p);
    return WSP_E_UNSUPPORTED;
  }
  host->log(host, WSP_LOG_INFO, text("old: created"));
  *self = p;
  return WSP_OK;
}

static void destroy(void* self) { free(self); }

static wsp_status on_handshake(void* self, const wsp_request* r, wsp_answer* answer) {
  (void)self;
  if (is(r->query, "refuse")) return answer->refuse(answer, 418, text("no"));
  if (is(r->query, "two")) answer->select_subprotocol(answer, text("old.2"));
  return answer->add_header(answer, text("X-Old"), text("1"));
}

static wsp_status on_open(void* self, wsp_session id, const wsp_request* r, void** state) {
  old_session* s = calloc(1, sizeof *s);
  if (!s) return WSP_E_FAILED;
  s->plugin = self;
  s->id = id;
  *state = s;
  say(s, s->plugin->greeting);
  return is(r->query, "fail") ? (free(s), WSP_E_FAILED) : WSP_OK;
}

static void on_timer(void* arg) { say(arg, "timer"); }

static void work(void* arg) { ((old_session*)arg)->worked = 1; }

static void work_done(void* arg, wsp_status status) {
  const old_session* s = arg;
  if (status == WSP_OK) say(s, s->worked ? "worked" : "not worked");
}

static void on_history(void* arg, wsp_status status, const wsp_history_reply* reply) {
  uint32_t i;
  char line[64];
  if (status != WSP_OK) return;
  for (i = 0; i < reply->message_count; i++) {
    const wsp_history_message* m = reply->messages[i];
    snprintf(line, sizeof line, "%d:%.*s", (int)m->position.offset, (int)m->payload.size,
             m->payload.data);
    say(arg, line);
  }
}

static void on_member(void* arg, const wsp_member* member) {
  char line[64];
  snprintf(line, sizeof line, "%.*s=%.*s", (int)member->key.size, member->key.data,
           (int)member->info.size, member->info.data);
  say(arg, line);
}

static void on_message(void* state, const wsp_message* m) {
  old_session* s = state;
  old_plugin* p = s->plugin;
  const wsp_host* h = p->host;
  const wsp_bytes room = text("room");
  if (is(m->payload, "subscribe")) {
    say_status(s, "subscribe", h->subscribe(h, s->id, room));
  } else if (is(m->payload, "unsubscribe")) {
    say_status(s, "unsubscribe", h->unsubscribe(h, s->id, room));
  } else if (is(m->payload, "publish")) {
    h->publish(h, room, WSP_TEXT, text("to all"), 0);
    h->publish(h, room, WSP_TEXT, text("to others"), s->id);
  } else if (is(m->payload, "keep")) {
    wsp_publish_options o;
    memset(&o, 0, sizeof o);
    o.struct_size = sizeof o;
    o.history_count = 2;
    p->history->publish(h, room, WSP_TEXT, text("kept"), &o);
  } else if (is(m->payload, "history")) {
    wsp_history_query q;
    memset(&q, 0, sizeof q);
    q.struct_size = sizeof q;
    say_status(s, "read", p->history->read(h, s->id, room, &q, on_history, s));
  } else if (is(m->payload, "enter")) {
    p->presence->enter(h, s->id, room, text("ann"), text("busy"));
    p->presence->list(h, room, on_member, s);
  } else if (is(m->payload, "timer")) {
    wsp_timer timer;
    p->timer->start(h, s->id, 100, 0, on_timer, s, &timer);
  } else if (is(m->payload, "work")) {
    p->work->submit(h, s->id, work, work_done, s);
  } else if (is(m->payload, "pause")) {
    h->pause_input(h, s->id);
  } else if (is(m->payload, "queued")) {
    size_t n = 1;
    say_status(s, "queued", h->queued_bytes(h, s->id, &n));
  } else if (is(m->payload, "close")) {
    h->close(h, s->id, 4001, text("bye"));
  } else {
    h->send(h, s->id, m->opcode, m->payload);
  }
}

static void on_drain(void* state) { say(state, "drained"); }

static void on_close(void* state, uint16_t code, wsp_bytes reason) {
  old_session* s = state;
  char line[64];
  snprintf(line, sizeof line, "old: closed %d %.*s", (int)code, (int)reason.size, reason.data);
  s->plugin->host->log(s->plugin->host, WSP_LOG_INFO, text(line));
  free(s);
}

static wsp_status on_deliver(void* self, wsp_delivery* d) {
  char line[64];
  (void)self;
  snprintf(line, sizeof line, "%.*s#%d", (int)d->payload.size, d->payload.data,
           (int)d->position.offset);
  return d->replace(d, WSP_TEXT, text(line));
}

static void on_stopping(void* self) {
  const old_plugin* p = self;
  p->host->log(p->host, WSP_LOG_INFO, text("old: stopping"));
}

static wsp_status check_config(const wsp_config* config, char* error, size_t size) {
  uint32_t i;
  for (i = 0; i < config->option_count; i++)
    if (strlen(config->options[i].value) > 31) {
      snprintf(error, size, "%s is too long", config->options[i].name);
      return WSP_E_INVALID;
    }
  return WSP_OK;
}

static const char* const subprotocols[] = {"old.1", "old.2", NULL};
static const wsp_option_spec options[] = {{"greeting", "TEXT", "The first message."},
                                          {NULL, NULL, NULL}};

const wsp_plugin wsp_plugin_v1 = {
    sizeof(wsp_plugin), WSP_ABI_MINOR, "old",      "1.0.0",      create,   destroy,
    on_handshake,       on_open,       on_message, on_drain,     on_close, on_deliver,
    on_stopping,        subprotocols,  options,    check_config, 0};
