// Runs a program and writes to a file what it took: measured_run FILE PROGRAM [ARGUMENT...].
//
// The file gets its exit status, the signal that ended it, its peak memory in KiB, its CPU time in microseconds. The peak
// that a system gives for a child counts what its parent had when it was started; this program has next to nothing.
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **words) {
  if (count < 3) return 64;
  pid_t child = fork();
  if (child < 0) return 71;
  if (child == 0) {
    execv(words[2], words + 2);
    _exit(127);
  }
  int status = 0;
  struct rusage usage;
  while (wait4(child, &status, 0, &usage) < 0)
    if (errno != EINTR) return 71;
  FILE *file = fopen(words[1], "w");
  if (!file) return 73;
  long microseconds = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  fprintf(file, "%d %d %ld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
          usage.ru_maxrss, microseconds);
  return fclose(file) == 0 ? 0 : 74;
}
