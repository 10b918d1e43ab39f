import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModelRequest } from '../../../src/agent/index.ts';
import { type Play, play } from '../../support/play.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';

/** Stands in a note of everybody's, and nowhere else. */
const PRIVATE = 'zanzibar';

/** Says what it is asked to say; `call TOOL`, and then its result, word for word: whatever a turn may know is told. */
function obedient({ messages }: ModelRequest) {
  const last = messages.at(-1);
  if (last?.role === 'tool') return [`result: ${last.text}`];
  const [, tool] = /call (\w+)/.exec(last?.text ?? '') ?? [];
  const before = messages.slice(0, -1).map(({ text }) => text);
  return tool
    ? [{ call: tool, input: tool === 'note_search' ? { query: PRIVATE } : {} }]
    : [`told: ${last?.text} ${before.join(' ').includes(PRIVATE) ? PRIVATE : ''}`];
}

/**
 * A scene: who says what (`mia:` to coda alone, `mia room:` in the room, `ada presses Yes`), then a day passes. Then so many
 * messages with the words of the plan, or with what is private, are in each place.
 */
interface Scene {
  name: string;
  steps: string[];
  room?: number;
  mia?: number;
  bob?: number;
  hook?: number;
  private?: number;
  /** Mia has never written to coda alone. */
  isOnlyInRooms?: true;
}

const PLAN = 'mia: /schedule tomorrow at 9:00 say SCENE';
const HOME = 'mia room: /targets here home';
const OWNER = 'ada presses Yes';
const TELL = 'mia: /schedules tell 1 home';
const BOB = 'mia: /targets person bob';
const hooked = (name: string) => [`mia: /targets hook ${name}`, OWNER];
const IN_ROOM = 'mia room: /schedule tomorrow at 9:00 say SCENE';
const TWO = ['mia room: /targets here ntfy', OWNER, ...hooked('ntfy')];

