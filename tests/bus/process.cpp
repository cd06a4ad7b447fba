// A worker process as the driver sees it.
#include "process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "records.h"
#include "worker.h"

namespace ws::channel::test {

Process::Process(const LmdbSettings& settings) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
    std::perror("socketpair");
    std::abort();
  }
  pid_ = fork();
  if (pid_ < 0) {
    std::perror("fork");
    std::abort();
  }
  if (pid_ == 0) {
    // Others' ends too: a killed worker must be seen as gone.
    for (int fd = 3; fd < 1024; ++fd)
      if (fd != sockets[1]) close(fd);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(run_worker(sockets[1], settings));
  }
  close(sockets[1]);
  socket_ = sockets[0];
  const int size = 4 << 20;
  setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

Process::~Process() {
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(socket_);
}

void Process::kill() {
  was_killed = true;
  ::kill(pid_, SIGKILL);
}

void Process::stop() {
  is_stopped_ = true;
  was_ever_stopped = true;
  ::kill(pid_, SIGSTOP);
}

void Process::go_on() {
  is_stopped_ = false;
  ::kill(pid_, SIGCONT);
}

void Process::say(std::string text) {
  if (out_.empty() || out_.back().size() + text.size() > kMaxRecord) out_.emplace_back();
  out_.back() += text;
  flush();
}

void Process::flush() {
  while (!out_.empty()) {
    const ssize_t sent =
        send(socket_, out_.front().data(), out_.front().size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    out_.pop_front();
  }
}

bool Process::receive(std::string& record, bool& is_gone) const {
  record.resize(kMaxRecord * 3);
  const ssize_t size = recv(socket_, record.data(), record.size(), MSG_DONTWAIT);
  if (size > 0) {
    record.resize(static_cast<size_t>(size));
    return true;
  }
  is_gone = size == 0 || (errno != EAGAIN && errno != EINTR);
  return false;
}

}  // namespace ws::channel::test
