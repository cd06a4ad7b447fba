// How a connection leaves httpd.
#include "httpd/detach.h"

#include <fcntl.h>
#include <http_ssl.h>
#include <mod_ssl.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string>
#include <system_error>

#include "httpd/guard.h"
#include "httpd/stop_later.h"

// mod_ssl_openssl.h, which declares this hook, isn't installed with httpd's headers.
APR_DECLARE_EXTERNAL_HOOK(ssl, SSL, int, pre_handshake, (conn_rec * c, SSL* ssl, int is_proxy))

static_assert(AP_MODULE_MAGIC_AT_LEAST(20120211, 110), "httpd 2.4.49 or newer is needed");

namespace ws::httpd {

namespace {

constexpr std::string_view kTlsFilter = "ssl/tls filter";
// Connection filters that only watch or have done their work when a handler runs.
constexpr std::array<std::string_view, 7> kHarmlessFilters = {
    "core_in",          "core",       kTlsFilter,      "ssl/tls coalescing filter",
    "log_input_output", "reqtimeout", "remoteip_input"};

constexpr apr_off_t kDrainStep = 8192;

// What is known of a connection while httpd has it.
struct Passage {
  SSL* ssl = nullptr;  // mod_ssl's
  // Set once the 101 is sent: the connection leaves when it is closed.
  Detacher* detacher = nullptr;
  session::SessionStart* start = nullptr;
};

Passage* passage(const conn_rec* c) noexcept {
  return static_cast<Passage*>(ap_get_module_config(c->conn_config, &websocket_module));
}

const ap_filter_t* find_filter(const ap_filter_t* filter, std::string_view name) noexcept {
  while (filter && filter->frec->name != name) filter = filter->next;
  return filter;
}

const char* foreign_filter(const ap_filter_t* filter) noexcept {
  for (; filter; filter = filter->next)
    if (std::ranges::find(kHarmlessFilters, std::string_view(filter->frec->name)) ==
        kHarmlessFilters.end())
      return filter->frec->name;
  return nullptr;
}

extern "C" {

int ws_reject_certificate(int, X509_STORE_CTX*) { return 0; }
void ws_ignore_info(const SSL*, int, int) {}

// Registered before mod_ssl's own, so it runs after it.
apr_status_t ws_leave(void* data) {
  auto& leaving = *static_cast<Passage*>(data);
  const StopLater stop_later;
  const std::unique_ptr<session::SessionStart> start(leaving.start);
  if (start) leaving.detacher->take_over(std::move(*start));
  return APR_SUCCESS;
}

int ws_pre_connection(conn_rec* c, void*) {
  if (c->master || c->outgoing) return kDeclined;
  auto* const known = new (apr_palloc(c->pool, sizeof(Passage))) Passage();
  ap_set_module_config(c->conn_config, &websocket_module, known);
  apr_pool_cleanup_register(c->pool, known, ws_leave, apr_pool_cleanup_null);
  return kOk;
}

int ws_pre_handshake(conn_rec* c, SSL* ssl, int is_proxy) {
  if (!is_proxy)
    if (Passage* const known = passage(c)) known->ssl = ssl;
  return kOk;
}

// Nothing of httpd may shut the socket or the TLS session down.
int ws_pre_close_connection(conn_rec* c) {
  const Passage* const known = passage(c);
  if (known && known->start) c->aborted = 1;
  return kOk;
}

}  // extern "C"

void send_switching_protocols(request_rec* r, std::span<const Detacher::Header> headers) {
  r->status = HTTP_SWITCHING_PROTOCOLS;
  r->status_line = nullptr;
  apr_table_clear(r->headers_out);
  for (const auto& header : headers) apr_table_addn(r->headers_out, header.name, header.value);
  ap_send_interim_response(r, 1);
}

// httpd reads from another socket than the client's while this lives.
class Diversion {
 public:
  Diversion(conn_rec* c, int fd) : connection_(c), socket_(ap_get_conn_socket(c)) {
    apr_os_sock_get(&own_, socket_);
    apr_os_sock_put(&socket_, &fd, connection_->pool);
  }
  ~Diversion() { apr_os_sock_put(&socket_, &own_, connection_->pool); }
  Diversion(const Diversion&) = delete;
  Diversion& operator=(const Diversion&) = delete;

 private:
  conn_rec* connection_;
  apr_socket_t* socket_;
  apr_os_sock_t own_ = -1;
};

// Appends what one read gives without waiting. False: nothing.
bool drain_once(ap_filter_t* from, apr_bucket_brigade* brigade, std::string& to) {
  apr_brigade_cleanup(brigade);
  if (ap_get_brigade(from, brigade, AP_MODE_READBYTES, APR_NONBLOCK_READ, kDrainStep) !=
      APR_SUCCESS)
    return false;
  const size_t before = to.size();
  for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
       bucket = APR_BUCKET_NEXT(bucket)) {
    const char* bytes = nullptr;
    apr_size_t size = 0;
    if (apr_bucket_read(bucket, &bytes, &size, APR_NONBLOCK_READ) == APR_SUCCESS)
      to.append(bytes, size);
  }
  return to.size() > before;
}

// Takes what httpd has read behind the request, and nothing that is still in the socket: a
// quick client may send on and on. Ciphertext comes first, from below mod_ssl, so that mod_ssl
// meets no KeyUpdate, which it would answer to the wrong socket.
void drain_input(request_rec* r, int idle_fd, bool is_tls, session::SessionStart& start) {
  conn_rec* const c = r->connection;
  apr_bucket_brigade* const brigade = apr_brigade_create(r->pool, c->bucket_alloc);
  const Diversion diversion(c, idle_fd);
  if (const ap_filter_t* const tls = find_filter(c->input_filters, kTlsFilter); is_tls && tls)
    while (drain_once(tls->next, brigade, start.early_sealed)) {
    }
  while (drain_once(c->input_filters, brigade, start.early)) {
  }
  apr_brigade_destroy(brigade);
}

}  // namespace

