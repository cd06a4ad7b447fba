/* Faults of the machine, for LD_PRELOAD. The file $WS_FAULTS is numbers of 64 bits, which a test
 * changes as it likes: by how many seconds the wall clock is wrong; whether there are no more
 * descriptors to duplicate a socket; whether there are no more threads; from how many bytes on the
 * loops' threads get no memory, 0 for any. Test only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct faults {
  volatile int64_t clock_shift_s;
  volatile int64_t no_descriptors;
  volatile int64_t no_threads;
  volatile int64_t no_memory;
};

static struct faults none;
static struct faults* faults = &none;

__attribute__((constructor)) static void read_faults(void) {
  const char* const name = getenv("WS_FAULTS");
  const int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void* const place = mmap(NULL, sizeof(struct faults), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (place != MAP_FAILED) faults = place;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
    now->tv_sec += faults->clock_shift_s;
  return result;
}

int gettimeofday(struct timeval* now, void* zone) {
  const int result = (int)syscall(SYS_gettimeofday, now, zone);
  now->tv_sec += faults->clock_shift_s;
  return result;
}

time_t time(time_t* now) {
  struct timeval exact;
  gettimeofday(&exact, NULL);
  if (now) *now = exact.tv_sec;
  return exact.tv_sec;
}

int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  void* const argument = va_arg(list, void*);
  va_end(list);
  if (command == F_DUPFD_CLOEXEC && faults->no_descriptors) {
    errno = EMFILE;
    return -1;
  }
  return (int)syscall(SYS_fcntl, fd, command, argument);
}
int fcntl64(int fd, int command, ...) __attribute__((alias("fcntl")));

int pthread_create(pthread_t* thread, const pthread_attr_t* how, void* (*run)(void*), void* with) {
  static int (*real)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  if (!real) *(void**)&real = dlsym(RTLD_NEXT, "pthread_create");
  return faults->no_threads ? EAGAIN : real(thread, how, run, with);
}

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);

static int has_memory(size_t size) {
  if (faults->no_memory == 0 || size < (size_t)faults->no_memory) return 1;
  char thread[16];
  prctl(PR_GET_NAME, thread);
  if (strncmp(thread, "ws-loop", 7) != 0) return 1;
  errno = ENOMEM;
  return 0;
}

void* malloc(size_t size) { return has_memory(size) ? __libc_malloc(size) : NULL; }
void* calloc(size_t count, size_t size) {
  return has_memory(count * size) ? __libc_calloc(count, size) : NULL;
}
void* realloc(void* old, size_t size) {
  return has_memory(size) ? __libc_realloc(old, size) : NULL;
}
