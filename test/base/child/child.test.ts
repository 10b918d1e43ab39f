import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Child, ChildFault, type ChildTime } from '../../../src/base/child/index.ts';
import type { Log } from '../../../src/base/log.ts';
import { hasEnded } from '../../support/processes.ts';

/** Time that stands still until a test moves it. */
class HandTime implements ChildTime {
  private timers: { at: number; fn: () => void }[] = [];
  private time = 0;

  now(): number {
    return this.time;
  }

  runAfter(ms: number, fn: () => void) {
    const timer = { at: this.time + ms, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  pass(ms: number): void {
    this.time += ms;
    const due = this.timers.filter(({ at }) => at <= this.time);
    this.timers = this.timers.filter(({ at }) => at > this.time);
    for (const { fn } of due) fn();
  }
}

const { signal } = new AbortController();
const IDLE_MS = 120_000;
const PATIENCE_MS = 60_000;
const about = z.object({
  pid: z.number(),
  env: z.record(z.string(), z.string()),
  args: z.array(z.string()),
  priority: z.number(),
});

const opened: Child[] = [];
afterEach(async () => {
  for (const child of opened.splice(0)) await child.close();
});

function start(program = './odd-child.js') {
  const time = new HandTime();
  const warnings: string[] = [];
  const log = { warn: ({ why }: { why: string }) => warnings.push(why) } as unknown as Log;
  const child = new Child({
    name: 'odd',
    program: new URL(program, import.meta.url),
    idleMs: IDLE_MS,
    patienceMs: PATIENCE_MS,
    mostRequests: 3,
    largestBytes: 10_000,
    log,
    time,
  });
  opened.push(child);
  const act = <T = string>(act: string, text = '', schema: z.ZodType = z.string()) =>
    child.ask({ act, text }, schema, signal) as Promise<T>;
  const describe = () => act<z.infer<typeof about>>('describe', '', about);
  return { child, time, warnings, act, describe };
}

test('a child sees nothing of the environment, and steps back for others', async () => {
  process.env.CODA_TEST_SECRET = 'hunter2';
  const { describe } = start();
  const { env, args, priority, pid } = await describe().finally(() => delete process.env.CODA_TEST_SECRET);
  expect(env).toEqual({ MALLOC_ARENA_MAX: '1' });
  expect(args).toEqual([]);
  expect(priority).toBe(constants.priority.PRIORITY_BELOW_NORMAL);
  expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000');
});

test('one that nobody has asked for the idle time is no process any more, and comes back when it is needed', async () => {
  const { time, warnings, describe } = start();
  const { pid } = await describe();
  time.pass(IDLE_MS - 1);
  expect((await describe()).pid).toBe(pid);
  time.pass(IDLE_MS);
  expect(await hasEnded(pid)).toBe(true);
  expect((await describe()).pid).not.toBe(pid);
  expect(warnings).toEqual([]);
});

test('one that is at work is not idle', async () => {
  const { time, warnings, act, describe } = start();
  await describe();
  const lost = expect(act('wait')).rejects.toThrow('no answer in 60 s');
  time.pass(PATIENCE_MS - 1);
  expect(warnings).toEqual([]);
  time.pass(1);
  await lost;
});

test.each([
  ['crashes', 'crash', '', /SIGABRT/],
  ['answers with no JSON', 'write', 'nonsense\n', /not_json/],
  ['answers with another form', 'write', '{"id":"one","result":1}\n', /form/],
  ['answers what was not asked', 'write', '{"id":99,"result":""}\n', /not_asked/],
  ['answers without end', 'flood', '', /too_long/],
  ['answers with another result', 'describe', '', /result/],
])('one that %s fails all that is under way, is reported once, and is started again', async (_, name, text, why) => {
  const { warnings, act, describe } = start();
  const { pid } = await describe();
  const lost = [act(name, text), act('echo', 'behind it')];
  await Promise.all(lost.map((each) => expect(each).rejects.toBeInstanceOf(ChildFault)));
  expect(warnings).toEqual([expect.stringMatching(why)]);
  expect(await hasEnded(pid)).toBe(true);
  expect(await act('echo', 'there again')).toBe('there again');
});

test('one that is killed or hangs in a loop is given up, and its successor answers', async () => {
  const { time, warnings, act, describe } = start();
  const first = await describe();
  const lost = expect(act('wait')).rejects.toBeInstanceOf(ChildFault);
  process.kill(first.pid, 'SIGKILL');
  await lost;
  const second = await describe();
  const hung = expect(act('loop')).rejects.toBeInstanceOf(ChildFault);
  time.pass(PATIENCE_MS);
  await hung;
  expect(await hasEnded(second.pid)).toBe(true);
  expect(await act('echo', 'third')).toBe('third');
  expect(warnings).toEqual(['it ended (SIGKILL)', 'no answer in 60 s']);
});

test('one that always ends is started at ever longer intervals', async () => {
  const { time, warnings, act } = start('./no-such-child.js');
  for (let second = 0; second < 120; second++) {
    await act('echo').catch(() => {});
    time.pass(1_000);
  }
  // At once, and after pauses of 1, 2, 4, 8, 16, 32 and 64 s, each up to half shorter.
  expect(warnings.length).toBeGreaterThanOrEqual(7);
  expect(warnings.length).toBeLessThanOrEqual(10);
  await expect(act('echo')).rejects.toThrow(/times in a row and is left alone for \d+ s/);
});

test('a fault of one request is its own', async () => {
  const { warnings, act } = start();
  await expect(act('fail', 'no such model')).rejects.toMatchObject({ message: 'no such model', code: 'ERR_OWN' });
  expect(await act('echo', 'still there')).toBe('still there');
  expect(warnings).toEqual([]);
});

test.each(['echo', 'loop'])('none outlives its parent, whatever it is at (%s)', async (act) => {
  const script = `
    const { spawn } = require('node:child_process');
    const { pid, stdio } = spawn(process.execPath, [process.argv[1]], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    const send = (task) => stdio[3].write(JSON.stringify({ id: 1, task }) + '\\n');
    send({ act: 'echo', text: '' });
    stdio[3].once('data', () => {
      send({ act: '${act}', text: '' });
      console.log(pid);
    });
  `;
  const program = fileURLToPath(new URL('./odd-child.js', import.meta.url));
  const parent = spawn(process.execPath, ['-e', script, program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(parent.stdout, 'data');
  parent.kill('SIGKILL');
  expect(await hasEnded(Number(said))).toBe(true);
});

test('requests are bounded in number and size', async () => {
  const { act, child } = start();
  const under = [act('wait'), act('echo'), act('echo')].map((each) => expect(each).rejects.toThrow('it was ended'));
  await expect(act('echo')).rejects.toThrow('too many requests');
  await child.close();
  await Promise.all(under);
  await expect(act('echo', 'x'.repeat(10_000))).rejects.toThrow('too large');
  expect(await act('echo', 'as usual')).toBe('as usual');
});
