/** What programs are given goes with the process that ran them, also where that one was killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { clearProgramFolders, Programs } from '../../src/media/index.ts';
import { makeProgramFolder } from '../../src/media/program-folders.ts';

const before = process.env.TMPDIR;
const scratch = mkdtempSync(join(tmpdir(), 'coda-scratch-'));
process.env.TMPDIR = scratch;
afterAll(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(scratch, { recursive: true });
});

const aged = (path: string) => utimesSync(path, 0, 0);

test.runIf(process.platform === 'linux')('folders of killed processes are removed, and nobody else’s', async () => {
  const killed: ChildProcess = spawn('sleep', ['60'], { stdio: 'ignore' });
  const lives = spawn('sleep', ['60'], { stdio: 'ignore' });
  const [left, used, own] = await Promise.all(
    [killed.pid, lives.pid, process.pid].map((pid) => makeProgramFolder(pid)),
  );
  const fresh = mkdtempSync(join(scratch, 'coda-media-'));
  const ownerless = mkdtempSync(join(scratch, 'coda-media-'));
  const open = mkdtempSync(join(scratch, 'coda-media-'));
  chmodSync(open, 0o755);
  const others = mkdtempSync(join(scratch, 'coda-mediation-'));
  for (const old of [used, own, ownerless, open, others]) aged(old ?? '');

  await clearProgramFolders(silentLog());
  expect(existsSync(left ?? '')).toBe(true);

  killed.kill('SIGKILL');
  await once(killed, 'exit');
  await clearProgramFolders(silentLog());
  expect([left, used, own, fresh, ownerless, open, others].map((path) => existsSync(path ?? ''))).toEqual([
    false,
    true,
    true,
    true,
    false,
    true,
    true,
  ]);
  lives.kill();
});

test('a program that has ended leaves nothing', async () => {
  const programs = new Programs({ PATH: process.env.PATH });
  const { signal } = new AbortController();
  const files = { file: { extension: 'txt', bytes: Buffer.from('x') } };
  const input = { command: ['sh', '-c', 'dirname "$1"', 'sh', '{file}'], files, limits: { cpuSeconds: 10 } };
  const folder = (await programs.run(input, 'ana', { signal })).toString().trim();
  expect(folder).toContain(join(scratch, 'coda-media-'));
  expect(existsSync(folder)).toBe(false);
});
