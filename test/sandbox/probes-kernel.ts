/** Attempts by way of the kernel: rarer calls and protocols, what `/proc`, `/sys` and `/dev` hold, the first process, limits. */

import { type Probe, TARGET } from './probes.ts';

const py = (name: string, code: string): Probe => ({
  name,
  kind: 'py',
  code: `import ctypes, errno, fcntl, glob, mmap, os, resource, signal, socket, stat, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
def unsupported():
    print("UNSUPPORTED"); sys.exit()
def there(path):
    os.path.exists(path) or unsupported()
def able(bit):
    """Ends where root itself cannot do it on this machine."""
    line = next(l for l in open("/proc/self/status") if l.startswith("CapEff"))
    if os.geteuid() == 0 and not int(line.split()[1], 16) >> bit & 1: unsupported()
${code}
print("THROUGH")
`,
});

const ENOSYS = 38;
const EPERM = 1;

/** By their number on x86-64, as in `probes.ts`. */
const CALLS: [name: string, number: number, ...args: number[]][] = [
  ['adjtimex', 159],
  ['clock_adjtime', 305],
  ['ustat', 136],
  ['sysfs', 139, 9],
  ['set_mempolicy', 238],
  ['get_mempolicy', 239],
  ['set_mempolicy_home_node', 450],
  ['ioprio_set', 251, 1, 0, 0x4007],
  ['fanotify_mark', 301, -1],
  ['quotactl_fd', 443, -1],
  ['process_mrelease', 448, -1],
  ['cachestat', 451, -1],
  ['statmount', 457],
  ['listmount', 458],
  ['lsm_get_self_attr', 459, 100],
  ['lsm_set_self_attr', 460, 100],
  ['lsm_list_modules', 461],
  ['mseal', 462, 1],
  ['open_tree_attr', 467, -1],
  ['no randomised addresses', 135, 0x0040000],
  ['reading as it is executed', 135, 0x0400000],
];

const call = ([name, number, ...args]: (typeof CALLS)[number]): Probe => ({
  name: `the call ${name}`,
  kind: 'pl',
  code: [
    `my $got = syscall(${[number, ...args, 0, 0, 0, 0, 0].slice(0, 6).join(', ')});`,
    `my $error = $! + 0;`,
    `print $got == -1 && $error == ${ENOSYS} ? "UNSUPPORTED" : $got == -1 && $error == ${EPERM} ? "held" : "THROUGH";`,
  ].join('\n'),
});

/** Protocols of the families that are allowed; each is code of the kernel that few have looked at. */
const protocol = ([name, type, number]: [name: string, type: number, number: number]): Probe =>
  py(
    `the protocol ${name}`,
    `try: socket.socket(socket.AF_INET, ${type}, ${number})
except OSError as error:
    if error.errno in (22, 92, 93, 94, 97): unsupported()
    raise`,
  );

const PROTOCOLS = (
  [
    ['SCTP', 1, 132],
    ['SCTP in packets', 5, 132],
    ['DCCP', 6, 33],
    ['UDP-Lite', 2, 136],
    ['L2TP', 2, 115],
    ['MPTCP', 1, 262],
    ['SMC', 1, 256],
  ] as [string, number, number][]
).map(protocol);

const NETWORK: Probe[] = [
  ...PROTOCOLS,
  py('abstract sockets by name', `assert "@${TARGET.abstract}" in open("/proc/net/unix").read()`),
  py('the routes of the host', 'assert len(open("/proc/net/route").readlines()) > 1'),
  py(
    'the addresses of the host',
    'assert any(w[0].isdigit() and not w.startswith(("127.", "0.")) for w in open("/proc/net/fib_trie").read().split() if w.count(".") == 3)',
  ),
  py('an address by the name of an interface', 'assert any(name != "lo" for _, name in socket.if_nameindex())'),
  py(
    'broadcasting',
    's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.setsockopt(1, 6, 1)\ns.sendto(b"x", ("255.255.255.255", 9))',
  ),
  py('multicast', 's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.sendto(b"x", ("239.255.77.77", 9))'),
];

const told = (path: string) => py(`what ${path} has`, `there("${path}")\nassert open("${path}", "rb").read(10)`);
const listed = (path: string) =>
  py(`the folder ${path}`, `os.path.isdir("${path}") and os.listdir("${path}") or unsupported()`);