const SCENES: readonly Scene[] = [
  { name: 'without a target it is told where it was planned', steps: [PLAN], mia: 1 },
  { name: 'a place that both have allowed is told', steps: [HOME, OWNER, PLAN, TELL], room: 1 },
  { name: 'a place that waits for its owner is not told', steps: [HOME, PLAN, TELL], mia: 1 },
  { name: 'a place that its owner refuses is not told', steps: [HOME, 'ada presses No', PLAN, TELL], mia: 1 },
  {
    name: 'a place that its owner has taken back is not told',
    steps: [HOME, OWNER, PLAN, TELL, 'ada removes home'],
    mia: 1,
  },
  {
    name: 'a place that its person has taken back is not told',
    steps: [HOME, OWNER, PLAN, TELL, 'mia: /targets remove home'],
    mia: 1,
  },
  {
    name: 'a place that was taken back and allowed again is told',
    steps: [HOME, OWNER, PLAN, TELL, 'ada removes home', HOME, 'ada allows home'],
    room: 1,
  },
  { name: 'nobody allows a place for themselves', steps: [HOME, 'mia allows home', PLAN, TELL], mia: 1 },
  { name: 'another member does not allow it either', steps: [HOME, 'bob allows home', PLAN, TELL], mia: 1 },
  { name: 'a program does not allow it', steps: [HOME, 'schedule allows home', PLAN, TELL], mia: 1 },
  {
    name: 'an owner’s own place needs nobody else',
    steps: ['ada room: /targets here home', 'ada: /schedule tomorrow at 9:00 say SCENE', 'ada: /schedules tell 1 home'],
    room: 1,
  },
  {
    name: 'one’s target is not another’s',
    steps: [HOME, OWNER, 'bob: /schedule tomorrow at 9:00 say SCENE', 'bob: /schedules tell 1 home'],
    bob: 1,
  },
  { name: 'a direct chat is no shared place', steps: ['mia: /targets here home', PLAN, TELL], mia: 1 },
  {
    name: 'a person who agrees is told alone',
    steps: [BOB, 'bob presses Yes', PLAN, 'mia: /schedules tell 1 bob'],
    bob: 1,
  },
  { name: 'a person who has not answered is not told', steps: [BOB, PLAN, 'mia: /schedules tell 1 bob'], mia: 1 },
  {
    name: 'a person who refuses is not told',
    steps: [BOB, 'bob presses No', PLAN, 'mia: /schedules tell 1 bob'],
    mia: 1,
  },
  {
    name: 'a person who takes it back is not told',
    steps: [BOB, 'bob presses Yes', PLAN, 'mia: /schedules tell 1 bob', 'bob removes bob'],
    mia: 1,
  },
  {
    name: 'an owner does not agree for a person',
    steps: [BOB, 'ada allows bob', PLAN, 'mia: /schedules tell 1 bob'],
    mia: 1,
  },
  {
    name: 'quiet hours of who is told hold it, and no longer',
    steps: [BOB, 'bob presses Yes', 'bob: /quiet 08:00-23:00', PLAN, 'mia: /schedules tell 1 bob', 'day'],
    bob: 1,
    mia: 0,
  },
  {
    name: 'what quiet hours hold is not told once it was taken back',
    steps: [
      BOB,
      'bob presses Yes',
      'bob: /quiet 08:00-23:00',
      PLAN,
      'mia: /schedules tell 1 bob',
      'day',
      'bob removes bob',
    ],
    bob: 0,
    mia: 0,
  },
  {
    name: 'a service that an owner allows is told',
    steps: [...hooked('ntfy'), PLAN, 'mia: /schedules tell 1 ntfy'],
    hook: 1,
  },
  {
    name: 'a service that no owner has allowed is not told',
    steps: ['mia: /targets hook ntfy', PLAN, 'mia: /schedules tell 1 ntfy'],
    mia: 1,
  },
  {
    name: 'a service that nobody configured is none',
    steps: [...hooked('other'), PLAN, 'mia: /schedules tell 1 other'],
    mia: 1,
  },
  {
    name: 'a service whose address is gone: to its person',
    steps: [...hooked('gone'), PLAN, 'mia: /schedules tell 1 gone'],
    mia: 1,
  },
  {
    name: 'a place that is gone is told of once, and its person has the words',
    steps: [HOME, OWNER, PLAN, TELL, 'gone'],
    mia: 1,
  },
  {
    name: 'private words are not told in a place',
    steps: [HOME, OWNER, 'mia: /schedule tomorrow at 9:00 call note_search SCENE', TELL],
    private: 0,
  },
  {
    name: 'what was said alone is not told in a place',
    steps: [HOME, OWNER, `mia: I was in ${PRIVATE}`, PLAN, TELL],
    room: 1,
    private: 0,
  },
  {
    name: 'private words are told where they were allowed by name',
    steps: [
      HOME,
      OWNER,
      'mia: /targets private home notes',
      'mia: /schedule tomorrow at 9:00 call note_search SCENE',
      TELL,
    ],
    private: 1,
  },
  {
    name: 'others than those named are not',
    steps: [
      HOME,
      OWNER,
      'mia: /targets private home reminders',
      'mia: /schedule tomorrow at 9:00 call note_search SCENE',
      TELL,
    ],
    private: 0,
  },
  {
    name: 'what was allowed by name holds for that place alone',
    steps: [
      HOME,
      OWNER,
      'mia: /targets private home notes',
      'mia attic: /targets here home',
      OWNER,
      'mia: /schedule tomorrow at 9:00 call note_search SCENE',
      TELL,
    ],
    private: 0,
  },
  {
    name: 'a briefing is one’s own unless it was allowed by name',
    steps: [
      HOME,
      OWNER,
      `mia: /remind tomorrow at 10:00 SCENE ${PRIVATE}`,
      'mia: /schedule tomorrow at 9:00 run briefing',
      TELL,
    ],
    private: 0,
  },
  {
    name: 'less is allowed: what waits is not told',
    steps: [
      BOB,
      'bob presses Yes',
      'mia: /targets private bob notes',
      'bob: /quiet 08:00-23:00',
      PLAN,
      'mia: /schedules tell 1 bob',
      'day',
      'mia: /targets private bob none',
    ],
    bob: 0,
  },
  {
    name: 'what is planned in a shared place and taken back comes to its person alone',
    steps: ['mia attic: /targets here home', OWNER, IN_ROOM, TELL, 'ada removes home'],
    mia: 1,
  },
  {
    name: 'what is planned in a shared place is no history of that place',
    steps: [
      'mia attic: /targets here home',
      OWNER,
      'mia: /targets private home notes',
      'mia room: /schedule tomorrow at 9:00 call note_search SCENE',
      TELL,
      'day',
      'mia room: anything new?',
    ],
    private: 1,
  },
  {
    name: 'nobody is told elsewhere who has no direct chat',
    steps: ['mia attic: /targets here home', OWNER, IN_ROOM, 'mia room: /schedules tell 1 home'],
    isOnlyInRooms: true,
    room: 1,
  },
  {
    name: 'a person who is forgotten is not told, nor is the place where it was planned',
    steps: [
      BOB,
      'bob presses Yes',
      IN_ROOM,
      'mia: /schedules tell 1 bob',
      'bob: /forget',
      'bob presses Yes, forget me',
    ],
    mia: 1,
  },
  {
    name: 'of two that are called alike the one is told whose name is said: the service',
    steps: [...TWO, PLAN, 'mia: /schedules tell 1 ntfy'],
    hook: 1,
  },
  {
    name: 'of two that are called alike the one is told whose name is said: the place',
    steps: [...TWO, PLAN, 'mia: /schedules tell 1 #ntfy'],
    room: 1,
  },
  { name: 'a name that two may have is none', steps: [...TWO, PLAN, 'mia: /schedules tell 1 @ntfy'], mia: 1 },
  {
    name: 'an answer that is an error stays with its person',
    steps: [HOME, OWNER, PLAN, TELL, 'model fails'],
    room: 0,
  },
];

