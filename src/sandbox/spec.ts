/** Container options for Docker: a pure function of the wanted session. */

import { type Architecture, seccompProfile } from './seccomp.ts';

export interface BaseSpec {
  /** Names this container's volumes, and stands in the labels of all of it. */
  session: string;
  installation: string;
  instance: string;
  image: string;
  /** Folders that the image declares as volumes: each would be a place to write without a limit. */
  imageVolumes: readonly string[];
  architecture: Architecture;
  /** Users that nobody has, neither here nor on the host. */
  uids: { init: number; code: number };
  runtime: 'runc' | 'runsc';
}

export interface ContainerSpec extends BaseSpec {
  limits: Limits;
  /** True if its code is told of a proxy on its loopback, where a relay listens. */
  hasProxy: boolean;
  /** Milliseconds after which the container ends, even if nobody is left to end it. */
  lifetimeMs: number;
}

export interface ProgramContainerSpec extends BaseSpec {
  /** The id of a container whose loopback it shares. */
  joins?: string;
  command: readonly string[];
  limits: ProgramLimits;
}

export interface DetachedContainerSpec extends BaseSpec {
  name: string;
  command: readonly string[] | undefined;
  env: Readonly<Record<string, string>>;
  limits: Limits;
}

export interface Limits {
  /** Bytes, the files in memory included. */
  memory: number;
  disk: number;
  cpus: number;
  pids: number;
}

export interface ProgramLimits extends Pick<Limits, 'memory' | 'cpus' | 'pids'> {
  /** Bytes of `/tmp`, the only folder that it may write to; they are memory. */
  temporary: number;
  /** Bytes of `/dev/shm`; they are memory as well. */
  shared: number;
  files: number;
}

export const LABELS = {
  installation: 'coda.installation',
  instance: 'coda.instance',
  session: 'coda.session',
  detached: 'coda.detached',
  isDetached: 'coda.is-detached',
} as const;

export const WORKSPACE = '/workspace';
export const OUTPUT = '/workspace/output';
export const SKILLS = '/skills';

/** Inside of a container; its relay listens there. */
export const PROXY_PORT = 3_128;
const PROXY = `http://127.0.0.1:${PROXY_PORT}`;
const PROXY_ENV = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => `${name}=${PROXY}`),
  ...['NO_PROXY', 'no_proxy'].map((name) => `${name}=localhost,127.0.0.1`),
  // Node.js asks no proxy otherwise.
  'NODE_USE_ENV_PROXY=1',
];

const SHARED_MEMORY = 8 * 1024 * 1024;

/** Each file system of the container and its bytes; all are memory. */
const shares = (disk: number) => ({
  workspace: Math.floor(disk / 2),
  output: Math.floor(disk / 2),
  temporary: Math.floor(disk / 4),
  skills: Math.floor(disk / 8),
  shared: SHARED_MEMORY,
});

/** The memory in bytes that a `disk` of so many bytes can fill; a limit below it could be used up by files alone. */
export const memoryOfFiles = (disk: number) => Object.values(shares(disk)).reduce((sum, size) => sum + size, 0);

export function roomForSkills(disk: number): { bytes: number; files: number } {
  const { skills } = shares(disk);
  return { bytes: skills, files: inodes(skills) };
}

const inodes = (size: number) => Math.min(Math.max(Math.floor(size / 16_384), 1_024), 16_384);

