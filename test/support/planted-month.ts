import { uuid } from '../../src/base/ids.ts';
import type { FailureMode } from '../../src/skills/self-review/assessment/modes.ts';
import { insert } from '../../src/skills/self-review/assessment/store.ts';
import type { Database, Transaction } from '../../src/storage/index.ts';

/** A turn of a month that is written straight into the record. */
export interface PlantedTurn {
  /** 0 to 299, the oldest first. */
  index: number;
  said: string;
  answer: string;
  calls: readonly { name: string; input: Record<string, unknown>; code?: string }[];
  /** `provider/model` that answered. */
  model: string;
  score: number;
  /** What went wrong; undefined: nothing. */
  bad?: FailureMode;
}

const TURNS = 300;
const DAYS = 30;
const HOUR_MS = 3_600_000;

/** The five ways in which 40 of the turns go wrong. */
export const PLANTED_WAYS: readonly FailureMode[] = [
  'wrong_tool',
  'repeated_call',
  'failed_call',
  'wrong_time',
  'needless_question',
];

const BAD: Record<string, Pick<PlantedTurn, 'said' | 'answer' | 'calls'>> = {
  wrong_tool: {
    said: 'what is the code of the gate?',
    answer: 'I found nothing about your gate on the web.',
    calls: [
      { name: 'web_search', input: { query: 'code of the gate' } },
      { name: 'web_search', input: { query: 'gate code' } },
    ],
  },
  repeated_call: {
    said: 'will it rain in Porto?',
    answer: 'It may rain.',
    calls: Array.from({ length: 4 }, () => ({ name: 'weather_forecast', input: { place: 'Porto' } })),
  },
  failed_call: {
    said: 'keep the page of the recipe',
    answer: 'I have kept the recipe.',
    calls: [
      { name: 'web_fetch', input: { url: 'https://recipes.example/soup' }, code: 'NOT_FOUND' },
      { name: 'web_fetch', input: { url: 'https://recipes.example/' }, code: 'NOT_FOUND' },
    ],
  },
  wrong_time: {
    said: 'remind me on Friday to call Rui',
    answer: 'I will remind you today.',
    calls: [
      { name: 'reminder_create', input: { text: 'call Rui', when: 'today' } },
      { name: 'reminder_list', input: {} },
    ],
  },
  needless_question: {
    said: 'add milk and eggs to my shopping note',
    answer: 'Which note do you mean, and what should I add?',
    calls: [
      { name: 'note_list', input: {} },
      { name: 'note_search', input: { query: 'shopping' } },
    ],
  },
};

/** 300 turns of which 40 went wrong, eight in each of five ways. */
function plantedMonth(): PlantedTurn[] {
  let bad = 0;
  return Array.from({ length: TURNS }, (_, index): PlantedTurn => {
    const model = index % 3 === 0 ? 'claude/small' : 'claude/main';
    const way = index % 15 === 3 || index % 15 === 7 ? PLANTED_WAYS[bad++ % PLANTED_WAYS.length] : undefined;
    const wrong = way && BAD[way];
    if (wrong) return { index, model, ...wrong, score: 1 + (index % 2), bad: way };
    return {
      index,
      model,
      said: `what do I know about the garden, part ${index}?`,
      answer: `Bed ${index} has beans.`,
      calls: [
        { name: 'note_search', input: { query: 'garden' } },
        { name: 'note_get', input: { which: `garden ${index}` } },
      ],
      score: 4 + (index % 2),
    };
  });
}

export interface Planting {
  personId: string;
  conversationId: string;
  /** The end of the month. */
  now: Date;
  turns?: readonly PlantedTurn[];
  /** Left out: each has its score. */
  isAssessed?: false;
}

/** Writes the month into the record, as a coda would have that has answered all of it; gives the ids of the turns. */
export async function plantMonth(database: Database, planting: Planting): Promise<string[]> {
  const { now, turns = plantedMonth() } = planting;
  const ids: string[] = [];
  await database.tx('test.plant', async (tx) => {
    for (const turn of turns) {
      const at = new Date(now.getTime() - ((TURNS - turn.index) * DAYS * 24 * HOUR_MS) / TURNS);
      ids.push(await plantTurn(tx, turn, at, planting));
    }
  });
  return ids;
}

async function plantTurn(tx: Transaction, turn: PlantedTurn, at: Date, planting: Planting): Promise<string> {
  const { personId, conversationId, isAssessed = true } = planting;
  const { said, answer, calls, model, score, bad } = turn;
  const id = uuid(at);
  await tx.query(
    `insert into turns (id, inbox_id, conversation_id, person_id, state, model, tool_calls, started_at, finished_at)
     values ($1, $2, $3, $4, 'answered', $5, $6, $7, $7)`,
    [id, uuid(at), conversationId, personId, model, calls.length, at],
  );
  const messages: ['user' | 'assistant', string][] = [
    ['user', said],
    ['assistant', answer],
  ];
  for (const [role, text] of messages)
    await tx.query(
      `insert into messages (id, conversation_id, epoch, turn_id, person_id, role, content, at)
       values ($1, $2, 0, $3, $4, $5, $6, $7)`,
      [uuid(at), conversationId, id, role === 'user' ? personId : null, role, JSON.stringify({ text }), at],
    );
  await plantSteps(tx, id, turn, at);
  for (const { name, input, code } of calls)
    await tx.query(
      `insert into audit_log (id, at, person_id, conversation_id, action, subject, status, code, duration_ms, origin, detail)
       values ($1, $2, $3, $4, 'tool.call', $5, $6, $7, 20, 'message', $8)`,
      [
        ...[uuid(at), at, personId, conversationId, name, code === undefined ? 'ok' : 'failed', code ?? null],
        JSON.stringify({ input }),
      ],
    );
  const tools = [...new Set(calls.map(({ name }) => name))];
  const assessment = { turnId: id, conversationId, personId, spaceId: undefined, at, score, tools, model };
  const about = { failureModes: bad ? [bad] : [], note: '', toolCalls: calls.length, promptVersion: undefined };
  if (isAssessed) await insert(tx, { ...assessment, ...about }, new Date(0));
  return id;
}

async function plantSteps(tx: Transaction, id: string, { calls, model, answer }: PlantedTurn, at: Date): Promise<void> {
  const asked = calls.map(({ name, input }, index) => ({ id: `c${index}`, name, input }));
  const steps: [string, string | null, unknown][] = [
    ['model', null, { text: '', calls: asked, model }],
    ...calls.map(({ code }, index): [string, string, unknown] => [
      'result',
      `c${index}`,
      code === undefined ? { ok: true, text: 'found' } : { ok: false, code, message: 'There is no such page.' },
    ]),
    ['model', null, { text: answer, calls: [], model }],
  ];
  for (const [seq, [kind, callId, payload]] of steps.entries())
    await tx.query('insert into steps (turn_id, seq, kind, call_id, payload, at) values ($1, $2, $3, $4, $5, $6)', [
      ...[id, seq, kind, callId, JSON.stringify(payload), at],
    ]);
}
