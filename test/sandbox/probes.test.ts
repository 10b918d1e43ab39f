import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Sandbox, Session } from '../../src/sandbox/index.ts';
import { DOCKER, type Open, openContainer, testSandbox } from '../support/docker.ts';
import { eventually } from '../support/eventually.ts';
import { inLong } from '../support/long.ts';
import { requireService } from '../support/postgres.ts';
import { good } from '../support/sandbox-contract.ts';
import { GREEDY, type Probe, PROBES as SIMPLE, TARGET } from './probes.ts';
import { GREEDIER, KERNEL } from './probes-kernel.ts';
import { MORE } from './probes-more.ts';

requireService('CODA_TEST_DOCKER');

const PROBES = [...SIMPLE, ...MORE, ...KERNEL];

const fileOf = (probe: Probe, index: number) => ({ path: `${index}.${probe.kind}`, content: probe.code });
/** Probes that share one command, and so its time limit: a slow machine runs 270 within it. */
const BATCH = 40;

const INTERPRETERS = { py: 'python3', pl: 'perl', sh: 'sh' } as const;

/** Runs the named files of the folder; one line for each with what it said last. */
const RUNNER = `cd $1; shift; for f; do
  case $f in *.py) i=python3;; *.pl) i=perl;; *) i=sh;; esac
  out=$(timeout -k 1 10 $i $f 2>/dev/null </dev/null | tail -n 1)
  echo "$f $out"
done`;

/** By the probe's name: whether it got through, as its own last line says. */
function told(output: string): Map<string, string> {
  const lines = output
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  return new Map(lines.map(([file = '', said = '']) => [PROBES[Number.parseInt(file, 10)]?.name ?? file, said]));
}

const SERVER = `
import os, socket, threading
tcp = socket.create_server(("0.0.0.0", ${TARGET.port}))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("0.0.0.0", ${TARGET.port}))
unix = socket.socket(socket.AF_UNIX); unix.bind("\\0${TARGET.abstract}"); unix.listen()
open("${TARGET.shared}", "w").write("mine")
def echo():
  while True:
    data, who = udp.recvfrom(99)
    udp.sendto(data, who)
threading.Thread(target=echo, daemon=True).start()
while True: tcp.accept()
`;

describe.skipIf(!DOCKER)('what tries to get out of a sandbox', () => {
  let control: Open;
  let sandbox: Sandbox;
  let session: Session;

  beforeAll(async () => {
    control = await openContainer(['python3', '-c', SERVER], [`${TARGET.secret}=x`, 'CODA_TEST_DOCKER=x']);
    await eventually(async () => (await control.exec(['cat', TARGET.shared])) === 'mine');
    sandbox = testSandbox({ max_memory: '128m', disk: '64m' });
    session = good(await sandbox.open());
    await control.exec(['mkdir', '-p', '/skills', '/workspace/output', '/output', '/probes', '/mnt']);
    await control.put('/probes', PROBES.map(fileOf));
    good(await session.put(PROBES.map(fileOf).map(({ path, content }) => ({ path: `probes/${path}`, content }))));
  });

  /** What one test harmed beyond use is not the next one's. */
  beforeEach(async () => {
    if (!(await session.exec(['true'])).ok) session = good(await sandbox.open());
  });

  afterAll(async () => {
    await control?.exec(['rm', '-f', TARGET.shared]);
    await Promise.all([sandbox?.close(), control?.close()]);
  });

  test('gets nowhere, and would without the bars', async () => {
    const files = PROBES.map((probe, index) => fileOf(probe, index).path);
    const inside = async () => {
      let output = '';
      for (let i = 0; i < files.length; i += BATCH) {
        const command = ['sh', '-c', RUNNER, 'sh', '/workspace/probes', ...files.slice(i, i + BATCH)];
        output += good(await session.exec(command, { timeoutMs: 110_000 })).stdout;
      }
      return output;
    };
    const [open, held] = await Promise.all([control.exec(['sh', '-c', RUNNER, 'sh', '/probes', ...files]), inside()]);
    const [inOpen, inSandbox] = [told(open), told(held)];
    const names = PROBES.map(({ name }) => name);
    expect(names.filter((name) => inSandbox.get(name) === 'THROUGH')).toEqual([]);
    const supported = names.filter((name) => inOpen.get(name) !== 'UNSUPPORTED');
    expect(supported.filter((name) => inOpen.get(name) !== 'THROUGH')).toEqual([]);
    expect(supported.length).toBeGreaterThanOrEqual(200);
    // Each of them was run.
    expect(inSandbox.size).toBe(PROBES.length);
  });

  test.each([...GREEDY, ...GREEDIER])(
    '$name: is held by a limit',
    async ({ kind, code, timeoutMs }: (typeof GREEDY)[number]) => {
      const command = [INTERPRETERS[kind], '-c', code];
      const [open, held] = await Promise.all([
        control.exec(command),
        session.exec(command, { timeoutMs: timeoutMs ?? 30_000 }).then(good),
      ]);
      expect(open.trimEnd()).toMatch(/THROUGH$/);
      expect(held.stdout).not.toContain('THROUGH');
      expect(held.timedOut).toBe(timeoutMs !== undefined);
      // And the next program finds its place.
      expect(
        good(await session.exec(['sh', '-c', 'cd /workspace; rm -rf many sparse names deep; echo well'])),
      ).toMatchObject({ stdout: 'well\n' });
    },
  );

  inLong('a gigabyte of output is cut, and held in no memory', async () => {
    const before = process.memoryUsage().rss;
    const writer = ['sh', '-c', 'yes | head -c 1073741824; echo THROUGH'];
    const result = good(await session.exec(writer));
    expect(result).toMatchObject({ truncated: true });
    expect(result.stdout.length).toBe(1024 * 1024);
    expect(result.stdoutBytes).toBeLessThan(256 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  test('a bomb of processes ends with its time, and so does what it was in', async () => {
    const bomb = 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass';
    expect(await session.exec(['python3', '-c', bomb], { timeoutMs: 1_000 })).toMatchObject({ timedOut: true });
    const next = await session.exec(['true']);
    if (!next.ok) session = good(await sandbox.open());
    expect(good(await session.exec(['echo', 'well'])).stdout).toBe('well\n');
  });

  inLong('a program that kills who would stop it is stopped all the same', async () => {
    const hunter =
      'import os, signal\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\nwhile True:\n  try: os.kill(-1, 9)\n  except OSError: pass';
    expect(await session.exec(['python3', '-c', hunter], { timeoutMs: 1_000 })).toMatchObject({ timedOut: true });
    const next = await session.exec(['true']);
    if (!next.ok) session = good(await sandbox.open());
    const count =
      'import os\nprint(sum(b"os.kill" in open(f"/proc/{p}/cmdline", "rb").read() for p in os.listdir("/proc") if p.isdigit()) - 1)';
    expect(good(await session.exec(['python3', '-c', count])).stdout).toBe('0\n');
  });
});