export function containerOptions(spec: ContainerSpec) {
  const { limits, uids } = spec;
  const sizes = shares(limits.disk);
  const labels = labelsOf(spec);
  const volume = (target: string, size: number, owner: number, mode: string, name?: string) => ({
    Type: 'volume',
    ...(name && { Source: name }),
    Target: target,
    VolumeOptions: { NoCopy: true, Labels: labels, DriverConfig: tmpfs(size, owner, mode) },
  });
  const output = outputVolume(spec.session);
  return {
    Image: spec.image,
    Entrypoint: [],
    // The container's own end, whatever becomes of this process.
    Cmd: ['sleep', String(Math.ceil(spec.lifetimeMs / 1_000))],
    User: `${uids.init}:${uids.init}`,
    WorkingDir: '/',
    Env: [
      'HOME=/workspace',
      `OUTPUT_DIR=${OUTPUT}`,
      'TMPDIR=/tmp',
      'LANG=C.UTF-8',
      ...(spec.hasProxy ? PROXY_ENV : []),
    ],
    Hostname: 'sandbox',
    Labels: labels,
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGKILL',
    NetworkDisabled: true,
    HostConfig: {
      ...isolation(spec),
      ...limitsOf(limits, { shared: sizes.shared, file: limits.disk, files: 1_024 }),
      Mounts: [
        volume(WORKSPACE, sizes.workspace, uids.code, '0700'),
        volume(OUTPUT, sizes.output, uids.code, '0700', output),
        volume('/output', sizes.output, uids.code, '0700', output),
        volume(SKILLS, sizes.skills, 0, '0755'),
      ],
      Tmpfs: temporary(spec, sizes.temporary),
    },
  };
}

/**
 * A program that is spoken to over its stdin and stdout, and is all that its container does. Its stdin ends with the
 * connection that coda holds, whatever becomes of coda.
 */
export function programOptions(spec: ProgramContainerSpec) {
  const { limits, uids } = spec;
  return {
    Image: spec.image,
    Entrypoint: [],
    Cmd: spec.command,
    User: `${uids.code}:${uids.code}`,
    WorkingDir: '/',
    Env: ['HOME=/tmp', 'TMPDIR=/tmp', 'LANG=C.UTF-8'],
    // A host name and resolvers belong to the container whose network it is.
    ...(spec.joins === undefined && { Hostname: 'sandbox', NetworkDisabled: true }),
    Labels: labelsOf(spec),
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGKILL',
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    HostConfig: {
      ...isolation(spec, spec.joins),
      ...limitsOf(limits, { shared: limits.shared, file: limits.temporary, files: limits.files }),
      Mounts: [],
      Tmpfs: temporary(spec, limits.temporary),
    },
  };
}

/**
 * Options of a detached container. Docker keeps its output, so that it can be read after its end: its maker, or the
 * reaper, removes it.
 */
export function detachedOptions(spec: DetachedContainerSpec) {
  const { limits, uids, command, env } = spec;
  const sizes = shares(limits.disk);
  const home = `rw,nosuid,nodev,size=${sizes.workspace},nr_inodes=${inodes(sizes.workspace)},uid=${uids.code},gid=${uids.code},mode=0700`;
  return {
    Image: spec.image,
    ...(command && { Entrypoint: [], Cmd: command }),
    User: `${uids.code}:${uids.code}`,
    Env: [
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      `HOME=${WORKSPACE}`,
      'TMPDIR=/tmp',
      'LANG=C.UTF-8',
    ],
    Hostname: 'sandbox',
    Labels: { ...labelsOf(spec), [LABELS.detached]: spec.name, [LABELS.isDetached]: 'true' },
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGTERM',
    NetworkDisabled: true,
    HostConfig: {
      ...isolation(spec),
      AutoRemove: false,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
      ...limitsOf(limits, { shared: sizes.shared, file: limits.disk, files: 1_024 }),
      Mounts: [],
      Tmpfs: { ...temporary(spec, sizes.temporary), [WORKSPACE]: home },
    },
  };
}

export type ContainerOptions =
  | ReturnType<typeof containerOptions>
  | ReturnType<typeof programOptions>
  | ReturnType<typeof detachedOptions>;

const temporary = ({ imageVolumes }: BaseSpec, size: number) => ({
  '/tmp': `rw,noexec,nosuid,nodev,size=${size},nr_inodes=${inodes(size)},mode=1777`,
  ...Object.fromEntries(imageVolumes.map((path) => [path, 'ro,noexec,nosuid,nodev,size=4096,mode=0555'])),
});

