/**
 * Attempts to get out, as programs. One that succeeds prints THROUGH; one that this kernel cannot carry out for anybody
 * prints UNSUPPORTED. Each is shown to succeed in a container without any of the bars.
 */

export interface Probe {
  name: string;
  /** `.py`, `.pl` or `.sh` */
  kind: 'py' | 'pl' | 'sh';
  code: string;
}

/** What stands on the host's network for the probes to find. */
export const TARGET = {
  port: 47_811,
  abstract: 'coda-probe',
  shared: '/dev/shm/coda-probe',
  secret: 'NEIGHBOUR_SECRET',
};

const py = (name: string, code: string): Probe => ({
  name,
  kind: 'py',
  code: `import os, socket, stat, glob, struct\n${code}\nprint("THROUGH")\n`,
});
const sh = (name: string, code: string): Probe => ({ name, kind: 'sh', code: `set -e\n${code}\necho THROUGH\n` });

const reach = (family: string, type: string, protocol = '0') => `s = socket.socket(${family}, ${type}, ${protocol})`;
const tcp = (host: string) => `socket.create_connection(("${host}", ${TARGET.port}), 2)`;
/** A datagram socket finds its way out when it is connected; nothing is sent. */
const route = (host: string) => `s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.connect(("${host}", 53))`;

const NETWORK: Probe[] = [
  py('TCP to the loopback of the host', tcp('127.0.0.1')),
  py('TCP to the bridge', tcp('172.17.0.1')),
  py(
    'UDP to the bridge and back',
    `s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.settimeout(2)\ns.sendto(b"x", ("172.17.0.1", ${TARGET.port}))\nassert s.recv(9) == b"x"`,
  ),
  py('a way to the internet', route('192.0.2.1')),
  py('a way to the metadata service', route('169.254.169.254')),
  py('a way to the private network', route('10.0.0.1')),
  py('ICMP', reach('socket.AF_INET', 'socket.SOCK_RAW', 'socket.IPPROTO_ICMP')),
  py('raw IP', reach('socket.AF_INET', 'socket.SOCK_RAW', '255')),
  py('raw IPv6', reach('socket.AF_INET6', 'socket.SOCK_RAW', '58')),
  py('packet sockets', reach('17', 'socket.SOCK_RAW', 'socket.htons(3)')),
  py('packet sockets without headers', reach('17', 'socket.SOCK_DGRAM', 'socket.htons(3)')),
  py('netlink', reach('16', 'socket.SOCK_RAW')),
  py('netlink for audit', reach('16', 'socket.SOCK_RAW', '9')),
  py(
    'the resolver of the host',
    'assert any(l.startswith("nameserver") and l.split()[1] != "127.0.0.1" for l in open("/etc/resolv.conf"))',
  ),
  py('an abstract socket of the host', `s = socket.socket(socket.AF_UNIX)\ns.connect("\\0${TARGET.abstract}")`),
  py(
    'interfaces beside the loopback',
    'assert any(":" in l and not l.strip().startswith("lo:") for l in open("/proc/net/dev"))',
  ),
  py('who listens on the host', `assert ":${TARGET.port.toString(16).toUpperCase()} " in open("/proc/net/tcp").read()`),
];