const NOON = Date.parse('2026-11-20T11:00:00Z');
let days = 0;
let coda: Play;
let service: Server;
let isFailing = false;
const posted: string[] = [];

beforeAll(async () => {
  service = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (request.url === '/gone') return response.writeHead(410).end();
      posted.push(`${request.headers.title} ${body}`);
      return response.end('{}');
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  const at = (path: string) => ({ url: `http://127.0.0.1:${port}${path}`, headers: { title: 'coda {{kind}}' } });
  coda = await play({
    at: new Date(NOON).toISOString(),
    model: new ScriptedModel((request) => {
      if (isFailing) throw new Error('the model is away');
      return obedient(request);
    }),
    config: {
      'targets.hooks': { ntfy: { ...at('/'), body: { message: '{{text}}', priority: 3 } }, gone: at('/gone') },
      'egress.i_understand_private': [{ network: '127.0.0.1/32', port }],
    },
  });
});
afterAll(async () => {
  await coda[Symbol.asyncDispose]();
  service.close();
});

/** Until 12:00 of the next day in Berlin, or some hours before or after. */
const untilDay = (hours = 0): Promise<void> => coda.moveTo(new Date(NOON + ++days * 86_400_000 + hours * 3_600_000));

const idOf = async (name: string, by: string): Promise<string> => {
  const { rows } = await coda.database().read<{ id: string }>(
    `select t.id from targets t join persons p on p.id = t.person_id
      where p.name = $1 and ltrim(t.name, '#') in ($2, $2 || '-' || $3) order by t.created_at desc`,
    [by, name, by.replace(/^\D+-/, '')],
  );
  return rows[0]?.id ?? '';
};

test.each(SCENES.map((scene, at) => [scene.name, scene, at] as const))('%s', async (_, scene, at) => {
  const word = `word${at}x`;
  const names = (text: string) => text.replaceAll('SCENE', word).replace(/\bbob\b/, `bob-${at}`);
  const someone = (name: string, room = '') =>
    coda.person(name === 'ada' ? name : `${name}-${at}`, {
      role: name === 'ada' ? 'owner' : 'member',
      ...(room && { channel: `${room}-${at}` }),
    });
  // An owner's schedules of earlier scenes are over; each who takes part has a note.
  await someone('ada').says('hello');
  for (const name of scene.isOnlyInRooms ? ['bob'] : ['mia', 'bob'])
    await someone(name).says(`/note the key is in ${PRIVATE}`);
  const before = coda.platform.messages.length;
  for (const step of scene.steps) {
    const [, who = '', room, said] = /^(\w+)(?: (\w+))?: (.*)$/.exec(step) ?? [];
    const [, presser = '', verb, what = ''] = /^(\w+) (presses|allows|removes) ([\w, ]+)$/.exec(step) ?? [];
    if (said !== undefined) await someone(who, room).says(names(said));
    else if (verb === 'presses') await someone(presser).presses(what);
    else if (verb === 'allows' && presser === 'schedule') {
      await someone('ada').says(`/schedule tomorrow at 8:00 call target_decide ${await idOf(what, `mia-${at}`)}`);
    } else if (verb !== undefined) {
      const id = await idOf(what, `mia-${at}`);
      await someone(presser).says(verb === 'allows' ? `/targets allow ${id}` : `/targets remove ${id}`);
    } else if (step === 'gone') coda.platform.faults.push('gone');
    else if (step === 'model fails') isFailing = true;
    else if (step === 'day') await untilDay(-2);
    else throw new Error(`nobody knows how to play “${step}”`);
  }
  await untilDay();
  isFailing = false;
  const told = (channel: string, words: string) =>
    coda.platform.messages
      .slice(before)
      .filter((message) => message.channel === channel && message.text.includes(words))
      .filter(({ text }) => text.startsWith('told: ') || text.startsWith('result: ')).length;
  expect({
    room: told(`room-${at}`, word) + told(`attic-${at}`, word),
    hook: posted.filter((each) => each.includes(`told: say ${word}`)).length,
  }).toEqual({ room: scene.room ?? 0, hook: scene.hook ?? 0 });
  if (scene.mia !== undefined) expect(told(`dm-mia-${at}`, `told: say ${word}`)).toBe(scene.mia);
  if (scene.bob !== undefined) expect(told(`dm-bob-${at}`, `told: say ${word}`)).toBe(scene.bob);
  // Whatever the scene was.
  const inRooms = coda.platform.messages.filter(({ channel }) => /^(?:room|attic)-/.test(channel));
  const leaked = inRooms.filter(({ channel, text }) => channel.endsWith(`-${at}`) && text.includes(PRIVATE));
  expect(leaked).toHaveLength(scene.private ?? 0);
  expect(posted.filter((each) => each.includes(PRIVATE))).toEqual([]);
});

