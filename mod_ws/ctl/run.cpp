// A command, from its arguments to its end.
#include "ctl/run.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/check.h"
#include "ctl/doctor/doctor.h"
#include "ctl/help.h"
#include "ctl/http_door.h"
#include "ctl/printable.h"
#include "ctl/report.h"
#include "ctl/request.h"
#include "ctl/state.h"
#include "ctl/state_door.h"
#include "ctl/tail.h"

namespace ws::ctl {

namespace {

ExitCode fail(const std::string& error) {
  std::fprintf(stderr, "wsctl: %s\n", printable(error).c_str());
  return kFailed;
}

ExitCode print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return kDone;
  return errno == EPIPE ? kDone : fail(std::string("standard output: ") + std::strerror(errno));
}

bool read_input(std::string& text, std::string& error) {
  std::array<char, 65'536> part;
  for (;;) {
    const ssize_t size = read(STDIN_FILENO, part.data(), part.size());
    if (size == 0) return true;
    if (size > 0) {
      text.append(part.data(), static_cast<size_t>(size));
    } else if (errno != EINTR) {
      error = std::string("standard input: ") + std::strerror(errno);
      return false;
    }
  }
}

bool ask(Door& door, const Arguments& arguments, std::vector<std::string>& answers,
         std::string& error) {
  std::string message = arguments.message.value_or("");
  if (arguments.command == Command::publish && !arguments.message && !read_input(message, error))
    return false;
  std::string after;
  do {
    std::string answer;
    if (!door.call(make_request(arguments, std::exchange(message, {}), after), answer, error))
      return false;
    after = arguments.command == Command::channels ? next_of(answer) : "";
    answers.push_back(std::move(answer));
  } while (!after.empty());
  return true;
}

ExitCode run_doctor(const Arguments& arguments) {
  std::string text;
  bool is_well = false;
  if (!examine(arguments, text, is_well)) return fail(text);
  const ExitCode code = print(text);
  return is_well ? code : kFailed;
}

ExitCode run_at(Door& door, const Arguments& arguments) {
  std::vector<std::string> answers;
  std::string text;
  if (!ask(door, arguments, answers, text)) return fail(text);
  if (!report(arguments, answers, text))
    return fail(arguments.url + " answered, but not as a publish Location does");
  return print(text);
}

// Signals end a tail only, and in order; broken pipes are seen where they are written to.
void block_signals(bool is_tail) {
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  if (is_tail)
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

ExitCode run(const Arguments& arguments) {
  std::string error;
  switch (arguments.command) {
    case Command::help:
      return print(help_text());
    case Command::version:
      return print(version_text());
    case Command::check:
      check_configuration(arguments, error);
      return fail(error);
    default:
      break;
  }
  block_signals(arguments.command == Command::tail);
  if (arguments.command == Command::doctor) return run_doctor(arguments);
  if (arguments.state_dir.empty()) {
    const auto door = HttpDoor::open(arguments, error);
    return door ? run_at(*door, arguments) : fail(error);
  }
  const auto state = open_state(arguments.state_dir, error);
  if (!state) return fail(error);
  if (arguments.command == Command::tail)
    return tail(*state->bus, arguments, error) ? kDone : fail(error);
  StateDoor door(*state->bus, arguments);
  return run_at(door, arguments);
}

}  // namespace ws::ctl
