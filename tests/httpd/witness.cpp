// A plugin that tells what it was told. Test only. Text messages are commands:
//
//   request    the handshake request: one "name=value" line each
//   config     its location and options
//   instance   pid, thread, and which instance of this process it is
//   counts     sessions opened and closed so far in this instance, and the codes of their ends
//   close N    closes the session with code N
//
// Any other message, and every binary one, is echoed. With the option `greeting TEXT` a session
// begins with that message, sent from on_open. `header VALUE` adds X-Witness to the 101 answer.
#include <unistd.h>
#include <wsp/plugin.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>

namespace {

std::string text_of(wsp_bytes bytes) { return {bytes.data, bytes.size}; }
wsp_bytes bytes_of(const std::string& text) { return {text.data(), text.size()}; }

struct Witness {
  const wsp_host* host;
  std::string location;
  std::map<std::string, std::string> options;
  int number;

  std::mutex mutex;  // guards what follows
  uint64_t opened = 0;
  std::map<uint16_t, uint64_t> closed;
};

struct State {
  Witness& witness;
  wsp_session session;
  std::string request;
};

void pairs(std::ostream& out, const char* kind, const wsp_pair* first, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    out << kind << ' ' << text_of(first[i].name) << '=' << text_of(first[i].value) << '\n';
  }
}

std::string described(const wsp_request& request) {
  std::ostringstream out;
  out << "path=" << text_of(request.path) << "\nquery=" << text_of(request.query)
      << "\nuser=" << text_of(request.user) << "\nremote_ip=" << text_of(request.remote_ip)
      << "\nhost=" << text_of(request.host) << "\nsubprotocol=" << text_of(request.subprotocol)
      << "\ntls=" << int{request.is_tls} << "\nname=" << text_of(request.display_name)
      << "\ndata=" << text_of(request.user_data) << "\nexpires=" << request.expires_ms << '\n';
  pairs(out, "header", request.headers, request.header_count);
  pairs(out, "cookie", request.cookies, request.cookie_count);
  pairs(out, "environment", request.environment, request.environment_count);
  return out.str();
}

std::string described(const Witness& witness) {
  std::ostringstream out;
  out << "location=" << witness.location << '\n';
  for (const auto& [name, value] : witness.options)
    out << "option " << name << '=' << value << '\n';
  return out.str();
}

std::string counts(Witness& witness) {
  const std::lock_guard lock(witness.mutex);
  std::ostringstream out;
  uint64_t all = 0;
  for (const auto& [code, count] : witness.closed) all += count;
  out << "opened=" << witness.opened << "\nclosed=" << all << '\n';
  for (const auto& [code, count] : witness.closed) out << "code " << code << '=' << count << '\n';
  return out.str();
}

wsp_status create(const wsp_host* host, const wsp_config* config, void** self) {
  static int instances = 0;
  auto* const witness = new Witness{};
  witness->host = host;
  witness->location = config->location;
  witness->number = ++instances;
  for (uint32_t i = 0; i < config->option_count; ++i) {
    witness->options[config->options[i].name] = config->options[i].value;
  }
  *self = witness;
  return WSP_OK;
}

void destroy(void* self) { delete static_cast<Witness*>(self); }

wsp_status on_handshake(void* self, const wsp_request*, wsp_answer* answer) {
  const auto& options = static_cast<Witness*>(self)->options;
  const auto header = options.find("header");
  if (header == options.end()) return WSP_OK;
  return answer->add_header(answer, {"X-Witness", 9}, bytes_of(header->second));
}

wsp_status on_open(void* self, wsp_session session, const wsp_request* request, void** state) {
  auto& witness = *static_cast<Witness*>(self);
  *state = new State{witness, session, described(*request)};
  {
    const std::lock_guard lock(witness.mutex);
    ++witness.opened;
  }
  const auto greeting = witness.options.find("greeting");
  if (greeting != witness.options.end()) {
    witness.host->send(witness.host, session, WSP_TEXT, bytes_of(greeting->second));
  }
  return WSP_OK;
}

void on_message(void* opaque, const wsp_message* message) {
  const State& state = *static_cast<State*>(opaque);
  const wsp_host* const host = state.witness.host;
  const std::string command = text_of(message->payload);
  std::string answer = command;
  if (message->opcode == WSP_TEXT && command == "request") {
    answer = state.request;
  } else if (command == "config") {
    answer = described(state.witness);
  } else if (command == "instance") {
    std::ostringstream out;
    out << "pid=" << getpid() << "\nthread=" << std::this_thread::get_id()
        << "\ninstance=" << state.witness.number << '\n';
    answer = out.str();
  } else if (command == "counts") {
    answer = counts(state.witness);
  } else if (command.starts_with("close ")) {
    host->close(host, state.session, static_cast<uint16_t>(std::atoi(command.c_str() + 6)),
                bytes_of("as you wish"));
    return;
  }
  host->send(host, state.session, message->opcode, bytes_of(answer));
}

void on_close(void* opaque, uint16_t code, wsp_bytes) {
  auto* const state = static_cast<State*>(opaque);
  {
    const std::lock_guard lock(state->witness.mutex);
    ++state->witness.closed[code];
  }
  delete state;
}

wsp_status check_config(const wsp_config* config, char* error, size_t size) {
  for (uint32_t i = 0; i < config->option_count; ++i) {
    const wsp_option& option = config->options[i];
    if (std::strcmp(option.name, "number") != 0) continue;
    const int number = std::atoi(option.value);
    if (number >= 1 && number <= 10) continue;
    std::snprintf(error, size, "number must be from 1 to 10, not %s", option.value);
    return WSP_E_INVALID;
  }
  return WSP_OK;
}

const char* const kSubprotocols[] = {"witness.v2", "witness.v1", nullptr};

const wsp_option_spec kOptions[] = {
    {"greeting", "TEXT", "The first message of each session."},
    {"header", "VALUE", "X-Witness of the answer."},
    {"number", "1-10", "Does nothing."},
    {nullptr, nullptr, nullptr},
};

}  // namespace

extern "C" WSP_EXPORT const wsp_plugin wsp_plugin_v1 = {sizeof(wsp_plugin),
                                                        WSP_ABI_MINOR,
                                                        "witness",
                                                        "1.0.0",
                                                        create,
                                                        destroy,
                                                        on_handshake,
                                                        on_open,
                                                        on_message,
                                                        nullptr,
                                                        on_close,
                                                        nullptr,
                                                        nullptr,
                                                        kSubprotocols,
                                                        kOptions,
                                                        check_config,
                                                        0};
