// Tries what no container may do and prints how the kernel answered: one "name errno" a line, 0 where it was allowed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>

#define TRY(name, call) do { errno = 0; long r = (long)(call); printf("%s %d\n", name, r == -1 ? errno : 0); fflush(stdout); } while (0)

static int open_device(const char *path, mode_t type, int major, int minor) {
  if (mknod(path, type | 0600, makedev(major, minor)) != 0) return -1;
  return open(path, O_RDWR);
}

int main(void) {
  TRY("mount", mount("none", "/tmp", "tmpfs", 0, ""));
  TRY("umount", umount2("/proc", MNT_DETACH));
  TRY("remount-proc-sys", mount("", "/proc/sys", "", MS_REMOUNT | MS_BIND, ""));
  TRY("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
  TRY("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", 1));
  TRY("move_mount", syscall(SYS_move_mount, AT_FDCWD, "/proc", AT_FDCWD, "/tmp", 0));
  TRY("mount_setattr", syscall(442, AT_FDCWD, "/proc/sys", 0, 0, 0));
  TRY("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
  TRY("unshare-user", unshare(CLONE_NEWUSER));
  TRY("unshare-mount", unshare(CLONE_NEWNS));
  TRY("unshare-cgroup", unshare(0x02000000));
  TRY("unshare-net", unshare(CLONE_NEWNET));
  TRY("clone-user", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  TRY("clone3", syscall(SYS_clone3, 0, 0));
  TRY("setns", setns(0, CLONE_NEWNET));
  TRY("keyctl", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
  TRY("add_key", syscall(SYS_add_key, "user", "a", "b", 1, KEY_SPEC_PROCESS_KEYRING));
  TRY("request_key", syscall(SYS_request_key, "user", "a", "b", 0));
  TRY("af_alg", socket(38, SOCK_SEQPACKET, 0));
  TRY("af_vsock", socket(40, SOCK_STREAM, 0));
  TRY("bpf", syscall(SYS_bpf, 0, 0, 0));
  TRY("perf_event_open", syscall(SYS_perf_event_open, 0, 0, -1, -1, 0));
  TRY("userfaultfd", syscall(SYS_userfaultfd, 0));
  TRY("io_uring_setup", syscall(SYS_io_uring_setup, 1, 0));
  TRY("open_by_handle_at", syscall(SYS_open_by_handle_at, AT_FDCWD, "", 0));
  TRY("init_module", syscall(SYS_init_module, 0, 0, ""));
  TRY("kexec_load", syscall(SYS_kexec_load, 0, 0, 0, 0));
  TRY("reboot", syscall(SYS_reboot, 0, 0, 0, 0));
  TRY("swapon", swapon("/x", 0));
  TRY("acct", acct("/tmp/acct"));
  TRY("quotactl", syscall(SYS_quotactl, 0, 0, 0, 0));
  TRY("syslog", syscall(SYS_syslog, 2, 0, 0));
  TRY("settimeofday", settimeofday(&(struct timeval){ .tv_sec = 1 }, 0));
  TRY("iopl", syscall(SYS_iopl, 3));
  TRY("personality-read-implies-exec", personality(READ_IMPLIES_EXEC));
  TRY("sethostname", sethostname("x", 1));
  TRY("device-mem", open_device("/tmp/mem", S_IFCHR, 1, 1));
  TRY("device-kmsg", open_device("/tmp/kmsg", S_IFCHR, 1, 11));
  TRY("device-fuse", open_device("/tmp/fuse", S_IFCHR, 10, 229));
  TRY("device-tun", open_device("/tmp/tun", S_IFCHR, 10, 200));
  TRY("device-disk", open_device("/tmp/disk", S_IFBLK, 8, 0));
  TRY("device-loop", open_device("/tmp/loop", S_IFBLK, 7, 0));
  TRY("allowed-null", open_device("/tmp/null", S_IFCHR, 1, 3));
  TRY("allowed-inet", socket(AF_INET, SOCK_STREAM, 0));
  TRY("allowed-unix", socket(AF_UNIX, SOCK_STREAM, 0));
  return 0;
}
