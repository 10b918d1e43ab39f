/** Tasks that are worked on while daemons are killed, and what must come of them. */
import { sleep } from '../../../src/base/async.ts';
import { eventually } from '../eventually.ts';
import { HANDED, SPECIALISTS, STEPS } from './errand-model.ts';
import { message } from './index.ts';
import type { Supervisor } from './matrix.ts';

/** What each leaves behind: a note for each step, and two for the one that was handed on. */
function notesOf(title: string): string[] {
  return Array.from({ length: STEPS }, (_, index) => index + 1).flatMap((step) =>
    step === HANDED ? SPECIALISTS.map((name) => `${title}.${step}.${name}`) : [`${title}.${step}`],
  );
}

/** A turn that was killed so often is let come to its end before the next kill. */
const MOST_HITS = 3;

export interface ErrandsReport {
  kills: number;
  /** Kills while something was still to be done. */
  inFlight: number;
  wrong: string[];
}

/** Plays so many errands at once, killing the daemon so often within `lifeMs` of its start; tells what is wrong afterwards. */
export async function playErrands(
  supervisor: Supervisor,
  { errands, kills, lifeMs, next }: { errands: number; kills: number; lifeMs: number; next: () => number },
): Promise<ErrandsReport> {
  const { fleet } = supervisor;
  const titles = Array.from({ length: errands }, (_, index) => `t${index}`);
  const ended = async () => {
    const { messages } = await fleet.state();
    return titles.filter((title) => messages.some(({ text }) => text.includes(`end ${title}`)));
  };
  let inFlight = 0;
  for (let kill = 0; kill < kills; kill++) {
    // Some begin in each life, so that there is work until the last kill.
    const begun = titles.slice(Math.floor((kill * errands) / kills), Math.floor(((kill + 1) * errands) / kills));
    await fleet.hear(begun.map((title) => message(title, `errand ${title}`, `person-${title}`, title)));
    await sleep(next() * lifeMs);
    // What has ended five daemons is given up: on a machine that is busy a life may be too short for anything.
    await eventually(async () => (await worstHit(supervisor)) < MOST_HITS);
    if ((await ended()).length < Math.floor(((kill + 1) * errands) / kills)) inFlight++;
    const before = supervisor.kills;
    supervisor.daemon.kill('SIGKILL');
    await eventually(() => supervisor.kills > before);
    await supervisor.restarted();
  }
  await eventually(async () => (await ended()).length === errands, 120_000);
  await supervisor.settled();
  return { kills: supervisor.kills, inFlight, wrong: await wrongWith(supervisor, titles) };
}

/** Of what is open, how many daemons one turn was running in when they were killed. */
async function worstHit({ daemon }: Supervisor): Promise<number> {
  const sql = `select coalesce(max(attempts), 0) as n from inbox where finished_at is null`;
  const [row] = await daemon.order<{ n: number }[]>({ do: 'sql', sql });
  return row?.n ?? 0;
}

async function wrongWith(supervisor: Supervisor, titles: readonly string[]): Promise<string[]> {
  const sql = (text: string) => supervisor.daemon.order<Record<string, string>[]>({ do: 'sql', sql: text });
  const notes = (await sql('select text from notes')).map(({ text }) => text ?? '');
  const tasks = await sql('select title, state, step from tasks');
  const { messages, copies } = await supervisor.fleet.state();
  return [
    ...titles.flatMap(notesOf).flatMap((text) => {
      const count = notes.filter((each) => each === text).length;
      return count === 1 ? [] : [`${count} notes ${text}`];
    }),
    ...titles.flatMap((title) => {
      const count = messages.filter(({ text }) => text.includes(`end ${title}`)).length;
      return count === 1 ? [] : [`${title} ended ${count} times`];
    }),
    ...tasks.flatMap(({ title, state, step }) =>
      state === 'done' && Number(step) === STEPS ? [] : [`${title} is ${state} at step ${step}`],
    ),
    ...(tasks.length === titles.length ? [] : [`${tasks.length} tasks`]),
    ...(notes.length === titles.length * notesOf('').length ? [] : [`${notes.length} notes in all`]),
    ...Object.keys(copies).map((key) => `copies of ${key}`),
  ];
}
