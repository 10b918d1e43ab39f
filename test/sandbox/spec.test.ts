import { expect, test } from 'vitest';
import { seccompProfile } from '../../src/sandbox/seccomp.ts';
import { type ContainerSpec, containerOptions, memoryOfFiles } from '../../src/sandbox/spec.ts';

const MB = 1024 * 1024;

const spec: ContainerSpec = {
  session: 's1',
  installation: 'home',
  instance: 'p1',
  image: 'sha256:00',
  imageVolumes: ['/data'],
  architecture: 'amd64',
  uids: { init: 60_706, code: 60_707 },
  limits: { memory: 512 * MB, disk: 256 * MB, cpus: 1, pids: 128 },
  lifetimeMs: 60_000,
  runtime: 'runc',
  hasProxy: false,
};

test('a container is made with exactly these options', async () => {
  const { HostConfig, ...rest } = containerOptions(spec);
  const [newPrivileges, seccomp = ''] = HostConfig.SecurityOpt;
  // The profile is looked at below.
  expect(JSON.parse(seccomp.replace(/^seccomp=/, ''))).toEqual(seccompProfile('amd64'));
  const options = { ...rest, HostConfig: { ...HostConfig, SecurityOpt: [newPrivileges, 'seccomp=…'] } };
  await expect(`${JSON.stringify(options, undefined, 2)}\n`).toMatchFileSnapshot('golden/container.txt');
});

test('only gVisor is asked for by name', () => {
  expect(containerOptions(spec).HostConfig).not.toHaveProperty('Runtime');
  expect(containerOptions({ ...spec, runtime: 'runsc' }).HostConfig).toHaveProperty('Runtime', 'runsc');
});

test('full file systems leave memory for programs', () => {
  expect(memoryOfFiles(256 * MB)).toBeLessThan(384 * MB);
});

test.each(['amd64', 'arm64'] as const)(
  'the profile for %s knows one architecture and no dangerous call',
  (architecture) => {
    const { architectures, syscalls, defaultAction } = seccompProfile(architecture);
    expect(architectures).toHaveLength(1);
    expect(defaultAction).toBe('SCMP_ACT_ERRNO');
    const allowed = syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW').flatMap(({ names }) => names);
    expect(new Set(allowed)).toContain('openat');
    const dangerous = [
      ...[
        'io_uring_setup',
        'io_uring_enter',
        'io_uring_register',
        'keyctl',
        'add_key',
        'request_key',
        'bpf',
        'userfaultfd',
      ],
      ...[
        'perf_event_open',
        'ptrace',
        'process_vm_readv',
        'process_vm_writev',
        'process_madvise',
        'pidfd_getfd',
        'kcmp',
      ],
      ...[
        'mount',
        'umount2',
        'move_mount',
        'open_tree',
        'fsopen',
        'fsconfig',
        'fsmount',
        'mount_setattr',
        'pivot_root',
        'chroot',
      ],
      ...[
        'unshare',
        'setns',
        'clone3',
        'init_module',
        'finit_module',
        'delete_module',
        'kexec_load',
        'kexec_file_load',
      ],
      ...[
        'open_by_handle_at',
        'name_to_handle_at',
        'fanotify_init',
        'memfd_secret',
        'modify_ldt',
        'iopl',
        'ioperm',
        'reboot',
      ],
      ...[
        'swapon',
        'swapoff',
        'acct',
        'quotactl',
        'syslog',
        'settimeofday',
        'clock_settime',
        'adjtimex',
        'sethostname',
      ],
      ...['lookup_dcookie', 'vm86', 'socketcall', 'mbind', 'move_pages', 'migrate_pages', 'capset'],
    ];
    expect(dangerous.filter((name) => allowed.includes(name))).toEqual([]);
    const sockets = syscalls.filter(({ names }) => names.includes('socket')).map(({ args = [] }) => args);
    expect(
      sockets.map((args) => args.map(({ index, value, op }) => `${index} ${op.slice(9)} ${value}`).join()),
    ).toEqual([
      '0 EQ 1',
      ...[2, 10].flatMap((family) => [0, 6, 17].map((protocol) => `0 EQ ${family},2 EQ ${protocol}`)),
    ]);
  },
);