const labelsOf = ({ installation, instance, session }: BaseSpec) => ({
  [LABELS.installation]: installation,
  [LABELS.instance]: instance,
  [LABELS.session]: session,
});

/** The one volume that is mounted twice and so has a name; the others go with the container. */
export const outputVolume = (session: string) => `coda-${session}-output`;

/** A file system in memory. Unlike a tmpfs mount, a volume can be reached by Docker's archive calls. */
function tmpfs(size: number, owner: number, mode: string) {
  const o = `size=${size},nr_inodes=${inodes(size)},uid=${owner},gid=${owner},mode=${mode},nosuid,nodev`;
  return { Name: 'local', Options: { type: 'tmpfs', device: 'tmpfs', o } };
}

function isolation(spec: BaseSpec, joins?: string) {
  return {
    // Docker copies the host's resolv.conf where these are not set.
    ...(joins === undefined
      ? { NetworkMode: 'none', Dns: ['127.0.0.1'], DnsSearch: ['.'] }
      : { NetworkMode: `container:${joins}` }),
    IpcMode: 'private',
    CgroupnsMode: 'private',
    PidMode: '',
    UTSMode: '',
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: [],
    Devices: [],
    Binds: [],
    SecurityOpt: ['no-new-privileges', `seccomp=${JSON.stringify(seccompProfile(spec.architecture))}`],
    MaskedPaths: MASKED,
    ReadonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    // Reaps what loses its parent.
    Init: true,
    AutoRemove: true,
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'none', Config: {} },
    ...(spec.runtime === 'runsc' && { Runtime: 'runsc' }),
  };
}

function limitsOf(
  { memory, cpus, pids }: Pick<Limits, 'memory' | 'cpus' | 'pids'>,
  { shared, file, files }: { shared: number; file: number; files: number },
) {
  const limit = (name: string, value: number) => ({ Name: name, Soft: value, Hard: value });
  return {
    Memory: memory,
    // Equal to the memory: no swap.
    MemorySwap: memory,
    // On a full host this goes before anything else.
    OomScoreAdj: 500,
    NanoCpus: Math.round(cpus * 1e9),
    PidsLimit: pids,
    ShmSize: shared,
    // Not nproc: it counts a user's processes in all containers together.
    Ulimits: [
      limit('nofile', files),
      limit('core', 0),
      limit('fsize', file),
      limit('memlock', 65_536),
      limit('msgqueue', 0),
      limit('nice', 0),
      limit('rtprio', 0),
    ],
  };
}

/** Docker's own list, and what tells of the host's hardware, kernel and disks; those that are not there are passed over. */
const MASKED = [
  ...pathsBelow(
    '/proc',
    `
  acpi asound buddyinfo bus cgroups cmdline config.gz consoles crypto device-tree devices diskstats dma driver
  dynamic_debug execdomains fb fs interrupts iomem ioports irq kallsyms kcore key-users keys kmsg kpagecgroup
  kpagecount kpageflags latency_stats locks mdstat misc modules mtrr pagetypeinfo partitions pressure
  sched_debug schedstat scsi slabinfo softirqs swaps sysrq-trigger sysvipc timer_list timer_stats tty
  vmallocinfo vmstat zoneinfo`,
  ),
  ...pathsBelow(
    '/sys',
    `
  block bus class dev devices/LNXSYSTM:00 devices/breakpoint devices/faux devices/msr devices/pci0000:00
  devices/platform devices/pnp0 devices/software devices/system/clockevents devices/system/clocksource
  devices/system/container devices/system/memory devices/tracepoint devices/uprobe devices/virtual firmware
  fs/bpf fs/btrfs fs/erofs fs/ext4 fs/f2fs fs/fuse fs/nfs fs/pstore fs/selinux fs/smackfs fs/tmpfs fs/xfs
  hypervisor kernel module power`,
  ),
];

function pathsBelow(folder: string, names: string): string[] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => `${folder}/${name}`);
}
