import { sleep } from '../../../src/base/async.ts';
import { eventually } from '../eventually.ts';
import { type Fleet, message } from './index.ts';
import type { Supervisor } from './matrix.ts';

/** What is asked for, one after another: two kinds of messages, and reminders that are due a second later. */
const VERBS = ['say', 'note', 'remind'] as const;

/** Something that was asked for this many lives ago must have come before the next kill. */
const LIVES = 2;

export interface StormOptions {
  items: number;
  kills: number;
  next: () => number;
  /** The longest that a daemon lives, in milliseconds. */
  lifeMs: number;
}

export interface StormReport {
  kills: number;
  /** Kills while something that had been asked for was not there yet. */
  inFlight: number;
  missing: string[];
  twice: string[];
  /** How often it was said that something is noted, and where that is not so. */
  notes: { told: number; astray: string[] };
}

/** Asks for many things while the daemon is killed at random, and tells what became of them. */
export async function storm(
  supervisor: Supervisor,
  { items, kills, next, lifeMs }: StormOptions,
): Promise<StormReport> {
  const { fleet } = supervisor;
  const names: string[] = [];
  let inFlight = 0;
  for (let life = 0; life < kills; life++) {
    const upTo = Math.ceil(((life + 1) * items) / kills);
    const events = [];
    while (names.length < upTo) {
      const name = `s${names.length}`;
      events.push(message(name, `${verbOf(names.length)} ${name}`, `person${names.length % 20}`, name));
      names.push(name);
    }
    await fleet.hear(events);
    await sleep(next() * lifeMs);
    // What has ended five daemons is given up: on a machine that is busy a life may be too short for anything.
    const old = names.slice(0, Math.ceil((Math.max(0, life - LIVES) * items) / kills));
    await eventually(async () => (await look(fleet, old)).missing.length === 0);
    const { unheard, missing } = await look(fleet, names);
    if (unheard > 0 || missing.length > 0) inFlight++;
    const before = supervisor.kills;
    supervisor.daemon.kill('SIGKILL');
    await eventually(() => supervisor.kills > before);
    await supervisor.restarted();
  }
  await eventually(async () => (await look(fleet, names)).missing.length === 0);
  await supervisor.settled();
  const { missing, twice } = await look(fleet, names);
  const notes = await fleet.noted(supervisor.daemon);
  return { kills: supervisor.kills, inFlight, missing, twice, notes };
}

const verbOf = (index: number) => VERBS[index % VERBS.length] ?? 'say';

/** What is not there yet of what was asked for, and what is there more than once. */
async function look(fleet: Fleet, names: readonly string[]) {
  const { messages, copies, unheard } = await fleet.state();
  const heard = new Map<string, string[]>();
  for (const { channel, key, kind } of messages) {
    // The parts of one answer have its key.
    const said = `${kind} ${key.split(':').slice(0, 2).join(':')}`;
    const before = heard.get(channel) ?? [];
    if (kind === 'reminder' || !before.includes(said)) heard.set(channel, [...before, said]);
  }
  const missing: string[] = [];
  const twice: string[] = Object.keys(copies);
  for (const [index, name] of names.entries()) {
    const wanted = verbOf(index) === 'remind' ? 2 : 1;
    const count = heard.get(name)?.length ?? 0;
    if (count < wanted) missing.push(name);
    if (count > wanted) twice.push(`${name}: ${heard.get(name)?.join(', ')}`);
  }
  return { unheard, missing, twice };
}
