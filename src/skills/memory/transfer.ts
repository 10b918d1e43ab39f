/** Memories as lines of JSON, out of one coda and into another. */

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { appendAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import { shortId } from '../../base/ids.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import { parseJson } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import { type AskFor, operation, usage } from '../../chat/operation.ts';
import type { JobQueue } from '../../jobs/index.ts';
import { lockPerson, resolvePerson } from '../../people/index.ts';
import type { Database } from '../../storage/index.ts';
import { embedSoon } from '../../vectors/index.ts';
import { memoryFields } from './fields.ts';
import { MOST_MEMORIES, type Service, slotOf, termsOf } from './keep.ts';
import * as store from './store.ts';

/** Lines that are imported at once: a request to the daemon holds 64 kB. */
const AT_ONCE = 10;

const line = z.object({
  text: z.string().trim().min(1).max(2_000),
  ...memoryFields.inputs,
  said_by: z.string().max(200).optional(),
  said_at: z.iso.datetime({ offset: true }).optional(),
  message: z.string().max(500).nullish(),
  state: z.enum(['current', 'past', 'proposed']).default('current'),
  /** Came out of a text from elsewhere: a model is not shown it unasked. */
  tainted: z.boolean().default(false),
});

export type MemoryLine = z.input<typeof line> & { id: string };

interface TransferDeps {
  database: Database;
  world: World;
  work: { jobs: Pick<JobQueue, 'enqueue'> };
  service: Pick<Service, 'onWrite'>;
}

async function exportPage({ database }: Pick<TransferDeps, 'database'>, who: string | undefined, after: string) {
  const person = await resolvePerson(database, who);
  const memories = await store.readPage(database, person.id, after, 200);
  return memories.map((memory): MemoryLine => {
    const { id, text, saidBy, saidAt, message, state, tainted } = memory;
    return {
      id,
      text,
      ...memoryFields.show(memory),
      said_by: saidBy,
      said_at: saidAt.toISOString(),
      message: message ?? null,
      state: state as 'current',
      ...(tainted && { tainted }),
    };
  });
}

async function readLine(stored: unknown) {
  const { data, error } = line.safeParse(stored, { error: inputWords });
  if (!data) throw noMemory(faultsOf(error, 'the line', 1));
  const values = await memoryFields.read(data, undefined);
  if ('ok' in values) throw noMemory(values.message);
  return { ...data, fields: { ...memoryFields.standard, ...values } };
}

const noMemory = (why: string): CodaError =>
  new CodaError('INPUT_INVALID', {
    message: `A line is no memory: ${why}.`,
    remedy:
      'Each line is a JSON object with text, and with type, tags, date, said_by and said_at where they are known.',
  });

/** Adds memories that the person has not got yet; gives how many. Throws `INPUT_INVALID` for what is none. */
async function importLines(
  { database, world, work: { jobs }, service }: TransferDeps,
  who: string | undefined,
  lines: unknown[],
) {
  const person = await resolvePerson(database, who);
  const now = world.clock.now();
  const read = await Promise.all(lines.map(readLine));
  return database.tx('memory.import', async (tx) => {
    if (!(await lockPerson(tx, person.id))) {
      throw new CodaError('INPUT_INVALID', {
        message: 'This person has just been erased.',
        remedy: 'They are somebody new when they write to coda again.',
      });
    }
    const knownTexts = await store.findTexts(
      tx,
      person.id,
      read.map(({ text }) => text),
    );
    const fresh = read.filter(
      ({ text }, at) => !knownTexts.has(text) && read.findIndex((one) => one.text === text) === at,
    );
    const stored = await store.insertMemories(
      tx,
      person.id,
      fresh.map(({ text, fields, said_by, said_at, message, state, tainted }) => {
        const saidAt = said_at ? new Date(said_at) : now;
        const { type, tags, happenedOn } = fields;
        return {
          ...fields,
          id: shortId(7),
          personId: person.id,
          conversationId: undefined,
          messageSeq: undefined,
          source: 'imported' as const,
          tainted,
          text,
          saidAt,
          state,
          saidBy: said_by ?? person.name,
          from: { message: message ?? undefined },
          terms: termsOf(text, tags, happenedOn ? new Date(happenedOn) : saidAt),
          slot: type === 'event' ? undefined : slotOf(text, person.name),
        };
      }),
      MOST_MEMORIES,
      now,
    );
    if (!stored) throw new CodaError('INPUT_INVALID', { message: 'These are too many.', remedy: 'Import fewer.' });
    service.onWrite(tx, person.id);
    if (stored.length > 0) await embedSoon(jobs, tx, 'memory', now, person.id);
    appendAct(tx, world, 'memory import', { person: person.id, added: stored.length });
    return stored.length;
  });
}

const person = z
  .string()
  .nullish()
  .meta({ description: 'whose; needed where there are several people', value: 'name' });

const page = operation({
  name: 'memory export',
  input: z.object({ person, after: z.string() }),
  run: (deps: TransferDeps, asked) => exportPage(deps, asked.person ?? undefined, asked.after),
});

const list = operation({
  name: 'memory list',
  summary: 'show what is remembered of a person',
  isDefault: true,
  input: z.object({ person }),
  json: 'lines',
  conduct: (ask, asked, { io, json }) =>
    pages(ask, asked.person, io, ({ id, text, type, date, said_at, state }) => {
      const past = state === 'current' ? '' : ` (${state})`;
      return json
        ? JSON.stringify({ id, text, type, date, said_at, state })
        : `${id}  ${(date ?? said_at ?? '').slice(0, 10)}  ${text.replace(/\s+/g, ' ')}${past}`;
    }),
});

const exported = operation({
  name: 'memory export',
  summary: 'write it to stdout as JSON lines',
  input: z.object({ person }),
  conduct: (ask, asked, { io }) => pages(ask, asked.person, io, (each) => JSON.stringify(each)),
});

async function pages(
  ask: AskFor,
  who: string | null | undefined,
  io: NodeJS.Process,
  write: (line: MemoryLine) => string,
): Promise<string> {
  let after: string | undefined = '';
  while (after !== undefined) {
    const lines = (await ask(page, { person: who, after })) as MemoryLine[];
    if (!io.stdout.write(lines.map((each) => `${write(each)}\n`).join(''))) await once(io.stdout, 'drain');
    after = lines.at(-1)?.id;
  }
  return '';
}

const bring = operation({
  name: 'memory import',
  input: z.object({ person, lines: z.array(z.unknown()) }),
  run: (deps: TransferDeps, asked) => importLines(deps, asked.person ?? undefined, asked.lines),
});

const importing = operation({
  name: 'memory import',
  input: z.object({ person }),
  summary: 'add the JSON lines on stdin that are not remembered yet',
  async conduct(ask, asked, { io }) {
    let added = 0;
    let waiting: unknown[] = [];
    const flush = async () => {
      if (waiting.length > 0) added += await ask(bring, { person: asked.person, lines: waiting });
      waiting = [];
    };
    for await (const text of createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (text.trim() !== '') waiting.push(parseLine(text));
      if (waiting.length === AT_ONCE) await flush();
    }
    await flush();
    return `${added} added\n`;
  },
});

function parseLine(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw usage(`A line is no JSON: ${text.slice(0, 80)}`, 'Give what `coda memory export` wrote.');
  }
}

export const transferring = [page, list, exported, bring, importing];
