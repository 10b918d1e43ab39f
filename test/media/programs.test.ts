/** Programs that read and speak for coda: their limits, and whose turn it is. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Programs } from '../../src/media/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'coda-programs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const programs = new Programs({ PATH: process.env.PATH });
const { signal } = new AbortController();
const shell = (script: string, by = 'ana', limits: { memoryMb?: number; cpuSeconds: number } = { cpuSeconds: 60 }) =>
  programs.run({ command: ['sh', '-c', script, folder], limits }, by, { signal }).then(String);

test('each limit is the system’s, for whatever the program starts', async () => {
  const told = await shell('ulimit -v; ulimit -t; ulimit -f', 'ana', { memoryMb: 100, cpuSeconds: 3 });
  expect(told.trim().split('\n')).toEqual(['102400', '3', '131072']);
  // It holds the end of its input until it knows that it is the end.
  const greedy = 'head -c 1000000000 /dev/zero | tail -c 900000000 > /dev/null';
  await expect(shell(greedy, 'ana', { memoryMb: 300, cpuSeconds: 60 })).rejects.toThrow('ended with status 1');
  // In a process that has left its group, and is out of reach of whoever kills that.
  await expect(shell('setsid sh -c "while :; do :; done"', 'ana', { cpuSeconds: 1 })).rejects.toThrow('ended with');
});

test('whoever has many waits with all but one of them, and holds up nobody else', async () => {
  const waits = 'until [ -e "$0/go" ]; do sleep 0.05; done';
  const many = [1, 2, 3, 4, 5, 6].map(() => shell(waits));
  // If they had all begun, there would be no place for this one.
  await shell('touch "$0/go"', 'ben');
  expect(existsSync(join(folder, 'go'))).toBe(true);
  await Promise.all(many);
});

test('one that waits is given up at once', async () => {
  rmSync(join(folder, 'go'));
  const first = shell('until [ -e "$0/go" ]; do sleep 0.05; done');
  const stop = new AbortController();
  const second = programs.run({ command: ['true'], limits: { cpuSeconds: 1 } }, 'ana', { signal: stop.signal });
  stop.abort();
  await expect(second).rejects.toThrow('was ended');
  await shell('touch "$0/go"', 'ben');
  await first;
});
