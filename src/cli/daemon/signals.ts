const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof NUMBERS;

export interface Stopping {
  asked: Promise<void>;
  release(): void;
}

/** From now on the first signal resolves `asked`, and the second ends the process with 128 + its number. */
export function catchSignals(io: NodeJS.Process): Stopping {
  let ask: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  let count = 0;
  const heard = (signal: Signal) => {
    count++;
    if (count > 1) io.exit(128 + NUMBERS[signal]);
    ask();
  };
  const signals = Object.keys(NUMBERS) as Signal[];
  for (const signal of signals) io.on(signal, heard);
  return {
    asked,
    release: () => {
      for (const signal of signals) io.off(signal, heard);
    },
  };
}
