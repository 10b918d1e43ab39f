import { uuid } from '../../../src/base/ids.ts';
import type { Play } from '../../support/play.ts';

/** A turn of the past, as it stands in the database. */
export interface Planted {
  /** Whose, by the name in the play; they have said something before. */
  person: string;
  /** Where; default: their direct conversation. */
  channel?: string;
  at: Date;
  said: string;
  answer?: string;
  model?: string;
  tainted?: boolean;
  /** Of the self-assessment; none where it is left out. */
  score?: number;
  /** Of the self-assessment. */
  modes?: readonly string[];
  note?: string;
  calls?: readonly { name: string; input?: Record<string, unknown>; fails?: string }[];
}

/** Writes turns with their messages, steps, scores and calls, as coda would have. */
export async function plant(coda: Play, turns: readonly Planted[]): Promise<void> {
  const places = await placesOf(coda);
  const rows = turns.map((turn) => rowsOf(turn, places));
  await coda.database().tx('test.plant', async (tx) => {
    for (const [table, types] of Object.entries(TABLES) as [keyof typeof TABLES, string][]) {
      const columns = types.replace(/ [a-z]+(\[\])?(?=,|$)/g, '');
      await tx.query(
        `insert into ${table} (${columns}) select ${columns} from jsonb_to_recordset($1::jsonb) as r (${types})`,
        [JSON.stringify(rows.flatMap((each) => each[table]))],
      );
    }
  });
}

const TABLES = {
  turns:
    'id uuid, inbox_id uuid, conversation_id uuid, person_id uuid, state text, model text, tool_calls integer, tainted boolean, started_at timestamptz, finished_at timestamptz',
  messages:
    'id uuid, conversation_id uuid, epoch integer, turn_id uuid, person_id uuid, role text, content jsonb, tainted boolean, at timestamptz',
  steps:
    'turn_id uuid, path text, seq integer, kind text, call_id text, payload jsonb, tainted boolean, at timestamptz',
  audit_log:
    'id uuid, at timestamptz, person_id uuid, conversation_id uuid, action text, subject text, status text, code text, origin text, tainted boolean, detail jsonb',
  self_assessments:
    'turn_id uuid, conversation_id uuid, person_id uuid, at timestamptz, score integer, tool_calls integer, model text, failure_modes text[], note text',
};

type Rows = Record<keyof typeof TABLES, Record<string, unknown>[]>;

function rowsOf(turn: Planted, places: Awaited<ReturnType<typeof placesOf>>): Rows {
  const { person, channel = `dm-${person}`, at, said, answer = 'Done.', model = 'claude/main' } = turn;
  const { tainted = false, calls = [], score, modes = [], note = '' } = turn;
  const conversation_id = places.get(channel);
  const person_id = places.people.get(person);
  if (!conversation_id || !person_id) throw new Error(`${person} has said nothing in ${channel}`);
  const id = uuid(at);
  const made = calls.map(({ name, input = {} }, index) => ({ id: `c${index}`, name, input }));
  const message = (role: 'user' | 'assistant', text: string) => ({
    ...{ id: uuid(at), conversation_id, epoch: 0, turn_id: id, role, content: { text }, tainted, at },
    person_id: role === 'user' ? person_id : null,
  });
  const step = (seq: number, kind: string, call_id: string | null, payload: object) => ({
    ...{ turn_id: id, path: '', seq, kind, call_id, payload, tainted, at },
  });
  const results = calls.map(({ fails }, index) =>
    step(index + 1, 'result', `c${index}`, fails ? { ok: false, code: fails, message: '' } : { ok: true, text: '' }),
  );
  const called = calls.map(({ name, fails }) => {
    const isUnknown = fails === 'UNKNOWN_TOOL';
    return {
      ...{ id: uuid(at), at, person_id, conversation_id, action: 'tool.call', origin: 'message', tainted },
      ...{ subject: isUnknown ? 'unknown' : name, status: fails ? 'failed' : 'ok', code: fails ?? null },
      detail: { input: {}, ...(isUnknown && { asked: name }) },
    };
  });
  const begun = { started_at: at, finished_at: at, state: 'answered', model, tool_calls: calls.length, tainted };
  return {
    turns: [{ id, inbox_id: uuid(at), conversation_id, person_id, ...begun }],
    messages: [message('user', said), message('assistant', answer)],
    steps: [step(0, 'model', null, { text: '', calls: made, model }), ...results],
    audit_log: called,
    self_assessments:
      score === undefined
        ? []
        : [
            {
              turn_id: id,
              conversation_id,
              person_id,
              at,
              score,
              tool_calls: calls.length,
              model,
              failure_modes: modes,
              note,
            },
          ],
  };
}

async function placesOf(coda: Play) {
  const { rows } = await coda.database().read<{ id: string; channel: string }>('select id, channel from conversations');
  const { rows: people } = await coda
    .database()
    .read<{ name: string; id: string }>('select external_id as name, person_id as id from identities');
  return Object.assign(new Map(rows.map(({ id, channel }) => [channel, id])), {
    people: new Map(people.map(({ name, id }) => [name, id])),
  });
}

/** The instant so many days before another, at a time of the day that depends on `n` alone. */
export const daysBefore = (until: Date, days: number, n = 0): Date =>
  new Date(until.getTime() - days * 86_400_000 + n * 60_000);

/** Numbers from 0 to 1 that are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
