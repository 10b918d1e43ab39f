import { expect, test } from 'vitest';
import {
  judgeClock,
  judgeDisk,
  judgeFolder,
  judgeInodes,
  judgeLosses,
  judgeMemory,
  judgeSecrets,
  judgeStall,
  judgeZone,
} from '../../src/app/health/machine.ts';
import { judgeStorage } from '../../src/app/health/storage.ts';
import {
  judgeApprovals,
  judgeBudgets,
  judgeBus,
  judgeCause,
  judgeListeners,
  judgeReplicas,
  judgeResting,
  judgeSchedules,
} from '../../src/app/health/work.ts';
import { clockTrouble } from '../../src/base/clock.ts';
import type { Verdict } from '../../src/chat/index.ts';
import { causesOf, type FaultRow } from '../../src/jobs/index.ts';
import { failureOf } from '../../src/sandbox/container.ts';
import { DockerError } from '../../src/sandbox/failure.ts';
import { machineZone } from '../../src/time/index.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

const facts = {
  version: 150_004,
  fsync: 'on',
  synchronousCommit: 'on',
  fullPageWrites: 'on',
  readOnly: false,
  bytes: 40_000_000,
  tables: [{ name: 'messages', bytes: 12_000_000 }],
  longestTransaction: 2,
  connections: 4,
  mostConnections: 100,
  migrations: 20,
  user: 'coda',
  schema: 'public',
  mayCreate: true,
};

const server = (changed: Partial<typeof facts>, { hears = true, replicas = false } = {}): Verdict[] =>
  judgeStorage({
    engine: 'postgres',
    facts: { ...facts, ...changed },
    stats: { commits: 10, hears, fsyncs: undefined },
    replicas,
  });

const embedded = (fsyncs: number) =>
  judgeStorage({ engine: 'pglite', facts, stats: { commits: 10, hears: true, fsyncs }, replicas: false });

const failed = (faults: readonly (Pick<FaultRow, 'source' | 'kind' | 'code'> & { count?: number })[]): Verdict[] =>
  causesOf(faults.map((fault) => ({ count: 5, ...fault, hour: ago(60), lastAt: ago(30) }))).map((cause) =>
    judgeCause(cause, NOW),
  );

function notReached(cause: Error): Verdict {
  const { message: says, ...failure } = failureOf(new DockerError(cause.message, undefined, cause));
  return { ...failure, says };
}

const process = (changed = {}) => ({
  id: 'other',
  host: 'a',
  pid: 7,
  program: 'coda 0.1.0',
  heartbeatAt: ago(0),
  ...changed,
});
const part = (health: 'paused' | 'degraded') => ({
  kind: 'tool',
  name: 'web_read',
  health,
  failures: 3,
  until: undefined,
});

const BUDGETS = { person: { day: 4, month: 9 }, all: { day: 5, month: 100 } };