const HOST: Probe[] = [
  py('files of the host', 'open("/host/etc/shadow").read()'),
  py("Docker's socket", 's = socket.socket(socket.AF_UNIX)\ns.connect("/var/run/docker.sock")'),
  py('disks', 'assert any(stat.S_ISBLK(os.stat(p).st_mode) for p in glob.glob("/dev/*"))'),
  py(
    'a disk made by hand',
    'os.path.exists("/tmp/disk") or os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(254, 0))\nassert stat.S_ISBLK(os.stat("/tmp/disk").st_mode)',
  ),
  py('a character device made by hand', 'os.mknod("/workspace/mem", stat.S_IFCHR | 0o600, os.makedev(1, 1))'),
  py('the log of the kernel', 'os.open("/dev/kmsg", os.O_RDONLY)'),
  py('the memory of the first process', 'open("/proc/1/mem", "rb")'),
  py('the files of the first process', 'os.listdir("/proc/1/root")'),
  py('the environment of the first process', 'open("/proc/1/environ").read()'),
  py('the descriptors of the first process', 'os.listdir("/proc/1/fd")'),
  py('a signal to the first process', 'os.kill(1, 0)'),
  py(
    'the environment of a neighbour',
    // Processes come and go meanwhile.
    `def has(path):
  try: return b"${TARGET.secret}=" in open(path, "rb").read()
  except OSError: return False
assert any(has(path) for path in glob.glob("/proc/[0-9]*/environ"))`,
  ),
  py('shared memory of a neighbour', `open("${TARGET.shared}").read()`),
  py('variables of the host', 'os.environ["CODA_TEST_DOCKER"]'),
  py('the name of the host', 'assert os.uname().nodename != "sandbox"'),
  py('where core dumps go', 'os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)'),
  py('settings of the kernel', 'os.open("/proc/sys/kernel/hostname", os.O_WRONLY)'),
  py('settings of the memory', 'os.open("/proc/sys/vm/drop_caches", os.O_WRONLY)'),
  py(
    'control groups',
    'd = next(g for g in glob.glob("/sys/fs/cgroup/*") + ["/sys/fs/cgroup"] if os.access(g, os.W_OK))\nos.mkdir(d + "/coda-probe")\nos.rmdir(d + "/coda-probe")',
  ),
  py('symbols of the kernel', 'assert open("/proc/kallsyms").read(10)'),
  py('how the kernel was started', 'assert open("/proc/cmdline").read(10)'),
  py('interrupts', 'assert open("/proc/interrupts").read(10)'),
  py('timers of all processes', 'assert open("/proc/timer_list").read(10)'),
  py('disk figures of the host', 'assert open("/proc/diskstats").read(10)'),
  py('partitions of the host', 'assert open("/proc/partitions").read(10)'),
  py('keys of the host', 'assert open("/proc/keys").read(10) or open("/proc/key-users").read(10)'),
  py('the kernel in sysfs', 'assert os.listdir("/sys/kernel")'),
  py('disks in sysfs', 'assert os.listdir("/sys/block")'),
  py('devices in sysfs', 'assert os.listdir("/sys/class")'),
];

const write = (path: string) =>
  py(`writing to ${path}`, `open("${path}/coda-probe", "w").write("x")\nos.unlink("${path}/coda-probe")`);

const WRITING: Probe[] = [
  ...[
    '/',
    '/etc',
    '/usr/bin',
    '/usr/lib',
    '/root',
    '/home',
    '/opt',
    '/var/tmp',
    '/var/lib',
    '/srv',
    '/dev',
    '/skills',
  ].map(write),
  sh('a program from /tmp', 'cp /bin/true /tmp/probe-true; /tmp/probe-true; rm /tmp/probe-true'),
  sh('a program from shared memory', 'cp /bin/true /dev/shm/probe-true; /dev/shm/probe-true; rm /dev/shm/probe-true'),
  sh('changing a program', 'chmod 755 /bin/true'),
  sh('passwd', 'test -w /etc/passwd'),
  sh('more than the files that are there', 'mv /bin/true /bin/true2; mv /bin/true2 /bin/true'),
];

const RIGHTS: Probe[] = [
  py('root by setuid', 'os.setuid(0)'),
  py('root by setgid', 'os.setgid(0)'),
  py('other groups', 'os.setgroups([0, 6])'),
  py('giving a file to root', 'open("/workspace/given", "w")\nos.chown("/workspace/given", 0, 0)'),
  py('capabilities', 'assert int(next(l for l in open("/proc/self/status") if l.startswith("CapEff")).split()[1], 16)'),
  py(
    'capabilities to come',
    'assert int(next(l for l in open("/proc/self/status") if l.startswith("CapBnd")).split()[1], 16)',
  ),
  py(
    'new privileges',
    'assert next(l for l in open("/proc/self/status") if l.startswith("NoNewPrivs")).split()[1] == "0"',
  ),
  py(
    'calls without a filter',
    'assert next(l for l in open("/proc/self/status") if l.startswith("Seccomp:")).split()[1] == "0"',
  ),
  sh('su', 'test "$(su -c "id -u" </dev/null)" = 0'),
  sh('mount', 'mkdir -p /workspace/m; mount -t tmpfs none /workspace/m; umount /workspace/m'),
  sh('bind mount', 'mkdir -p /workspace/b; mount --bind / /workspace/b; umount /workspace/b'),
  sh('remounting the root', 'mount -o remount,rw / || mount -o remount,rw,bind /'),
  sh('a mount namespace', 'unshare -m true'),
  sh('a user namespace', 'unshare -U true'),
  sh('root in a user namespace', 'unshare -Ur true'),
  sh('a network namespace', 'unshare -n true'),
  sh('a PID namespace', 'unshare -fp true'),
  sh('the namespaces of the first process', 'nsenter -t 1 -m -p true'),
  sh('chroot', 'chroot / true'),
  sh('higher priority', 'nice -n -5 true 2>&1 | (! grep -q .)'),
];