const set = (path: string) =>
  py(`setting ${path}`, `there("/proc/sys/${path}")\nos.open("/proc/sys/${path}", os.O_WRONLY)`);
const device = (path: string) => py(`${path}`, `there("${path}")\nos.open("${path}", os.O_RDONLY | os.O_NONBLOCK)`);

const FILES: Probe[] = [
  ...['kcore', 'modules', 'slabinfo', 'zoneinfo', 'iomem', 'vmallocinfo', 'softirqs', 'schedstat', 'config.gz'].map(
    (name) => told(`/proc/${name}`),
  ),
  ...['/sys/module', '/sys/firmware', '/sys/power', '/sys/bus', '/sys/dev/block', '/sys/fs/fuse/connections'].map(
    listed,
  ),
  ...[
    'net/ipv4/ip_forward',
    'vm/overcommit_memory',
    'fs/suid_dumpable',
    'fs/protected_symlinks',
    'kernel/randomize_va_space',
    'kernel/unprivileged_bpf_disabled',
    'kernel/usermodehelper/bset',
    'kernel/kptr_restrict',
  ].map(set),
  ...[
    '/dev/port',
    '/dev/nvram',
    '/dev/rtc0',
    '/dev/tty0',
    '/dev/vcs',
    '/dev/cpu_dma_latency',
    '/dev/userfaultfd',
    '/dev/ppp',
    '/dev/autofs',
    '/dev/mapper/control',
    '/dev/snapshot',
  ].map(device),
  py(
    'where its memory lies in the machine',
    `page = mmap.mmap(-1, 4096)
page[0] = 1
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
entry = struct.unpack("Q", os.pread(os.open("/proc/self/pagemap", os.O_RDONLY), 8, address // 4096 * 8))[0]
assert entry & ((1 << 55) - 1)`,
  ),
  py('the passwords of the image', 'there("/etc")\nopen("/etc/shadow").read()'),
  py(
    'a library that every program loads',
    'os.open("/etc/ld.so.preload", os.O_WRONLY | os.O_CREAT)\nos.unlink("/etc/ld.so.preload")',
  ),
  py('another program for what modules ask', 'os.open("/sbin/modprobe", os.O_WRONLY | os.O_CREAT)'),
  py(
    'the control group on the host',
    'assert any(l.strip().split(":", 2)[2] != "/" for l in open("/proc/self/cgroup"))',
  ),
  py(
    'the program that control groups call',
    'found = glob.glob("/sys/fs/cgroup/**/release_agent", recursive=True) or unsupported()\nos.open(found[0], os.O_WRONLY)',
  ),
  py(
    'giving itself more of a control group',
    'found = [f for name in ("memory.max", "cpu.max", "pids.max", "memory.limit_in_bytes", "cpu.cfs_quota_us") for f in glob.glob("/sys/fs/cgroup/**/" + name, recursive=True)] or unsupported()\nos.open(found[0], os.O_WRONLY)',
  ),
];

/** Flags of a file system by which a program or a device in it would have an effect. */
const unflagged = (path: string, flag: 'NOSUID' | 'NODEV') =>
  py(`${path} without ${flag}`, `assert not os.statvfs("${path}").f_flag & ${flag === 'NOSUID' ? 2 : 4}`);

const FLAGS: Probe[] = ['/workspace', '/workspace/output', '/output', '/skills', '/tmp'].flatMap((path) => [
  unflagged(path, 'NOSUID'),
  unflagged(path, 'NODEV'),
]);

const FIRST: Probe[] = [
  ...['maps', 'auxv', 'syscall', 'stack', 'io', 'smaps_rollup'].map((name) =>
    py(`/proc/1/${name}`, `there("/proc/1/${name}")\nassert open("/proc/1/${name}", "rb").read(1)`),
  ),
  ...['exe', 'cwd', 'ns/mnt', 'ns/pid', 'ns/net'].map((name) =>
    py(`/proc/1/${name}`, `os.readlink("/proc/1/${name}")`),
  ),
  py('a signal by a handle', 'signal.pidfd_send_signal(os.pidfd_open(1), 0)'),
  py('a signal to a thread', 'assert libc.syscall(234, 1, 1, 0) == 0'),
  py('the limits of the first process', 'resource.prlimit(1, resource.RLIMIT_NOFILE)'),
  py('the processors of the first process', 'os.sched_setaffinity(1, os.sched_getaffinity(1))'),
  py('the priority of the first process', 'os.setpriority(os.PRIO_PROCESS, 1, os.getpriority(os.PRIO_PROCESS, 1))'),
  py('the schedule of the first process', 'os.sched_setscheduler(1, os.SCHED_OTHER, os.sched_param(0))'),
];