/** What is wrong, what the doctor makes of it, the cause that it must name, and what its remedy must speak of. */
const PLANTED: readonly [
  what: string,
  found: Verdict | readonly Verdict[] | undefined,
  code: string,
  remedy: RegExp,
][] = [
  ['a full disk', judgeDisk(20_000_000, '/data'), 'DISK_FULL', /Free space/],
  [
    'work that held everybody up',
    judgeStall({ during: 'tool web_read', ms: 7_600, at: NOW }, NOW),
    'LOOP_STALLED',
    /report what is named/,
  ],
  ['a disk that fills up', judgeDisk(400_000_000, '/data'), 'DISK_LOW', /retention\.days/],
  ['a data folder that is gone', judgeFolder('ENOENT', '/data'), 'DATA_UNWRITABLE', /--data/],
  ['a data folder of another user', judgeFolder('EACCES', '/data'), 'DATA_UNWRITABLE', /chown/],
  ['a read-only disk', judgeFolder('EROFS', '/data'), 'DATA_UNWRITABLE', /writable/],
  ['a clock of 1970', judgeClock(new Date(0), undefined, ''), 'CLOCK_WRONG', /set-ntp/],
  ['a clock an hour ahead of the database', judgeClock(NOW, 3_600_000, 'the database'), 'CLOCK_SKEW', /set-ntp/],
  [
    'a clock an hour behind the platform',
    broken(clockTrouble('Fri, 20 Nov 2026 13:00:00 GMT', NOW)),
    'CLOCK_SKEW',
    /clock/,
  ],
  [
    'a zone of the machine that is a path',
    judgeZone(undefined, machineZone('/etc/localtime')),
    'ZONE_UNKNOWN',
    /Berlin/,
  ],
  ['a disk without inodes', judgeInodes(0, 1_000_000, '/data'), 'DISK_INODES', /very many small files/],
  [
    'a container near its limit of memory',
    judgeMemory({ used: 480_000_000, limit: 500_000_000, free: 4_000_000_000 }),
    'MEMORY_LOW',
    /mem_limit/,
  ],
  [
    'a machine without memory',
    judgeMemory({ used: 200_000_000, limit: undefined, free: 20_000_000 }),
    'MEMORY_LOW',
    /add swap/,
  ],
  [
    'a coda that is killed for memory again and again',
    judgeLosses(3, 256_000_000),
    'MEMORY_KILLED',
    /mem_limit, --memory, MemoryMax/,
  ],
  ['a coda that crashes again and again', judgeLosses(4, undefined), 'PROCESS_CRASHES', /end of its log/],
  ['an open .env', judgeSecrets('/data/.env', 0o100644), 'SECRETS_READABLE', /chmod 600 \/data\/\.env/],
  ['fsync off', server({ fsync: 'off' }), 'STORAGE_NO_FSYNC', /fsync = on/],
  ['an embedded database without fsync', embedded(0), 'STORAGE_NO_FSYNC', /fsync/],
  ['synchronous_commit off', server({ synchronousCommit: 'off' }), 'STORAGE_ASYNC_COMMIT', /synchronous_commit = on/],
  ['torn pages', server({ fullPageWrites: 'off' }), 'STORAGE_TORN_PAGES', /full_page_writes/],
  ['a standby', server({ readOnly: true }), 'STORAGE_READ_ONLY', /primary/],
  ['an old PostgreSQL', server({ version: 130_009 }), 'STORAGE_OLD_SERVER', /15 or newer/],
  ['replicas behind a pooler', server({}, { hears: false, replicas: true }), 'STORAGE_POOLER', /direct_url/],
  ['a forgotten transaction', server({ longestTransaction: 4_000 }), 'STORAGE_LONG_TRANSACTION', /pg_stat_activity/],
  [
    'a user without the right to create tables',
    server({ mayCreate: false }),
    'STORAGE_NO_CREATE',
    /grant usage, create on schema "public" to "coda";/,
  ],
  ['used-up connections', server({ connections: 97 }), 'STORAGE_CONNECTIONS', /storage\.pool/],
  ['Redis down', judgeBus(false, true), 'REDIS_DOWN', /Start Redis/],
  ['replicas at two Redis servers', judgeListeners(2, 1), 'REDIS_SPLIT', /the same redis\.url/],
  [
    'Docker’s socket for another group',
    notReached(Object.assign(new Error('connect EACCES /var/run/docker.sock'), { code: 'EACCES' })),
    'SANDBOX_UNREACHABLE',
    /usermod -aG docker/,
  ],
  [
    'Docker that does not run',
    notReached(Object.assign(new Error('connect ENOENT /var/run/docker.sock'), { code: 'ENOENT' })),
    'SANDBOX_UNREACHABLE',
    /Start Docker/,
  ],
  [
    'a late schedule',
    judgeSchedules([{ name: 'retention', kind: 'retention', nextAt: ago(90) }], NOW),
    'SCHEDULE_LATE',
    /asleep|clock/,
  ],
  ['a question that nobody answers', judgeApprovals({ count: 2, since: ago(300) }, NOW), 'APPROVALS_WAITING', /Answer/],
  [
    'a replica that hangs',
    judgeReplicas([process(), process({ pid: 8, heartbeatAt: ago(5) })], NOW, 'self'),
    'REPLICA_SILENT',
    /take over/,
  ],
  [
    'two versions side by side',
    judgeReplicas([process(), process({ program: 'coda 0.0.9' })], NOW, 'self'),
    'REPLICAS_MIXED',
    /rolling restart/,
  ],
  [
    'a process that died hours ago',
    judgeReplicas([process({ heartbeatAt: ago(300) })], NOW, undefined),
    'PROCESS_DEAD',
    /takes over/,
  ],
  [
    'a budget that is spent',
    judgeBudgets(
      {
        day: [
          { name: 'Ana', price: 3 },
          { name: 'Ben', price: 2 },
        ],
        month: [],
      },
      BUDGETS,
      'EUR',
    ),
    'BUDGET_SPENT',
    /Wait until tomorrow, or raise models\.budgets\.all\.day/,
  ],
  [
    "a person's own budget that is spent",
    judgeBudgets(
      {
        day: [],
        month: [
          { name: 'Ana', price: 9 },
          { name: 'Ben', price: 2 },
        ],
      },
      BUDGETS,
      'EUR',
    ),
    'BUDGET_SPENT',
    /raise models\.budgets\.person\.month/,
  ],
  ['a tool that rests', judgeResting([part('paused')]), 'PART_PAUSED', /doctor reset/],
  [
    'an expired key',
    failed([{ source: 'model', kind: 'anthropic/x', code: 'auth_expired' }]),
    'KEY_REFUSED',
    /new one/,
  ],
  [
    'a provider without credit',
    failed([{ source: 'model', kind: 'anthropic/x', code: 'budget' }]),
    'PROVIDER_CREDIT',
    /coda’s own budgets have nothing to do with it/,
  ],
  [
    'a limit of the provider',
    failed([{ source: 'model', kind: 'anthropic/x', code: 'rate_limited' }]),
    'RATE_LIMITED',
    /fallbacks/,
  ],
  [
    'a model that was retired',
    failed([{ source: 'model', kind: 'anthropic/x', code: 'not_found' }]),
    'MODEL_GONE',
    /base_url|name/,
  ],
  [
    'a flaky model',
    failed([{ source: 'model', kind: 'anthropic/x', code: 'transient' }]),
    'MODEL_UNRELIABLE',
    /fallbacks/,
  ],
  [
    'a model that writes nonsense',
    failed([{ source: 'model', kind: 'local/x', code: 'malformed_output' }]),
    'MODEL_UNRELIABLE',
    /another default/,
  ],
  [
    'no network',
    failed([
      { source: 'model', kind: 'anthropic/x', code: 'transient' },
      { source: 'delivery', kind: 'discord', code: 'unknown' },
    ]),
    'NETWORK_DOWN',
    /network/,
  ],
  [
    'a platform that stutters',
    failed([{ source: 'delivery', kind: 'discord', code: 'retry' }]),
    'PLATFORM_UNRELIABLE',
    /status page/,
  ],
  [
    'a missing permission',
    failed([{ source: 'delivery', kind: 'discord', code: 'refused' }]),
    'PLATFORM_REFUSES',
    /permission/,
  ],
  [
    'a tool with a mistake',
    failed([{ source: 'tool', kind: 'web_read', code: 'INTERNAL' }]),
    'TOOL_BROKEN',
    /doctor reset/,
  ],
  ['a job with a mistake', failed([{ source: 'job', kind: 'retention', code: 'INTERNAL' }]), 'JOB_FAILS', /coda jobs/],
  [
    'a database that restarts',
    failed([{ source: 'job', kind: 'retention', code: '57P01' }]),
    'STORAGE_AWAY',
    /database’s log/,
  ],
  [
    'a disk that was full',
    failed([{ source: 'job', kind: 'retention', code: 'DISK_FULL' }]),
    'DISK_FULL',
    /Free space/,
  ],
];

