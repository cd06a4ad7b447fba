// The memory that all processes share beside the state.
#include "channel/lmdb_control.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <new>

#include "channel/lmdb_process.h"

namespace ws::channel::lmdb {

namespace {

constexpr uint64_t kMagic = 0x31306c7274637377;  // another layout is another file

// Byte n of the file stands for process n, byte 0 for nobody. Not an open file description's
// lock: that would live on in a CGI that the process started.
struct flock range(short type, off_t first, off_t size) noexcept {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = first;
  lock.l_len = size;
  return lock;
}

bool is_locked(int file, off_t first, off_t size) noexcept {
  struct flock lock = range(F_WRLCK, first, size);
  // Without an answer a process counts as alive: better a ghost than somebody thrown out.
  return fcntl(file, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

bool init_gate(pthread_mutex_t& gate) noexcept {
  std::memset(&gate, 0, sizeof gate);
  pthread_mutexattr_t kind;
  if (pthread_mutexattr_init(&kind) != 0) return false;
  bool ok = pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED) == 0;
  ok = ok && pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST) == 0;
  ok = ok && pthread_mutex_init(&gate, &kind) == 0;
  pthread_mutexattr_destroy(&kind);
  return ok;
}

long futex(std::atomic<uint32_t>& word, int operation, uint32_t value,
           const timespec* timeout) noexcept {
  return syscall(SYS_futex, &word, operation, value, timeout, nullptr, 0);
}

}  // namespace

std::unique_ptr<Control> Control::open(const std::string& path, std::string& error) {
  const auto failed = [&error](const char* what) {
    error = std::string(what) + ": " + std::strerror(errno);
    return std::unique_ptr<Control>();
  };
  std::unique_ptr<Control> control(new Control);
  control->file_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  const int file = control->file_.get();
  if (file < 0) return failed("open");
  struct stat facts {};
  if (fstat(file, &facts) != 0) return failed("fstat");
  control->is_first_ = !is_locked(file, 0, 0);
  // As the first one: a new file under the old name would be without the locks of nobody.
  if (control->is_first_ && (ftruncate(file, 0) != 0 || ftruncate(file, kSize) != 0))
    return failed("ftruncate");
  if (!control->is_first_ && facts.st_size != static_cast<off_t>(kSize)) {
    error = "its size is not " + std::to_string(kSize);
    return nullptr;
  }
  void* const memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return failed("mmap");
  control->memory_ = memory;
  control->header_ = static_cast<Header*>(memory);
  control->slots_ = reinterpret_cast<ProcessSlot*>(static_cast<char*>(memory) + kHeaderSize);
  if (control->is_first_) {
    if (!init_gate(control->header_->gate)) return failed("pthread_mutex_init");
    control->header_->magic = kMagic;
  } else if (control->header_->magic != kMagic) {
    error = "it is of another version";
    return nullptr;
  }
  return control;
}

bool Control::is_in_use(const std::string& path) noexcept {
  const base::UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  return file && is_locked(file.get(), 0, 0);
}

Control::~Control() {
  if (memory_) munmap(memory_, kSize);
}

bool Control::lock_number(uint16_t number) noexcept {
  struct flock lock = range(F_WRLCK, number, 1);
  if (fcntl(file_.get(), F_SETLK, &lock) != 0) return false;
  ProcessSlot& slot = slots_[number];
  ProcessFacts facts;
  (void)facts_of(getpid(), facts);
  slot.hint.store(0, std::memory_order_relaxed);
  slot.until.store(0, std::memory_order_relaxed);
  slot.sleeping.store(0, std::memory_order_relaxed);
  slot.reading.store(0, std::memory_order_relaxed);
  slot.writing.store(0, std::memory_order_relaxed);
  slot.started.store(facts.started, std::memory_order_relaxed);
  slot.pid.store(static_cast<uint32_t>(getpid()), std::memory_order_release);
  return true;
}

void Control::unlock_number(uint16_t number) noexcept {
  struct flock lock = range(F_UNLCK, number, 1);
  (void)fcntl(file_.get(), F_SETLK, &lock);
}

bool Control::is_alive(uint16_t number) const noexcept {
  return number == number_ || is_locked(file_.get(), number, 1);
}

Control::Gate Control::enter(uint32_t timeout_ms) noexcept {
  timespec until{};
  clock_gettime(CLOCK_MONOTONIC, &until);
  const int64_t ns = until.tv_nsec + int64_t{timeout_ms} * 1'000'000;
  until.tv_sec += ns / 1'000'000'000;
  until.tv_nsec = ns % 1'000'000'000;
  own().writing.store(1, std::memory_order_relaxed);
  const int result = pthread_mutex_clocklock(&header_->gate, CLOCK_MONOTONIC, &until);
  if (result == 0 || (result == EOWNERDEAD && pthread_mutex_consistent(&header_->gate) == 0)) {
    own().writing.store(2, std::memory_order_relaxed);
    return Gate::open;
  }
  own().writing.store(0, std::memory_order_relaxed);
  return result == ETIMEDOUT ? Gate::timeout : Gate::broken;
}

void Control::leave() noexcept {
  own().writing.store(0, std::memory_order_relaxed);
  (void)pthread_mutex_unlock(&header_->gate);
}

void Control::hint(uint16_t number, uint64_t order, uint64_t transaction) noexcept {
  // First how far, then from where: who sees the second sees the first.
  slots_[number].until.store(transaction, std::memory_order_seq_cst);
  std::atomic<uint64_t>& hint = slots_[number].hint;
  uint64_t known = hint.load(std::memory_order_seq_cst);
  while ((known == 0 || order < known) &&
         !hint.compare_exchange_weak(known, order, std::memory_order_seq_cst)) {
  }
}

Control::Hint Control::take_hint() noexcept {
  const uint64_t from = own().hint.exchange(0, std::memory_order_seq_cst);
  return {from, own().until.load(std::memory_order_seq_cst)};
}

void Control::ring(uint16_t number) noexcept {
  ProcessSlot& slot = slots_[number];
  slot.bell.fetch_add(1, std::memory_order_seq_cst);
  if (slot.sleeping.load(std::memory_order_seq_cst) != 0)
    futex(slot.bell, FUTEX_WAKE, INT_MAX, nullptr);
}

void Control::sleep(uint32_t seen, uint32_t timeout_ms) noexcept {
  ProcessSlot& slot = own();
  const timespec timeout{timeout_ms / 1000, static_cast<long>(timeout_ms % 1000) * 1'000'000};
  slot.sleeping.fetch_add(1, std::memory_order_seq_cst);
  futex(slot.bell, FUTEX_WAIT, seen, timeout_ms == UINT32_MAX ? nullptr : &timeout);
  slot.sleeping.fetch_sub(1, std::memory_order_seq_cst);
}

bool Control::begin_round(uint64_t now_ms, uint32_t round_ms) noexcept {
  uint64_t last = header_->round_ms.load(std::memory_order_relaxed);
  if (now_ms >= last && now_ms - last < round_ms) return false;
  return header_->round_ms.compare_exchange_strong(last, now_ms, std::memory_order_relaxed);
}

}  // namespace ws::channel::lmdb