const NICE = 23;
const RESOURCE = 24;

const limit = (name: string, constant: string, value: string) =>
  py(name, `able(${RESOURCE})\nresource.setrlimit(resource.${constant}, (${value}, ${value}))`);

const LIMITS: Probe[] = [
  limit('more open files', 'RLIMIT_NOFILE', 'resource.getrlimit(resource.RLIMIT_NOFILE)[1] + 1'),
  limit('files without an end', 'RLIMIT_FSIZE', '-1'),
  limit('locked memory without an end', 'RLIMIT_MEMLOCK', '-1'),
  limit('messages without an end', 'RLIMIT_MSGQUEUE', '-1'),
  limit('a priority by its limit', 'RLIMIT_NICE', '40'),
  ...['FIFO', 'RR'].map((policy) =>
    py(
      `real time by ${policy}`,
      `able(${NICE})
try: os.sched_setscheduler(0, os.SCHED_${policy}, os.sched_param(1))
except OSError:
    # The host's control group may have no share of it.
    if os.geteuid() == 0: unsupported()
    raise`,
    ),
  ),
  py(
    'a deadline',
    'attr = struct.pack("IIQiIQQQ", 48, 6, 0, 0, 0, 1_000_000, 10_000_000, 10_000_000)\nif libc.syscall(314, 0, attr, 0) != 0:\n    if ctypes.get_errno() in (16, 22): unsupported()\n    raise OSError(ctypes.get_errno(), "deadline")',
  ),
  py(
    'being the last to be killed',
    `able(${RESOURCE})\nwith open("/proc/self/oom_score_adj", "w") as f: f.write("-1000")`,
  ),
  py(
    'a file that nobody can remove',
    `fd = os.open("/workspace/immutable", os.O_CREAT | os.O_RDWR)
try: fcntl.ioctl(fd, 0x40086602, struct.pack("l", 0x10))
except OSError as error:
    if os.geteuid() == 0 and error.errno in (25, 95): unsupported()
    raise
fcntl.ioctl(fd, 0x40086602, struct.pack("l", 0))`,
  ),
  py(
    'memory that is never given back',
    'assert libc.mmap(None, 8 << 20, 3, 0x2022, -1, 0) not in (-1, None) and libc.mlockall(2) == 0 and libc.mmap(None, 8 << 20, 3, 0x22, -1, 0) != -1',
  ),
];

/** Harmless ones, as `PROBES`. */
export const KERNEL: readonly Probe[] = [...CALLS.map(call), ...NETWORK, ...FILES, ...FLAGS, ...FIRST, ...LIMITS];

/** Programs that use up what there is, as `GREEDY`. */
export const GREEDIER: readonly Probe[] = [
  py('300 processes that nobody buries', 'for i in range(300):\n  if os.fork() == 0: os._exit(0)'),
  py('300 MB without a file', 'fd = os.memfd_create("x")\nfor i in range(300): os.write(fd, b"x" * 1_000_000)'),
  py(
    '300 MB between processes',
    `libc.shmat.restype = ctypes.c_void_p
id = libc.shmget(0, ctypes.c_size_t(300_000_000), 0o1600)
at = libc.shmat(id, None, 0)
libc.shmctl(id, 0, None)
ctypes.memset(at, 1, 300_000_000)`,
  ),
  py(
    '300 MB at once',
    'fd = os.open("/workspace/whole", os.O_CREAT | os.O_RDWR)\nos.unlink("/workspace/whole")\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nos.posix_fallocate(fd, 0, 300_000_000)',
  ),
  py(
    '20,000 names of one file',
    'os.mkdir("/workspace/names")\nos.chdir("/workspace/names")\nopen("0", "w")\nfor i in range(1, 20_000): os.link("0", str(i))',
  ),
  py(
    'folders 3,000 deep',
    // Docker cannot remove them.
    'os.mkdir("/workspace/deep")\nos.chdir("/workspace/deep")\nfor i in range(3_000): os.mkdir("d"); os.chdir("d")\nos.chdir("/workspace")\nassert os.system("rm -rf deep") == 0',
  ),
];