function broken(trouble: { code: string; says: string; remedy: string } | undefined): Verdict | undefined {
  return trouble && { ok: false, ...trouble };
}

test.each(PLANTED)('the doctor finds %s', (_, found, code, remedy) => {
  const [first, ...others] = [found ?? []].flat();
  expect(first?.code).toBe(code);
  expect(first?.remedy).toMatch(remedy);
  expect(first?.says).not.toBe('');
  // One fault has one cause.
  expect(others).toEqual([]);
});

test('what is in order is not found', () => {
  const fine = [
    judgeDisk(50_000_000_000, '/data'),
    judgeFolder(undefined, '/data'),
    judgeClock(NOW, 200, 'the database'),
    judgeSecrets('/data/.env', 0o100600),
    judgeMemory({ used: 200_000_000, limit: 1_000_000_000, free: 500_000_000 }),
    ...[judgeInodes(500_000, 1_000_000, '/data') ?? []].flat(),
    // btrfs counts none.
    ...[judgeInodes(0, 0, '/data') ?? []].flat(),
    ...server({}),
    ...server({}, { hears: false }),
    ...embedded(10),
    judgeBus(true, false),
    judgeSchedules([], NOW),
    judgeReplicas([process()], NOW, 'self'),
    // What asks is alive, whatever its last heartbeat says.
    judgeReplicas([process({ id: 'self', heartbeatAt: ago(300) })], NOW, 'self'),
    // A single process that hangs is what asks; nobody else could tell.
    judgeReplicas([process({ heartbeatAt: ago(5) })], NOW, ''),
    judgeResting([]),
  ];
  expect(fine.filter(({ ok, code }) => !ok || code !== undefined)).toEqual([]);
  expect(clockTrouble('Fri, 20 Nov 2026 12:00:20 GMT', NOW)).toBeUndefined();
  expect(failed([{ source: 'model', kind: 'x/y', code: 'transient', count: 2 }])).toEqual([]);
});

test('how long something has waited is said in a unit that fits', () => {
  const oldest = (minutes: number) => judgeApprovals({ count: 1, since: ago(minutes) }, NOW).says;
  expect([0, 1, 59, 300, 4_500].map(oldest)).toEqual(
    ['1 second', '60 seconds', '59 minutes', '5 hours', '3 days'].map(
      (length) => `1 question waits for somebody, the oldest for ${length}`,
    ),
  );
});
