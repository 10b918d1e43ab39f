const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof NUMBERS;

export interface Stopping {
  asked: Promise<Signal>;
  release(): void;
}

type Io = Pick<NodeJS.Process, 'on' | 'off' | 'exit'>;

/** From now on the first signal resolves `asked`, and the second ends the process with 128 + its number. */
export function catchSignals(io: Io, { ignoresHangup = false } = {}): Stopping {
  let ask: (signal: Signal) => void = () => {};
  const asked = new Promise<Signal>((resolve) => {
    ask = resolve;
  });
  let count = 0;
  const onSignal = (signal: Signal) => {
    if (signal === 'SIGHUP' && ignoresHangup) return;
    count++;
    if (count > 1) io.exit(exitCodeOf(signal));
    ask(signal);
  };
  const signals = Object.keys(NUMBERS) as Signal[];
  for (const signal of signals) io.on(signal, onSignal);
  // Node's own handler opens a debugger to everybody on this machine.
  const keepShut = () => {};
  io.on('SIGUSR1', keepShut);
  return {
    asked,
    release: () => {
      for (const signal of signals) io.off(signal, onSignal);
      io.off('SIGUSR1', keepShut);
    },
  };
}

/** Code of a process that ends for a signal, as shells have it. */
export const exitCodeOf = (signal: Signal): number => 128 + NUMBERS[signal];
