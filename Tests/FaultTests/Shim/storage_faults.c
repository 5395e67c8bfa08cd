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
//   WGIT_FAULT_LOG    a file that gets a line for each call: number, name, absolute path; number 0 for programs started
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
#include <limits.h>
#include <spawn.h>
#include <sys/uio.h>
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

// `folder` is what a relative path starts from; without a path it is the file itself.
static void note(long n, const char *name, int folder, const char *path) {
  if (log_file < 0) return;
  char link[64], start[PATH_MAX] = "", line[2 * PATH_MAX + 64];
  if (!path || path[0] != '/') {
    if (folder == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, start, sizeof start - 1);
    start[length > 0 ? length : 0] = 0;
  }
  int length = snprintf(line, sizeof line, "%ld %s %s%s%s\n", n, name, start, path && *start ? "/" : "", path ? path : "");
  if (length >= (int)sizeof line) length = sizeof line - 1;
  if (syscall(SYS_write, log_file, line, length) < 0) log_file = -1;
}

// `takes_space`: can fail for want of space. `can_wait`: may be interrupted by a signal.
static enum verdict judge(const char *name, int folder, const char *path, int takes_space, int can_wait) {
  if (kind == OFF) return GO_ON;
  long n = atomic_fetch_add(&calls, 1) + 1;
  note(n, name, folder, path);
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

WHOLE(rename, (const char *from, const char *to), (from, to), AT_FDCWD, to, 1)
WHOLE(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), b, to, 1)
WHOLE(renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags), b, to, 1)
WHOLE(link, (const char *from, const char *to), (from, to), AT_FDCWD, to, 1)
WHOLE(linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags), b, to, 1)
WHOLE(symlink, (const char *target, const char *path), (target, path), AT_FDCWD, path, 1)
WHOLE(symlinkat, (const char *target, int at, const char *path), (target, at, path), at, path, 1)
WHOLE(unlink, (const char *path), (path), AT_FDCWD, path, 0)
WHOLE(unlinkat, (int at, const char *path, int flags), (at, path, flags), at, path, 0)
WHOLE(rmdir, (const char *path), (path), AT_FDCWD, path, 0)
WHOLE(mkdir, (const char *path, mode_t mode), (path, mode), AT_FDCWD, path, 1)
WHOLE(mkdirat, (int at, const char *path, mode_t mode), (at, path, mode), at, path, 1)
WHOLE(truncate, (const char *path, off_t size), (path, size), AT_FDCWD, path, 1)
WHOLE(fsync, (int file), (file), file, NULL, 0)
WHOLE(fdatasync, (int file), (file), file, NULL, 0)
WHOLE(ftruncate, (int file, off_t size), (file, size), file, NULL, 1)
WHOLE(ftruncate64, (int file, off64_t size), (file, size), file, NULL, 1)
WHOLE(fallocate, (int file, int mode, off_t at, off_t size), (file, mode, at, size), file, NULL, 1)
WHOLE(fallocate64, (int file, int mode, off64_t at, off64_t size), (file, mode, at, size), file, NULL, 1)

// Programs that are started only get a line in the log.
#define STARTS(function, parameters, arguments, path)                                                                  \
  int function parameters {                                                                                            \
    if (kind != OFF) note(0, #function, AT_FDCWD, path);                                                               \
    return REAL(function) arguments;                                                                                   \
  }

STARTS(execve, (const char *path, char *const words[], char *const settings[]), (path, words, settings), path)
STARTS(execv, (const char *path, char *const words[]), (path, words), path)
STARTS(execvp, (const char *path, char *const words[]), (path, words), path)
STARTS(posix_spawn,
       (pid_t * child, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
        char *const words[], char *const settings[]),
       (child, path, actions, attributes, words, settings), path)
STARTS(posix_spawnp,
       (pid_t * child, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
        char *const words[], char *const settings[]),
       (child, path, actions, attributes, words, settings), path)
STARTS(system, (const char *command), (command), command)

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

static size_t total(const struct iovec *parts, int count) {
  size_t sum = 0;
  for (int i = 0; i < count; i++) sum += parts[i].iov_len;
  return sum;
}

// Half of several pieces: the first ones, as far as they are whole.
#define HALF_OF(parts, count) (count > 1 ? count / 2 : 1)

#define WRITE_PIECES(function, parameters, whole, half)                                                                \
  ssize_t function parameters {                                                                                        \
    size_t size = total(parts, count);                                                                                 \
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

WRITE_PIECES(writev, (int file, const struct iovec *parts, int count), (file, parts, count),
             (file, parts, HALF_OF(parts, count)))
WRITE_PIECES(pwritev, (int file, const struct iovec *parts, int count, off_t at), (file, parts, count, at),
             (file, parts, HALF_OF(parts, count), at))

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
      verdict = judge(#function, folder, path, 1, 1);                                                                      \
    if (verdict == FAIL) return -1;                                                                                    \
    int result = real arguments;                                                                                       \
    if (verdict == HALF_THEN_DIE) die();                                                                               \
    return result;                                                                                                     \
  }

OPEN(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))
