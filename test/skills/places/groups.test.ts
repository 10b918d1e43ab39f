import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModelRequest } from '../../../src/agent/index.ts';
import { type Play, play } from '../../support/play.ts';
import { contextsOf, type Line, ScriptedModel } from '../../support/scripted-model.ts';

/** Said in rooms to other people than coda; a private note; and said to coda alone. */
const OBSERVED = 'rhubarb';
const PRIVATE = 'zanzibar';

/** Says all that it is shown, so that nothing can be hidden in it; nothing where it is told that nobody needs it. */
function parrot(request: ModelRequest): Line[] {
  const { messages } = request;
  const last = messages.at(-1);
  if (last?.role === 'tool') return [`result: ${last.text}`];
  const asked = messages.findLast(({ role }) => role === 'user')?.text ?? '';
  const rules = contextsOf(request);
  if (/nobody needs/.test(asked) && /answer with nothing at all/.test(rules)) return [''];
  if (/search/.test(asked)) return [{ call: 'conversation_search', input: { words: PRIVATE } }];
  const language = /Answer in (\w+) here/.exec(rules)?.[1] ?? 'none';
  return [`shown: ${messages.map(({ text }) => text).join(' | ')} language: ${language}`];
}

interface Scene {
  name: string;
  /** `ana: words` in the room, `ana alone: words`, `chat: words` between other people. */
  steps: string[];
  /** What the last answer in the room (or alone) holds, and does not. */
  holds?: RegExp;
  lacks?: RegExp;
  /** Number of answers to the last step. */
  answers?: number;
  marks?: number;
}

const OBSERVE = 'ada: /place observe 3';
const CHAT = ['chat: buy rhubarb', 'chat: and milk'];

const SCENES: readonly Scene[] = [
  { name: 'nothing is observed unless it was allowed', steps: [...CHAT, 'mia: what was that?'], lacks: /rhubarb/ },
  {
    name: 'the last lines are shown when coda is asked',
    steps: [OBSERVE, ...CHAT, 'mia: what was that?'],
    holds: /rhubarb.*milk/s,
  },
  {
    name: 'no more of them than were allowed',
    steps: ['ada: /place observe 1', ...CHAT, 'mia: and?'],
    holds: /milk/,
    lacks: /rhubarb/,
  },
  {
    name: 'of more lines the last',
    steps: [OBSERVE, 'chat: old rhubarb', ...CHAT.slice(1), 'chat: two', 'chat: three', 'mia: and?'],
    lacks: /old rhubarb/,
  },
  {
    name: 'they are marked as others’ words',
    steps: [OBSERVE, ...CHAT, 'mia: and?'],
    holds: /said before in this place, to anybody/,
  },
  {
    name: 'what was observed is not shown with the next question again',
    steps: [
      OBSERVE,
      ...CHAT,
      'mia: and?',
      'chat: one',
      'chat: two',
      'chat: three',
      'ada: /place observe 0',
      'ada: /new',
      'mia: again?',
    ],
    lacks: /rhubarb/,
  },
  {
    name: 'it ends when it is taken back',
    steps: [OBSERVE, 'ada: /place observe 0', ...CHAT, 'mia: and?'],
    lacks: /rhubarb/,
  },
  { name: 'a member does not allow it', steps: ['mia: /place observe 3', ...CHAT, 'mia: and?'], lacks: /rhubarb/ },
  { name: 'it is told in the place, at once', steps: [OBSERVE], holds: /the last 3 lines of this place.*keep none/ },
  { name: 'more than 50 lines are refused', steps: ['ada: /place observe 51'], holds: /at most 50 lines/ },
  { name: 'where the platform hides them, that is said', steps: ['hidden', OBSERVE], holds: /shows me nothing here/ },
  { name: 'it does not reach what is said alone', steps: [OBSERVE, ...CHAT, 'mia alone: and?'], lacks: /rhubarb/ },
  { name: 'nor another room', steps: [OBSERVE, 'other: buy rhubarb', 'mia: and?'], lacks: /rhubarb/ },
  {
    name: 'a private note is not in a shared place',
    steps: [`mia alone: /note ${PRIVATE}`, 'mia: what do you know?'],
    lacks: /zanzibar/,
  },
  {
    name: 'nor what was said alone',
    steps: [`mia alone: I was in ${PRIVATE}`, 'mia: what do you know?'],
    lacks: /zanzibar/,
  },
  { name: 'nor by a search', steps: [`mia alone: I was in ${PRIVATE}`, 'mia: search it'], lacks: /I was in/ },
  {
    name: 'an empty answer says nothing where that is allowed',
    steps: ['ada: /place silent on', 'mia: nobody needs you'],
    answers: 0,
  },
  { name: 'and something where it is not', steps: ['mia: nobody needs you'], answers: 1 },
  {
    name: 'and something to somebody alone',
    steps: ['ada: /place silent on', 'mia alone: nobody needs you'],
    answers: 1,
  },
  {
    name: 'a silent answer gets a mark where that is wanted',
    steps: ['ada: /place silent on', 'ada: /place receipt on', 'mia: nobody needs you'],
    answers: 0,
    marks: 1,
  },
  { name: 'and none where it is not', steps: ['ada: /place silent on', 'mia: nobody needs you'], answers: 0, marks: 0 },
  { name: 'a place has its language', steps: ['ada: /place language German', 'mia: hello'], holds: /language: German/ },
  {
    name: 'which is not that of other places',
    steps: ['ada: /place language German', 'mia alone: hello'],
    holds: /language: none/,
  },
  {
    name: 'its manners are shown',
    steps: [OBSERVE, 'ada: /place silent on', 'mia: /place'],
    holds: /observe: the last 3 lines.*silent: on/s,
  },
  {
    name: 'what was missed is shown since one was there',
    steps: ['mia: hello', ...CHAT, 'mia: /missed'],
    holds: /rhubarb.*milk/s,
    lacks: /hello/,
  },
  { name: 'and nothing where nothing was', steps: [...CHAT, 'mia: hello', 'mia: /missed'], lacks: /rhubarb/ },
];

