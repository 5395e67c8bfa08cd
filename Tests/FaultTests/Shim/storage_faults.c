// Stands between a program and the C library (LD_PRELOAD) and lets its storage calls go wrong.
//
//   WGIT_FAULT_KIND   count     nothing goes wrong
//                     kill      SIGKILL instead of call n
//                     torn      half of call n, if it writes, or all of it; then SIGKILL
//                     full      from call n on, whatever takes space fails with ENOSPC
//                               (space is reserved when it is written to: fsync is not among them)
//                     broken    call n fails with EIO
//                     interrupt every other write and open fails once with EINTR
//                     short     every write takes only half of its bytes
//                     pause     waits for ever at call n
//   WGIT_FAULT_POINT  n, from 1
//   WGIT_FAULT_LOG    a file that gets a line for each call: number, name, path
//
// A storage call is one that changes files or makes them durable. Calls are counted over all threads together.
// Standard output and standard error are left alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { OFF, COUNT, KILL, TORN, FULL, BROKEN, INTERRUPT, SHORT, PAUSE };
enum verdict { GO_ON, FAIL, HALF_THEN_DIE, HALF };

static enum kind kind = OFF;
static long point;
static int log_file = -1;
static atomic_long calls;

__attribute__((constructor)) static void start(void) {
  static const char *const names[] = {"off", "count", "kill", "torn", "full", "broken", "interrupt", "short", "pause"};
  const char *wanted = getenv("WGIT_FAULT_KIND"), *number = getenv("WGIT_FAULT_POINT"), *log = getenv("WGIT_FAULT_LOG");
  for (int i = 0; wanted && i <= PAUSE; i++)
    if (!strcmp(wanted, names[i])) kind = (enum kind)i;
  point = number ? atol(number) : 0;
  if (kind != OFF && log)
    log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static _Noreturn void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// `takes_space`: can fail for want of space. `can_wait`: may be interrupted by a signal.
static enum verdict judge(const char *name, int descriptor, const char *path, int takes_space, int can_wait) {
  if (kind == OFF) return GO_ON;
  long n = atomic_fetch_add(&calls, 1) + 1;
  if (log_file >= 0) {
    char link[64], target[512] = "", line[700];
    if (!path) {
      snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
      ssize_t length = readlink(link, target, sizeof target - 1);
      target[length > 0 ? length : 0] = 0;
    }
    int length = snprintf(line, sizeof line, "%ld %s %s\n", n, name, path ? path : target);
    if (syscall(SYS_write, log_file, line, length) < 0) log_file = -1;
  }
  switch (kind) {
  case KILL: if (n == point) die(); break;
  case TORN: if (n == point) return HALF_THEN_DIE; break;
  case FULL: if (n >= point && takes_space) { errno = ENOSPC; return FAIL; } break;
  case BROKEN: if (n == point) { errno = EIO; return FAIL; } break;
  case INTERRUPT: if (can_wait && n % 2) { errno = EINTR; return FAIL; } break;
  case SHORT: return HALF;
  case PAUSE: if (n == point) for (;;) pause(); break;
  default: break;
  }
  return GO_ON;
}

#define REAL(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

// A call that succeeds or fails as a whole.
#define WHOLE(function, parameters, arguments, descriptor, path, takes_space)                                          \
  int function parameters {                                                                                            \
    static __typeof__(&function) real;                                                                                 \
    if (!real) real = REAL(function);                                                                                  \
    enum verdict verdict = judge(#function, descriptor, path, takes_space, 0);                                         \
    if (verdict == FAIL) return -1;                                                                                    \
    int result = real arguments;                                                                                       \
    if (verdict == HALF_THEN_DIE) die();                                                                               \
    return result;                                                                                                     \
  }

WHOLE(rename, (const char *from, const char *to), (from, to), -1, to, 1)
WHOLE(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), -1, to, 1)
WHOLE(unlink, (const char *path), (path), -1, path, 0)
WHOLE(unlinkat, (int folder, const char *path, int flags), (folder, path, flags), -1, path, 0)
WHOLE(rmdir, (const char *path), (path), -1, path, 0)
WHOLE(mkdir, (const char *path, mode_t mode), (path, mode), -1, path, 1)
WHOLE(mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode), -1, path, 1)
WHOLE(fsync, (int file), (file), file, NULL, 0)
WHOLE(fdatasync, (int file), (file), file, NULL, 0)
WHOLE(ftruncate, (int file, off_t size), (file, size), file, NULL, 1)
WHOLE(ftruncate64, (int file, off64_t size), (file, size), file, NULL, 1)

static int is_watched(int file) {
  struct stat status;
  return kind != OFF && file > 2 && file != log_file && fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

#define WRITE(function, parameters, whole, half)                                                                       \
  ssize_t function parameters {                                                                                        \
    static __typeof__(&function) real;                                                                                 \
    if (!real) real = REAL(function);                                                                                  \
    if (!is_watched(file)) return real whole;                                                                          \
    switch (judge(#function, file, NULL, 1, 1)) {                                                                      \
    case FAIL: return -1;                                                                                              \
    case HALF_THEN_DIE: if (real half < 0) die(); die();                                                               \
    case HALF: return size > 1 ? real half : real whole;                                                               \
    default: return real whole;                                                                                        \
    }                                                                                                                  \
  }

WRITE(write, (int file, const void *bytes, size_t size), (file, bytes, size), (file, bytes, size / 2))
WRITE(pwrite, (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at), (file, bytes, size / 2, at))
WRITE(pwrite64, (int file, const void *bytes, size_t size, off64_t at), (file, bytes, size, at),
      (file, bytes, size / 2, at))

// Opening counts only where it makes a file.
#define OPEN(function, parameters, folder, arguments)                                                                  \
  int function parameters {                                                                                            \
    static __typeof__(&function) real;                                                                                 \
    if (!real) real = REAL(function);                                                                                  \
    mode_t mode = 0;                                                                                                   \
    if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) {                                                              \
      va_list list;                                                                                                    \
      va_start(list, flags);                                                                                           \
      mode = va_arg(list, mode_t);                                                                                     \
      va_end(list);                                                                                                    \
    }                                                                                                                  \
    enum verdict verdict = GO_ON;                                                                                      \
    if (kind != OFF && (flags & O_CREAT) && faccessat(folder, path, F_OK, 0) != 0)                                     \
      verdict = judge(#function, -1, path, 1, 1);                                                                      \
    if (verdict == FAIL) return -1;                                                                                    \
    int result = real arguments;                                                                                       \
    if (verdict == HALF_THEN_DIE) die();                                                                               \
    return result;                                                                                                     \
  }

OPEN(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))