test('who reads in a place sees there who may tell something, and a service gets words in its own form', async () => {
  const mia = coda.person('mia-1', { role: 'member', channel: 'room-1' });
  expect(await mia.says('/targets')).toMatch(/mia-1: #home \(`\w+`\): allowed/);
  expect(coda.platform.in('room-1').filter((text) => text.includes('may be told here from now on'))).toHaveLength(1);
  expect(posted[0]).toMatch(/^coda answer \{"message":"told: say word\d+x ?","priority":3\}$/);
});

test('that a place is gone is told once, also where several things were to be told there', async () => {
  const at = SCENES.findIndex(({ steps }) => steps.includes('gone'));
  const heard = coda.platform.in(`dm-mia-${at}`).filter((text) => text.includes('cannot be written to any more'));
  expect(heard).toHaveLength(1);
});

test('what may be told in a place is named by a skill, a tool or a routine that there is', async () => {
  const mia = coda.person('mia-names', { role: 'member' });
  await coda.person('mia-names', { role: 'member', channel: 'names-room' }).says('/targets here names');
  await coda.person('ada', { role: 'owner' }).presses('Yes');
  expect(await mia.says('/targets private names notez')).toMatch(/“notez”\. Did you mean notes\?/);
  expect(await mia.says('/targets private names notes, horoscope')).toContain('I have no skill, tool or routine');
  expect(await mia.says('/targets')).not.toContain('also private');
  expect(await mia.says('/targets private names Notes, note_search, weekly-review, briefing')).toContain(
    'notes, note_search, weekly-review and briefing',
  );
  expect(await mia.says('/targets private names none')).toContain('Nothing private is told');
});

test('nobody is asked again and again', async () => {
  const [mia, bob] = [coda.person('mia-asks', { role: 'member' }), coda.person('bob-asks', { role: 'member' })];
  const [ada, before] = [coda.person('ada', { role: 'owner' }), coda.platform.in('dm-ada').length];
  const asked = () => coda.platform.in('dm-bob-asks').filter((text) => text.includes('May it be?')).length;
  await bob.says('hello');
  const ask = () => mia.says('/targets person bob-asks');
  expect(await ask()).toContain('I have asked');
  expect(await ask()).toContain('asked already');
  await bob.presses('No');
  expect(await ask()).toContain('asked already');
  await mia.says('/targets remove bob-asks');
  expect(await ask()).toContain('asked already');
  expect(asked()).toBe(1);
  // Nor by turns, with one name for two places.
  for (const channel of ['room-asks', 'attic-asks']) {
    expect(await coda.person('mia-asks', { role: 'member', channel }).says('/targets here home')).toContain(
      'have asked',
    );
    await ada.presses('No');
  }
  const again = await coda.person('mia-asks', { role: 'member', channel: 'room-asks' }).says('/targets here home');
  expect(again).toContain('asked already');
  const owners = coda.platform.in('dm-ada').slice(before);
  expect(owners.filter((text) => text.includes('May it be?'))).toHaveLength(2);
  await coda.passes({ days: 8 });
  expect(await ask()).toContain('I have asked');
  expect(asked()).toBe(2);
});

test('a yes is for the place and the person that its question has named', async () => {
  const at = (channel: string) => coda.person('mia-moves', { role: 'member', channel });
  const ada = coda.person('ada', { role: 'owner' });
  await at('garden-room').says('hello');
  await at('garden-room').says('/targets here home');
  const question = coda.platform.messages.findLast(
    ({ channel, text }) => channel === 'dm-ada' && text.includes('May it be?'),
  );
  expect(question?.text).toContain('“garden-room”');
  expect(question?.text).toContain('on fake');
  await at('board-room').says('/targets here home');
  const yes = question?.buttons.find(({ label }) => label === 'Yes');
  await (await coda.press('ada', 'dm-ada', yes?.id ?? '')).settled;
  await coda.app.whenSettled();
  const states = async () => {
    const { rows } = await coda.database().read<{ state: string; channel: string }>(
      `select t.state, c.channel from targets t join conversations c on c.id = t.conversation_id
         join persons p on p.id = t.person_id where p.name = 'mia-moves' order by c.channel desc`,
    );
    return rows.map(({ state, channel }) => `${channel}: ${state}`);
  };
  expect(await states()).toEqual(['garden-room: removed', 'board-room: asked']);
  await ada.presses('Yes');
  expect(await states()).toEqual(['garden-room: removed', 'board-room: allowed']);
});
