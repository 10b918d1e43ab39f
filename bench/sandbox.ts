/**
 * What running code costs: `CODA_TEST_DOCKER=… npm run bench -- sandbox`. Each figure stands beside the same calls made
 * straight to Docker's API in the same run, in turn with coda's.
 */

import { smallHeaps } from '../src/base/heap.ts';
import type { SandboxFailure } from '../src/sandbox/index.ts';
import { containerOptions } from '../src/sandbox/spec.ts';
import {
  DOCKER,
  docker,
  dockerBytes,
  dockerExec,
  freshInstallation,
  leftovers,
  testSandbox,
} from '../test/support/docker.ts';
import { eventually } from '../test/support/eventually.ts';
import { Report } from './support/report.ts';

const ROUNDS = 15;
const PRINT = ['python3', '-c', 'print(1)'];
const MB = 1024 * 1024;

smallHeaps();
const report = new Report();

function good<T extends { ok: true }>(value: T | SandboxFailure): T {
  if (!value.ok) throw new Error(`${value.code}: ${value.message}`);
  return value as T;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const ms = (values: number[]) => `${median(values).toFixed(0)} ms`;
const ratio = (own: number[], raw: number[]) => (median(own) / median(raw)).toFixed(2);
const ignore = async () => {};

function collectGarbage(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage().rss;
}

/** A container with coda's options, by Docker's API alone. */
async function rawContainer(round: number): Promise<{ id: string; user: string; remove(): Promise<void> }> {
  const { Id: image } = await docker<{ Id: string }>('GET', `/images/${DOCKER?.image}/json`);
  const { Arch } = await docker<{ Arch: 'amd64' | 'arm64' }>('GET', '/version');
  const session = `bench-${process.pid}-${round}`;
  const options = containerOptions({
    session,
    installation: 'bench',
    instance: 'bench',
    image,
    imageVolumes: [],
    architecture: Arch,
    uids: { init: 60_706, code: 60_707 },
    limits: { memory: 512 * MB, disk: 256 * MB, cpus: 1, pids: 128 },
    lifetimeMs: 600_000,
    runtime: 'runc',
    hasProxy: false,
  });
  const { Id: id } = await docker<{ Id: string }>('POST', '/containers/create', options);
  await docker('POST', `/containers/${id}/start`);
  const remove = async () => {
    await docker('DELETE', `/containers/${id}?force=1&v=1`);
    await docker('DELETE', `/volumes/coda-${session}-output`);
  };
  return { id, user: '60707:60707', remove };
}

async function rawCold(round: number): Promise<void> {
  const { id, user, remove } = await rawContainer(round);
  await dockerExec(id, PRINT, user);
  await dockerBytes('GET', `/containers/${id}/archive?path=/workspace/output`);
  await remove();
}

async function calls(): Promise<void> {
  const cold = testSandbox({ warm: 0 });
  const installation = freshInstallation();
  const warm = testSandbox({ warm: 1 }, { installation });
  const isReady = async () => (await leftovers(installation)).length === 4;
  const call = async (sandbox: typeof cold) => {
    const session = good(await sandbox.open());
    good(await session.exec(PRINT));
    good(await session.collect(ignore));
    return session;
  };
  await (await call(cold)).close();
  const [raw, coldTimes, warmTimes]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    raw.push(await timed(() => rawCold(round)));
    coldTimes.push(await timed(async () => (await call(cold)).close()));
    await eventually(isReady);
    let close = ignore;
    warmTimes.push(
      await timed(async () => {
        const session = await call(warm);
        close = () => session.close();
      }),
    );
    await close();
  }
  report.add('code in a container of its own, made and removed', ms(coldTimes), {
    beside: `the calls of Docker's API alone ${ms(raw)}: ${ratio(coldTimes, raw)} of it`,
    wanted: '≤ 1.25 of it',
  });
  report.add('code in the waiting container, until its result and files are there', ms(warmTimes), {
    beside: `${ratio(warmTimes, raw)} of it`,
    wanted: '≤ 0.5 of it',
  });
  await Promise.all([cold.close(), warm.close()]);
}

async function furtherCalls(): Promise<void> {
  const sandbox = testSandbox({ warm: 0 });
  const session = good(await sandbox.open());
  const { id, user, remove } = await rawContainer(ROUNDS);
  good(await session.exec(PRINT));
  await dockerExec(id, PRINT, user);
  const [raw, own]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS * 2; round++) {
    own.push(await timed(() => session.exec(PRINT)));
    raw.push(await timed(() => dockerExec(id, PRINT, user)));
  }
  report.add('a further call in a turn', ms(own), {
    beside: `an exec by Docker's API alone ${ms(raw)}: ${ratio(own, raw)} of it`,
    wanted: '≤ 1.25 of it',
  });
  await Promise.all([remove(), sandbox.close()]);
}

async function runs(): Promise<void> {
  const installation = freshInstallation();
  const sandbox = testSandbox({ warm: 1 }, { installation });
  const run = async () => {
    const session = good(await sandbox.open());
    good(await session.exec(PRINT));
    await session.close();
  };
  for (let count = 0; count < 10; count++) await run();
  const before = collectGarbage();
  for (let count = 0; count < 100; count++) await run();
  const more = collectGarbage() - before;
  await sandbox.close();
  const left = await leftovers(installation);
  report.add('100 runs: containers and volumes left, memory', `${left.length}, ${(more / 1e6).toFixed(1)} MB`, {
    wanted: '0, ≤ 10 MB',
  });
}

async function largeFile(): Promise<void> {
  const sandbox = testSandbox({ warm: 0 });
  const session = good(await sandbox.open());
  const size = 50_000_000;
  good(await session.exec(['sh', '-c', `head -c ${size} /dev/urandom > output/large`]));
  const before = collectGarbage();
  let peak = before;
  let bytes = 0;
  const took = await timed(async () =>
    good(
      await session.collect(async ({ content }) => {
        for await (const chunk of content) {
          bytes += chunk.length;
          peak = Math.max(peak, process.memoryUsage().rss);
        }
      }),
    ),
  );
  if (bytes !== size) throw new Error(`${bytes} bytes of ${size} came`);
  report.add(
    'a file of 50 MB out of a container: time, memory',
    `${took.toFixed(0)} ms, ${((peak - before) / 1e6).toFixed(1)} MB`,
    {
      wanted: '–, ≤ 20 MB',
    },
  );
  await sandbox.close();
}

if (DOCKER) {
  await calls();
  await furtherCalls();
  await largeFile();
  await runs();
  report.print();
} else {
  process.stderr.write('sandbox: CODA_TEST_DOCKER names no Docker; nothing is measured\n');
}
