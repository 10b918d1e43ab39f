/** Memories as lines of JSON, out of one coda and into another. */
import { z } from 'zod';
import { appendAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import { shortId } from '../../base/ids.ts';
import type { Json } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import type { Verb } from '../../chat/index.ts';
import type { JobQueue } from '../../jobs/index.ts';
import { lockPerson, onlyPerson } from '../../people/index.ts';
import type { Database } from '../../storage/index.ts';
import { embedSoon } from '../../vectors/index.ts';
import { MOST_MEMORIES, type Service, termsOf } from './keep.ts';
import { TYPES } from './memory.ts';
import { slotOf } from './same.ts';
import * as store from './store.ts';

const line = z.object({
  text: z.string().trim().min(1).max(2_000),
  type: z.enum(TYPES).default('fact'),
  importance: z.int().min(1).max(5).default(3),
  tags: z.array(z.string().max(50)).max(20).default([]),
  date: z.iso.date().nullish(),
  said_by: z.string().max(200).optional(),
  said_at: z.iso.datetime({ offset: true }).optional(),
  message: z.string().max(500).nullish(),
  state: z.enum(['current', 'past', 'proposed']).default('current'),
});

/** A memory as it is exported. */
export type MemoryLine = z.input<typeof line> & { id: string };

interface TransferDeps {
  database: Database;
  world: World;
  jobs: Pick<JobQueue, 'enqueue' | 'cancel'>;
  service: Pick<Service, 'wrote'>;
}

/** A page of the person's memories, in the order of their ids behind `after`. */
async function exportPage({ database }: Pick<TransferDeps, 'database'>, who: string | undefined, after: string) {
  const person = await onlyPerson(database, who);
  const memories = await store.pageOf(database, person.id, after, 200);
  return memories.map(
    ({ id, text, type, importance, tags, happenedOn, saidBy, saidAt, message, state }): MemoryLine => ({
      id,
      text,
      type,
      importance,
      tags,
      date: happenedOn,
      said_by: saidBy,
      said_at: saidAt.toISOString(),
      message,
      state: state as 'current',
    }),
  );
}

/** Adds memories that the person has not got yet; gives how many. Throws `INPUT_INVALID` for what is none. */
async function importLines(
  { database, world, jobs, service }: TransferDeps,
  who: string | undefined,
  lines: unknown[],
) {
  const person = await onlyPerson(database, who);
  const now = world.clock.now();
  const read = lines.map((each) => {
    const { data, error } = line.safeParse(each);
    if (data) return data;
    throw new CodaError('INPUT_INVALID', {
      message: `A line is no memory: ${error?.issues[0]?.path.join('.')} ${error?.issues[0]?.message}.`,
      remedy:
        'Each line is a JSON object with text, and with type, tags, date, said_by and said_at where they are known.',
    });
  });
  return database.tx('memory.import', async (tx) => {
    if (!(await lockPerson(tx, person.id))) {
      throw new CodaError('INPUT_INVALID', {
        message: 'This person has just been erased.',
        remedy: 'They are somebody new when they write to coda again.',
      });
    }
    const known = await store.textsOf(
      tx,
      person.id,
      read.map(({ text }) => text),
    );
    const fresh = read.filter(({ text }, at) => !known.has(text) && read.findIndex((one) => one.text === text) === at);
    const stored = await store.insert(
      tx,
      person.id,
      fresh.map(({ text, type, importance, tags, date, said_by, said_at, message = null, state }) => {
        const saidAt = said_at ? new Date(said_at) : now;
        return {
          ...{ id: shortId(7), personId: person.id, conversationId: null, source: 'imported' as const, tainted: false },
          ...{ text, type, importance, tags, saidAt, state, happenedOn: date ?? null, saidBy: said_by ?? person.name },
          from: { message },
          terms: termsOf(text, tags, date ? new Date(date) : saidAt),
          slot: type === 'event' ? null : (slotOf(text, person.name) ?? null),
        };
      }),
      MOST_MEMORIES,
      now,
    );
    if (!stored) throw new CodaError('INPUT_INVALID', { message: 'These are too many.', remedy: 'Import fewer.' });
    service.wrote(tx, person.id);
    if (stored.length > 0) await embedSoon(jobs, tx, 'memory', now, person.id);
    appendAct(tx, world, 'memory import', { person: person.id, added: stored.length });
    return stored.length;
  });
}

/** Operations of `coda memory export` and `import`. */
export function verbs(deps: TransferDeps): Record<string, Verb> {
  const who = (person: Json | undefined) => (typeof person === 'string' ? person : undefined);
  return {
    'memory-export': async ({ person, after }) =>
      (await exportPage(deps, who(person), String(after ?? ''))) as unknown as Json,
    'memory-import': ({ person, lines }) => importLines(deps, who(person), Array.isArray(lines) ? lines : []),
  };
}
