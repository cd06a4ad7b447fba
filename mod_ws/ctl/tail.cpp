// What is published to channels, as it happens.
#include "ctl/tail.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "channel/channel_name.h"
#include "ctl/event_line.h"

namespace ws::ctl {

namespace {

using channel::BusStatus;
using channel::Event;
using channel::History;

constexpr size_t kPage = 1000;

class Bell final : public channel::Listener {
 public:
  Bell() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  void wake() noexcept override {
    const uint64_t one = 1;
    (void)!write(event_.get(), &one, sizeof one);
  }
  void clear() noexcept {
    uint64_t rings = 0;
    (void)!read(event_.get(), &rings, sizeof rings);
  }
  [[nodiscard]] int fd() const noexcept { return event_.get(); }

 private:
  base::UniqueFd event_;
};

class Tail {
 public:
  Tail(channel::Bus& bus, const Arguments& arguments)
      : bus_(bus),
        arguments_(arguments),
        style_(arguments.json          ? Style::json
               : isatty(STDOUT_FILENO) ? Style::terminal
                                       : Style::raw) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
    signals_.reset(signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
    bus_.add(bell_);
  }
  ~Tail() { bus_.remove(bell_); }
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  bool run(std::string& error) {
    if (!listen() || !read_kept()) return take(error);
    while (waiting_ > 0) {
      if (!wait(static_cast<int>(arguments_.timeout_ms)))
        return is_over_ || fail("The channels cannot be read at the moment.") || take(error);
      receive([this](Event event) { early_.push_back(std::move(event)); });
      if (!error_.empty()) return take(error);
    }
    std::fputs("Listening; Ctrl-C ends.\n", stderr);
    print_kept();
    for (const Event& event : std::exchange(early_, {})) print_live(event);
    while (flush() && wait(-1)) receive([this](const Event& event) { print_live(event); });
    return error_.empty() || take(error);
  }

 private:
  bool fail(std::string message) {
    error_ = std::move(message);
    return false;
  }
  bool take(std::string& error) {
    error = error_;
    return false;
  }

  // The full name that is listened to.
  [[nodiscard]] std::string full(std::string_view name) const {
    if (!name.ends_with('*')) return std::string(channel::FullName(arguments_.name_space, name));
    name.remove_suffix(1);
    return std::string(channel::FullName::of_family(arguments_.name_space, name));
  }

  bool listen() {
    for (const std::string& name : arguments_.channels) {
      const bool is_family = name.ends_with('*');
      const std::string_view plain = std::string_view(name).substr(0, name.size() - is_family);
      if (!(is_family ? channel::is_valid_prefix(plain) : channel::is_valid_name(plain)))
        return fail(is_family
                        ? name + " names no channels: before its * there must be a . or : or /"
                        : name + " is no channel's name");
      names_.push_back(full(name));
      if (bus_.listen(bell_, names_.back()) != BusStatus::ok)
        return fail("There is no room to listen to " + name + '.');
    }
    return true;
  }

  // Also asked when nothing of it is wanted: the answers come when what is live comes, too.
  bool read_kept() {
    for (const std::string& name : names_) {
      read(name);
      if (!channel::is_family(name) || !arguments_.history.value_or(0)) continue;
      const std::string beginning = name.substr(0, name.size() - 1);
      std::string after;
      std::vector<channel::ChannelFacts> page;
      do {
        if (bus_.list(beginning, after, kPage, page) != BusStatus::ok)
          return fail("The channels cannot be read at the moment.");
        for (const channel::ChannelFacts& one : page)
          if (one.kept > 0 && !channel::is_family(one.channel)) read(one.channel);
        if (!page.empty()) after = page.back().channel;
      } while (page.size() == kPage);
    }
    return true;
  }

  void read(const std::string& name) {
    if (kept_.contains(name)) return;
    kept_[name];
    ++waiting_;
    channel::HistoryQuery query;
    query.since = arguments_.since;
    query.limit = arguments_.since ? 0 : std::max(arguments_.history.value_or(1), 1u);
    bus_.read(bell_, name, query, [this, name](BusStatus status, const History& history) {
      --waiting_;
      if (status != BusStatus::ok) error_ = "The channels cannot be read at the moment.";
      kept_[name] = history;
    });
  }

  void print_kept() {
    for (auto& [name, history] : kept_) {
      const std::string_view plain = channel::plain_name(name);
      if (arguments_.since && !history.recovered) print(gap_line(plain, *arguments_.since, style_));
      if (arguments_.since || arguments_.history.value_or(0) > 0)
        for (const Event& event : history.messages) print(event_line(event, style_));
      history.messages.clear();
    }
  }

  void print_live(const Event& event) {
    const auto through = event.family ? event.family.view() : event.channel.view();
    if (first_of(event.channel.view()) != through) return;
    const auto kept = kept_.find(std::string(event.channel.view()));
    if (kept != kept_.end() && event.order <= kept->second.order && event.kind != Event::Kind::gap)
      return;
    print(event_line(event, style_));
  }

  // An event comes once for each of the names that it goes to: it is printed for the first.
  [[nodiscard]] std::string_view first_of(std::string_view channel) const {
    for (const std::string& name : names_) {
      const std::string_view prefix = std::string_view(name).substr(0, name.size() - 1);
      if (name == channel || (channel::is_family(name) && channel.starts_with(prefix))) return name;
    }
    return {};
  }

  template <class F>
  void receive(F take_event) {
    bell_.clear();
    std::vector<Event> events;
    bus_.receive(bell_, events);
    for (Event& event : events) take_event(std::move(event));
  }

  // False: it is over, or nothing came within the time.
  bool wait(int timeout_ms) {
    std::array<pollfd, 3> fds{pollfd{bell_.fd(), POLLIN, 0}, pollfd{signals_.get(), POLLIN, 0},
                              pollfd{STDOUT_FILENO, 0, 0}};
    int ready = 0;
    do ready = poll(fds.data(), fds.size(), timeout_ms);
    while (ready < 0 && errno == EINTR);
    is_over_ = is_over_ || fds[1].revents != 0 || (fds[2].revents & (POLLERR | POLLHUP)) != 0;
    return ready > 0 && !is_over_;
  }

  static void print(const std::string& line) { (void)fwrite(line.data(), 1, line.size(), stdout); }

  // False: nobody reads it any more.
  bool flush() {
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return true;
    if (errno != EPIPE) error_ = std::string("standard output: ") + std::strerror(errno);
    return false;
  }

  channel::Bus& bus_;
  const Arguments& arguments_;
  const Style style_;
  Bell bell_;
  base::UniqueFd signals_;
  std::vector<std::string> names_;       // full, as asked for
  std::map<std::string, History> kept_;  // by channel: what was there first
  std::vector<Event> early_;             // live before that was read
  size_t waiting_ = 0;
  bool is_over_ = false;
  std::string error_;
};

}  // namespace

bool tail(channel::Bus& bus, const Arguments& arguments, std::string& error) {
  return Tail(bus, arguments).run(error);
}

}  // namespace ws::ctl
