import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { catchSignals } from '../../src/cli/daemon/signals.ts';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): never {
    this.exits.push(code);
    return undefined as never;
  }
}

const caught = (options?: { ignoresHangup: boolean }) => {
  const io = new FakeProcess();
  return { io, stopping: catchSignals(io as never, options) };
};

test('the first signal asks, and the second one ends the process at once', async () => {
  const { io, stopping } = caught();
  io.emit('SIGHUP', 'SIGHUP');
  expect(await stopping.asked).toBe('SIGHUP');
  io.emit('SIGTERM', 'SIGTERM');
  expect(io.exits).toEqual([143]);
});

test('a hangup is nothing to a daemon without a terminal', async () => {
  const { io, stopping } = caught({ ignoresHangup: true });
  io.emit('SIGHUP', 'SIGHUP');
  io.emit('SIGHUP', 'SIGHUP');
  io.emit('SIGTERM', 'SIGTERM');
  expect(await stopping.asked).toBe('SIGTERM');
  expect(io.exits).toEqual([]);
});

test('the signal that opens a debugger is taken from Node, until coda is released', () => {
  const { io, stopping } = caught();
  expect(io.listenerCount('SIGUSR1')).toBe(1);
  stopping.release();
  expect(io.eventNames()).toEqual([]);
});