const EPERM = 1;
const ENOSYS = 38;

/** System calls by their number on x86-64, with arguments that do nothing; what answers anything but EPERM got through. */
const CALLS: [name: string, number: number, ...args: number[]][] = [
  ['ptrace', 101, 16, -1],
  ['syslog', 103, 10],
  ['modify_ldt', 154],
  ['pivot_root', 155],
  ['chroot', 161],
  ['acct', 163, -1],
  ['settimeofday', 164],
  ['mount', 165],
  ['umount2', 166],
  ['swapon', 167],
  ['swapoff', 168],
  ['reboot', 169],
  ['sethostname', 170, 0, -1],
  ['setdomainname', 171, 0, -1],
  ['iopl', 172],
  ['ioperm', 173, 0, 1, 0],
  ['init_module', 175, 0, 0, -1],
  ['delete_module', 176, 0, -1],
  ['quotactl', 179, 0x800000],
  ['clock_settime', 227],
  ['mbind', 237],
  ['kexec_load', 246, 0, 0, 0, 0xffff],
  ['add_key', 248],
  ['request_key', 249],
  ['keyctl', 250, 0, -3],
  ['migrate_pages', 256],
  ['unshare', 272],
  ['move_pages', 279],
  ['perf_event_open', 298],
  ['fanotify_init', 300],
  ['name_to_handle_at', 303],
  ['open_by_handle_at', 304],
  ['setns', 308, -1],
  ['process_vm_readv', 310],
  ['process_vm_writev', 311],
  ['kcmp', 312],
  ['finit_module', 313, -1],
  ['bpf', 321, 0],
  ['userfaultfd', 323],
  ['io_uring_setup', 425],
  ['io_uring_enter', 426, -1],
  ['io_uring_register', 427, -1],
  ['open_tree', 428],
  ['move_mount', 429, -1, 0, -1],
  ['fsopen', 430],
  ['fsconfig', 431, -1],
  ['fsmount', 432, -1],
  ['fspick', 433],
  ['pidfd_getfd', 438, -1],
  ['process_madvise', 440, -1],
  ['mount_setattr', 442, -1],
  ['memfd_secret', 447],
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

/** Harmless ones: all of them run one after another in one container. */
export const PROBES: readonly Probe[] = [...NETWORK, ...HOST, ...WRITING, ...RIGHTS, ...CALLS.map(call)];

/** Programs that use up what there is; each runs alone, within its limits. */
export const GREEDY: readonly (Probe & { timeoutMs?: number })[] = [
  py(
    '300 processes',
    'import signal, time\nkids = []\nfor i in range(300):\n  pid = os.fork()\n  if pid == 0: time.sleep(20); os._exit(0)\n  kids.append(pid)\nfor k in kids: os.kill(k, 9)',
  ),
  py(
    '300 threads',
    'import threading, time\ndone = threading.Event()\nfor i in range(300): threading.Thread(target=done.wait, daemon=True).start()\ndone.set()',
  ),
  py('300 MB of memory', 'x = bytearray(300_000_000)\nfor i in range(0, len(x), 4096): x[i] = 1'),
  ...['/workspace', '/workspace/output', '/tmp', '/dev/shm'].map((path) =>
    py(
      `100 MB of files in ${path}`,
      `f = open("${path}/fill", "wb")\ntry:\n  for i in range(100): f.write(b"x" * 1_000_000); f.flush()\nfinally:\n  f.close(); os.unlink("${path}/fill")`,
    ),
  ),
  py(
    '100,000 files',
    'os.mkdir("/workspace/many")\nfor i in range(100_000): os.close(os.open(f"/workspace/many/{i}", os.O_CREAT))',
  ),
  py(
    'a sparse file of a gigabyte',
    'import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nos.truncate(os.open("/workspace/sparse", os.O_CREAT | os.O_RDWR), 1_000_000_000)\nos.unlink("/workspace/sparse")',
  ),
  py('5,000 open files', 'keep = [os.open("/dev/null", os.O_RDONLY) for i in range(5_000)]'),
  {
    ...py('endless work', 'import time\nend = time.monotonic() + 2.5\nwhile time.monotonic() < end: pass'),
    timeoutMs: 1_000,
  },
  // Sleeps longer than its time and the grace after SIGTERM together.
  {
    ...py(
      'a deaf program',
      'import signal, time\nfor s in range(1, 32):\n  try: signal.signal(s, signal.SIG_IGN)\n  except OSError: pass\ntime.sleep(6)',
    ),
    timeoutMs: 1_000,
  },
];
