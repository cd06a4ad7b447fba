// A TLS client in memory.
#include "tls_wire.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdlib>

namespace ws::net::test {

namespace {

void must(bool good) {
  if (!good) std::abort();
}

// One self-signed certificate for all tests.
void use_certificate(SSL_CTX* context) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  must(key && certificate);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  must(X509_set_pubkey(certificate, key) == 1);
  must(X509_sign(certificate, key, EVP_sha256()) > 0);
  must(SSL_CTX_use_certificate(context, certificate) == 1);
  must(SSL_CTX_use_PrivateKey(context, key) == 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

std::string drain(BIO* bio) {
  std::string all;
  char buffer[16384];
  for (int got = 0; (got = BIO_read(bio, buffer, sizeof buffer)) > 0;)
    all.append(buffer, static_cast<size_t>(got));
  return all;
}

void pour(std::string_view bytes, BIO* bio) {
  if (!bytes.empty())
    must(BIO_write(bio, bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size()));
}

}  // namespace

TlsPair::TlsPair(int version)
    : server_context_(SSL_CTX_new(TLS_server_method())),
      client_context_(SSL_CTX_new(TLS_client_method())) {
  for (SSL_CTX* const context : {server_context_, client_context_}) {
    must(SSL_CTX_set_min_proto_version(context, version) == 1);
    must(SSL_CTX_set_max_proto_version(context, version) == 1);
  }
  use_certificate(server_context_);
  SSL_CTX_set_num_tickets(server_context_, 0);
  server_.reset(SSL_new(server_context_));
  client_ = SSL_new(client_context_);
  to_client_ = BIO_new(BIO_s_mem());
  from_client_ = BIO_new(BIO_s_mem());
  SSL_set_bio(client_, to_client_, from_client_);
  BIO* const to_server = BIO_new(BIO_s_mem());
  BIO* const from_server = BIO_new(BIO_s_mem());
  SSL_set_bio(server_.get(), to_server, from_server);
  SSL_set_connect_state(client_);
  SSL_set_accept_state(server_.get());
  for (int i = 0; i < 10; ++i) {
    SSL_do_handshake(client_);
    pour(drain(from_client_), to_server);
    SSL_do_handshake(server_.get());
    pour(drain(from_server), to_client_);
  }
  must(SSL_is_init_finished(client_) == 1 && SSL_is_init_finished(server_.get()) == 1);
}

TlsPair::~TlsPair() {
  SSL_free(client_);
  server_.reset();
  SSL_CTX_free(client_context_);
  SSL_CTX_free(server_context_);
}

std::string TlsPair::seal(std::string_view plaintext) {
  must(SSL_write(client_, plaintext.data(), static_cast<int>(plaintext.size())) ==
       static_cast<int>(plaintext.size()));
  return drain(from_client_);
}

std::string TlsPair::key_update(bool wants_one_too) {
  must(SSL_key_update(
           client_, wants_one_too ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) == 1);
  must(SSL_do_handshake(client_) == 1);
  return drain(from_client_);
}

std::string TlsPair::close_notify() {
  SSL_shutdown(client_);
  return drain(from_client_);
}

std::string TlsPair::open(std::string_view sealed) {
  pour(sealed, to_client_);
  std::string all;
  char buffer[16384];
  for (;;) {
    const int got = SSL_read(client_, buffer, sizeof buffer);
    if (got > 0) {
      all.append(buffer, static_cast<size_t>(got));
      continue;
    }
    const int error = SSL_get_error(client_, got);
    if (error == SSL_ERROR_ZERO_RETURN) at_end_ = true;
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_ZERO_RETURN) all += "<broken>";
    return all;
  }
}

std::string TlsPair::answer() { return drain(from_client_); }

}  // namespace ws::net::test
