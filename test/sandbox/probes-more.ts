/** Further attempts to get out: kinds of sockets, what `/proc`, `/sys` and `/dev` tell, rights, and other ways to make system calls. */

import type { Probe } from './probes.ts';

const py = (name: string, code: string): Probe => ({
  name,
  kind: 'py',
  code: `import ctypes, fcntl, glob, mmap, os, resource, signal, socket, stat, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
def unsupported():
    print("UNSUPPORTED"); sys.exit()
def child(what):
    """Whether it runs to its end in a process of its own."""
    pid = os.fork()
    if pid == 0: os._exit(0 if what() else 1)
    return os.waitpid(pid, 0)[1] == 0
${code}
print("THROUGH")
`,
});
const sh = (name: string, code: string): Probe => ({ name, kind: 'sh', code: `set -e\n${code}\necho THROUGH\n` });

/** Families with the type that each has; those that this kernel does not know fail otherwise than by a refusal. */
const FAMILIES: [name: string, family: number, type: number][] = [
  ['vsock', 40, 1],
  ['crypto of the kernel', 38, 5],
  ['keys of IPsec', 15, 3],
  ['Bluetooth', 31, 5],
  ['CAN', 29, 3],
  ['XDP', 44, 3],
  ['TIPC', 30, 5],
  ['RDS', 21, 5],
  ['LLC', 26, 2],
  ['NFC', 39, 5],
  ['KCM', 41, 5],
  ['SMC', 43, 1],
  ['Qualcomm IPC', 42, 2],
  ['AX.25', 3, 5],
];

const family = ([name, number, type]: (typeof FAMILIES)[number]): Probe =>
  py(
    `sockets: ${name}`,
    `try: socket.socket(${number}, ${type})
except OSError as error:
    if error.errno in (22, 93, 94, 97): unsupported()
    raise`,
  );

const option = (name: string, level: number, number: number) =>
  py(name, `socket.socket().setsockopt(${level}, ${number}, 1)`);

const SOCKETS: Probe[] = [
  ...FAMILIES.map(family),
  option("packets in another's name", 0, 19),
  option('marks on packets', 1, 36),
  option("taking over another's connection", 6, 19),
  py('the state of interfaces', 'fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))'),
];

const told = (path: string) => py(`what ${path} tells`, `assert open("${path}", "rb").read(10)`);
const listed = (path: string) =>
  py(`what is in ${path}`, `os.path.isdir("${path}") or unsupported()\nassert os.listdir("${path}")`);
const device = (path: string) =>
  py(`the device ${path}`, `os.path.exists("${path}") or unsupported()\nopen("${path}", "rb")`);

const TELLING: Probe[] = [
  ...['buddyinfo', 'consoles', 'crypto', 'devices', 'locks', 'misc', 'vmstat', 'tty/drivers', 'cgroups'].map((name) =>
    told(`/proc/${name}`),
  ),
  ...['/proc/pressure', '/sys/fs/ext4', '/sys/devices/platform', '/sys/devices/system/memory'].map(listed),
  ...['mem', 'kvm', 'net/tun', 'fuse', 'loop-control', 'hwrng', 'vsock', 'uinput', 'ttyS0'].map((name) =>
    device(`/dev/${name}`),
  ),
  py(
    'the key of the kernel',
    'os.path.exists("/proc/sysrq-trigger") or unsupported()\nos.open("/proc/sysrq-trigger", os.O_WRONLY)',
  ),
  py(
    'what loads modules',
    'os.path.exists("/proc/sys/kernel/modprobe") or unsupported()\nos.open("/proc/sys/kernel/modprobe", os.O_WRONLY)',
  ),
  py(
    'members of control groups',
    'assert any(os.open(f, os.O_WRONLY) for f in glob.glob("/sys/fs/cgroup/cgroup.procs") + glob.glob("/sys/fs/cgroup/*/cgroup.procs") if os.access(f, os.W_OK))',
  ),
  py(
    'limits of control groups',
    'assert any(os.open(f, os.O_WRONLY) for f in glob.glob("/sys/fs/cgroup/**/pids.max", recursive=True) + glob.glob("/sys/fs/cgroup/**/memory.limit_in_bytes", recursive=True) if os.access(f, os.W_OK))',
  ),
];

const RIGHTS: Probe[] = [
  py('root as the effective user', 'os.seteuid(0)'),
  py('root as the saved user', 'os.setresuid(-1, -1, 0)'),
  py('root as the effective group', 'os.setegid(0)'),
  py('a character device of another kind', 'os.mknod("/tmp/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))'),
  py('dropping what bounds capabilities', 'assert libc.prctl(24, 30, 0, 0, 0) == 0'),
  py('bits of security', 'assert libc.prctl(28, 1, 0, 0, 0) == 0'),
  py(
    'capabilities of a file',
    'open("/workspace/cap", "w")\nos.setxattr("/workspace/cap", "security.capability", struct.pack("<IIIII", 0x02000001, 1 << 21, 0, 0, 0))',
  ),
  py('trusted attributes', 'open("/workspace/trusted", "w")\nos.setxattr("/workspace/trusted", "trusted.probe", b"x")'),
  py('core dumps', 'resource.setrlimit(resource.RLIMIT_CORE, (1_000_000, 1_000_000))'),
  py('all memory locked', 'assert libc.mlockall(3) == 0'),
  py(
    'a message queue',
    'assert libc.mq_open(b"/coda-probe", os.O_CREAT | os.O_RDWR, 0o600, None) >= 0\nlibc.mq_unlink(b"/coda-probe")',
  ),
  ...['-u', '-i', '-C'].map((flag) => sh(`unshare ${flag}`, `unshare ${flag} true`)),
  py(
    'a user namespace by clone',
    'pid = libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)\nif pid == 0: os._exit(0)\nassert pid > 0',
  ),
  py(
    'a user namespace by clone3',
    'args = struct.pack("8Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0)\npid = libc.syscall(435, args, len(args))\nif pid == 0: os._exit(0)\nassert pid > 0',
  ),
];

const ABIS: Probe[] = [
  py(
    'calls of 32 bits',
    `def old():
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(bytes.fromhex("b814000000cd80c3"))
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))() > 0
child(old) or unsupported()`,
  ),
  py('calls of x32', 'child(lambda: libc.syscall(0x40000000 | 39) > 0) or unsupported()'),
];

export const MORE: readonly Probe[] = [...SOCKETS, ...TELLING, ...RIGHTS, ...ABIS];