let coda: Play;
beforeAll(async () => {
  coda = await play({ model: new ScriptedModel(parrot) });
});
afterAll(() => coda[Symbol.asyncDispose]());

test.each(SCENES.map((scene, at) => [scene.name, scene, at] as const))('%s', async (_, scene, at) => {
  let answer = '';
  let marks = 0;
  for (const step of scene.steps) {
    await coda.passes({ seconds: 5 });
    const [, who = '', alone, said = ''] = /^(\w+)( alone)?: (.*)$/.exec(step) ?? [];
    const chatting = { author: 'joe', from: 'joe', text: said, at: coda.world.clock.now(), isOwn: false };
    const line = { ...chatting, id: `line${at}-${coda.platform.lines.length}` };
    if (step === 'hidden') coda.platform.hidesLines = true;
    else if (who === 'chat') coda.platform.lines.push({ ...line, channel: `room-${at}` });
    else if (who === 'other') coda.platform.lines.push({ ...line, channel: 'another-room' });
    else {
      const channel = alone ? `dm-${who}-${at}` : `room-${at}`;
      const role = who === 'ada' ? 'owner' : 'member';
      const before = coda.platform.reactions.length;
      answer = await coda.person(`${who}-${at}`, { channel, role }).says(said);
      marks = coda.platform.reactions.length - before;
    }
  }
  coda.platform.hidesLines = false;
  if (scene.holds) expect(answer).toMatch(scene.holds);
  if (scene.lacks) expect(answer).not.toMatch(scene.lacks);
  if (scene.answers !== undefined) expect(answer === '' ? 0 : 1, answer).toBe(scene.answers);
  if (scene.marks !== undefined) expect(marks).toBe(scene.marks);
});

test('nothing that was only observed is stored, and nothing private is in a room', async () => {
  // What coda has said, and kept of what it has said, is its own: here a parrot repeats what it is shown.
  const { rows: tables } = await coda
    .database()
    .read<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'`,
    );
  const stored: string[] = [];
  for (const { name } of tables) {
    const { rows } = await coda
      .database()
      .read<{ row: string }>(`select t::text as row from ${name} t where t::text like $1`, [`%${OBSERVED}%`]);
    stored.push(...rows.map(({ row }) => `${name}: ${row}`));
  }
  const own = /^(?:outbox|steps|messages): /;
  expect(stored.filter((row) => !own.test(row))).toEqual([]);
  const { rows: said } = await coda
    .database()
    .read(`select from messages where role = 'user' and content::text like $1 and content ->> 'text' not like '/%'`, [
      `%${OBSERVED}%`,
    ]);
  expect(said).toEqual([]);
  const inRooms = coda.platform.messages.filter(({ channel }) => channel.startsWith('room-'));
  expect(inRooms.filter(({ text }) => text.includes(`in ${PRIVATE}`) || text.includes(`/note ${PRIVATE}`))).toEqual([]);
});

test('a turn that was shown what others said is tainted', async () => {
  const { rows } = await coda
    .database()
    .read<{ tainted: boolean }>(
      `select distinct t.tainted from turns t join messages m on m.turn_id = t.id where m.role = 'assistant' and m.content ->> 'text' like '%to anybody%'`,
    );
  expect(rows).toEqual([{ tainted: true }]);
});
