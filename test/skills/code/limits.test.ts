import { expect, onTestFinished, test, vi } from 'vitest';
import { sandboxCheck } from '../../../src/skills/code/check.ts';
import { limitsIn, widerThan } from '../../../src/skills/code/limits.ts';

const meant = { memory: 512, pids: 128, cpus: 1 };

test.each([
  ['version 1', ['memory 512', 'pids 128', 'cpu 100000', 'period 100000'], []],
  ['version 2', ['memory 512', 'pids 128', 'cpu 50000 100000', 'period unknown'], []],
  [
    'none of version 1',
    ['memory 9223372036854771712', 'pids max', 'cpu -1', 'period 100000'],
    ['memory', 'processes', 'processors'],
  ],
  [
    'none of version 2',
    ['memory max', 'pids max', 'cpu max 100000', 'period unknown'],
    ['memory', 'processes', 'processors'],
  ],
  ['a kernel that tells nothing', ['memory unknown', 'pids unknown', 'cpu unknown', 'period unknown'], []],
])('limits in effect: %s', (_, lines, missing) => {
  expect(widerThan(meant, limitsIn(lines))).toEqual(missing);
});

test('the doctor tells that Docker hangs before it is given up itself', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const facts = () => new Promise(() => {});
  const { check } = sandboxCheck({ sandbox: { facts, settings: { enabled: true } } } as never);
  const asked = check(new AbortController().signal);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await asked).toMatchObject({
    code: 'SANDBOX_UNREACHABLE',
    says: 'Docker does not answer within 5 s.',
    remedy: expect.stringContaining('docker ps'),
  });
});