void Detacher::register_hooks() {
  ap_hook_pre_connection(ws_pre_connection, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_pre_close_connection(ws_pre_close_connection, nullptr, nullptr, APR_HOOK_LAST);
  APR_OPTIONAL_HOOK(ssl, pre_handshake, ws_pre_handshake, nullptr, nullptr, APR_HOOK_MIDDLE);
}

Detacher::Detacher(Adopt adopt)
    : adopt_(std::move(adopt)), context_(SSL_CTX_new(TLS_server_method())) {
  if (!context_) throw std::bad_alloc();
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) {
    SSL_CTX_free(context_);
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  idle_.reset(pair[0]);
  idle_peer_.reset(pair[1]);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context_, SSL_OP_NO_TICKET);
}

Detacher::~Detacher() { SSL_CTX_free(context_); }

const char* Detacher::obstacle(request_rec* r) {
  conn_rec* const c = r->connection;
  if (c->master) return "a stream of an HTTP/2 connection has no socket of its own";
  const Passage* const known = passage(c);
  if (!known || !ap_get_conn_socket(c)) return "the connection has no socket";
  SSL* const ssl = known->ssl;
  if ((ap_ssl_conn_is_ssl(c) != 0) != (ssl != nullptr))
    return "TLS is done by another module than mod_ssl";
  for (const ap_filter_t* const chain : {c->input_filters, c->output_filters})
    if (const char* const name = foreign_filter(chain))
      return apr_psprintf(r->pool, "the filter \"%s\" works on the connection", name);
  if (ssl && (!SSL_is_init_finished(ssl) || SSL_get_shutdown(ssl) != 0))
    return "the TLS session is not in order";
  return nullptr;
}

bool Detacher::upgrade(request_rec* r, std::span<const Header> headers,
                       session::SessionStart start) {
  conn_rec* const c = r->connection;
  Passage& known = *passage(c);
  auto leaving = std::make_unique<session::SessionStart>(std::move(start));
  apr_os_sock_t fd = -1;
  apr_os_sock_get(&fd, ap_get_conn_socket(c));
  leaving->fd = base::UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  // On a stop a threaded MPM closes the sockets under its workers' hands.
  if (!leaving->fd && errno == EBADF) c->aborted = 1;
  if (c->aborted) return true;
  if (!leaving->fd) return false;

  ap_remove_input_filter_byhandle(c->input_filters, "reqtimeout");
  send_switching_protocols(r, headers);
  r->output_filters = r->proto_output_filters = c->output_filters;
  r->input_filters = r->proto_input_filters = c->input_filters;
  c->keepalive = AP_CONN_CLOSE;
  if (c->aborted || c->data_in_output_filters) return true;
  drain_input(r, idle_.get(), known.ssl != nullptr, *leaving);
  if (known.ssl) {
    SSL_up_ref(known.ssl);
    leaving->ssl.reset(known.ssl);
  }
  known.detacher = this;
  known.start = leaving.release();
  return true;
}

void Detacher::take_over(session::SessionStart start) noexcept {
  guarded(ap_server_conf, false, [&] {
    if (start.ssl) untie(start.ssl.get());
    const int flags = fcntl(start.fd.get(), F_GETFL);
    if (flags < 0 || fcntl(start.fd.get(), F_SETFL, flags | O_NONBLOCK) != 0) return false;
    adopt_(std::move(start));
    return true;
  });
}

// Cuts what ties the session to mod_ssl and to memory of the connection.
void Detacher::untie(SSL* ssl) noexcept {
  ERR_clear_error();
  SSL_set_SSL_CTX(ssl, context_);
  // Null would mean the callback of the context the session was made with.
  SSL_set_info_callback(ssl, ws_ignore_info);
  SSL_set_msg_callback(ssl, nullptr);
  SSL_set_msg_callback_arg(ssl, nullptr);
  SSL_set_verify(ssl, SSL_VERIFY_NONE, ws_reject_certificate);
  SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
  SSL_clear_options(ssl, SSL_OP_ENABLE_KTLS);
  SSL_set_num_tickets(ssl, 0);
  SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                        SSL_MODE_RELEASE_BUFFERS);
  SSL_set_read_ahead(ssl, 0);
  SSL_set_app_data(ssl, nullptr);
}

}  // namespace ws::httpd
