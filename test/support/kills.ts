import { eventually } from './eventually.ts';
import { Program } from './jsonl.ts';
import { random } from './seeded.ts';

/** What is said to a daemon that is killed meanwhile. */
export interface KillTalk {
  /** Of `coda run`. */
  args: readonly string[];
  /** Asks in each conversation. */
  ask(): void;
  isAnswered(): boolean;
  /** How often a daemon has come to be reached. */
  connections(): number;
}

export interface Kills {
  kills: number;
  seed: number;
  /** Named transactions and sends around which the process may end. */
  points: readonly string[];
}

/**
 * Kills a daemon at random named points of a conversation, as `kill -9` would, and starts it again each time; at last it
 * runs until all is answered; `look` looks at it then. Gives how often it died by a kill.
 */
export async function killedWhileTalking(
  { kills, seed, points }: Kills,
  talk: KillTalk,
  look: () => Promise<void> = async () => {},
): Promise<number> {
  const next = random(seed);
  const run = (env: Record<string, string> = {}) => new Program(['run', ...talk.args], { env });
  let died = 0;
  // A conversation that was never heard of cannot be looked through after an absence: each is begun first.
  {
    await using daemon = run();
    await daemon.logged('"msg":"ready"');
    talk.ask();
    await eventually(() => talk.isAnswered());
  }
  for (let round = 0; round < kills; round++) {
    const point = points[Math.floor(next() * points.length)];
    const phase = next() < 0.5 ? 'before' : 'after';
    await using daemon = run({ CODA_TEST_KILL_AT: `${phase}:${point}:${1 + Math.floor(next() * 4)}` });
    if (await diesWhileTalking(daemon, talk)) died++;
  }
  await using daemon = run();
  await eventually(() => talk.isAnswered(), 90_000);
  // What was unclear when a process died has been looked for by then.
  await daemon.logged('"msg":"ready"');
  await look();
  return died;
}

/** Talks until the daemon is killed, or for a few rounds; leaves a question behind. Whether it was killed by then. */
async function diesWhileTalking(daemon: Program, talk: KillTalk): Promise<boolean> {
  let ended: NodeJS.Signals | null | undefined;
  void daemon.exit.then(({ signal }) => {
    ended = signal;
  });
  const connected = talk.connections();
  await eventually(() => ended !== undefined || talk.connections() > connected);
  for (let turn = 0; turn < 4 && ended === undefined; turn++) {
    talk.ask();
    await eventually(() => ended !== undefined || talk.isAnswered());
  }
  talk.ask();
  return ended === 'SIGKILL';
}
