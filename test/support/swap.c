/* Exchanges two names again and again, as fast as the kernel does it: what races look for. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char **arguments) {
  if (count != 3) return 2;
  puts("swapping");
  fflush(stdout);
  for (;;) {
    if (syscall(SYS_renameat2, AT_FDCWD, arguments[1], AT_FDCWD, arguments[2], 2 /* RENAME_EXCHANGE */) != 0) return 1;
    usleep(20);
  }
}
