/** What HTTP takes of a thing that a person keeps, it gives back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Programs } from './support.ts';

interface Shape {
  properties: Record<string, Shape>;
}

interface Operation {
  requestBody: { content: { 'application/json': { schema: Shape } } };
  responses: Record<string, { content: { 'application/json': { schema: Shape } } }>;
}

/** Fields of records under which that stands which a body says in other words, or with more parts. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  when: 'next_at',
  append: 'text',
  by: 'steps',
  source: 'watch',
  rule: 'watch',
  ask: 'watch',
  budget: 'watch',
  input: 'watch',
};

const FEED = { kind: 'feed', url: 'https://project.example/whole.atom' };

/** Of each kind bodies with every field that it takes, each with a value that nobody would choose for it. */
const WHOLE: Readonly<Record<string, readonly object[]>> = {
  reminders: [
    {
      ...{ text: 'the whole oven', when: 'tomorrow at 9', dm: true, urgent: true, catch_up: 'skip' },
      ...{ nag: '20 minutes', escalate: null },
    },
  ],
  notes: [{ text: 'whole', title: 'Whole', tags: ['whole'] }],
  memories: [{ text: 'Ana met Ben', type: 'event', importance: 5, tags: ['whole'], date: '2026-05-04' }],
  schedules: [
    {
      ...{ when: 'every hour', title: 'Whole', off_until: null, tell: null, missed: 'each', source: FEED },
      ...{ rule: { is: 'contains', text: 'whole' }, digest: '08:00', urgent: false, seen: null, escalate: null },
    },
    { when: 'every hour', source: FEED, seen: '20 minutes' },
    { when: 'every day', source: FEED, ask: 'is it whole?', budget: 3, urgent: true },
    { when: 'every day', prompt: 'look whether it is whole' },
  ],
  tasks: [{ title: 'whole', steps: ['look'], by: 'person', when: 'tomorrow at 9' }],
};

/** Words of a time come back as an instant; whose work a step is stands at the step. */
const NOT_AS_SENT = ['when', 'by', 'steps'];
const STEPS = [{ text: 'look', by: 'person' }];

let programs: Programs;
beforeAll(async () => {
  programs = await Programs.begin({});
});
afterAll(() => programs[Symbol.asyncDispose]());

test('of each kind a body with all that it takes comes back as it was sent', async () => {
  const { paths } = await programs.get<{ paths: Record<string, Record<string, Operation>> }>('/openapi.json');
  const { things } = await programs.get<{ things: { name: string; one: string }[] }>('/v1/things');
  for (const { name, one } of things) {
    const bodies = WHOLE[name] ?? [];
    const { properties } = paths[`/v1/${name}`]?.post?.requestBody.content['application/json'].schema ?? {};
    const rest = Object.keys(properties ?? {}).filter((field) => !bodies.some((body) => field in body));
    // A skill to run needs one that is there.
    expect(rest, name).toEqual(name === 'schedules' ? ['run', 'conversation'] : ['conversation']);
    for (const body of bodies) {
      const answer = await programs.send('POST', `/v1/${name}`, body);
      const { [one]: record } = (await answer.json()) as Record<string, { id: string; watch?: object }>;
      const same = Object.entries(body).filter(([field]) => !NOT_AS_SENT.includes(field));
      const sent = { ...Object.fromEntries(same), ...('steps' in body && { steps: STEPS }) };
      expect([answer.status, { ...record, ...record?.watch }], name).toMatchObject([201, sent]);
      const at = `/v1/${name}/${record?.id}`;
      expect(await programs.get(at)).toEqual(record);
      expect((await programs.send('DELETE', at)).status).toBe(200);
    }
  }
});

test('of each kind the record has every field that a body takes, by its name or another one', async () => {
  const { paths } = await programs.get<{ paths: Record<string, Record<string, Operation>> }>('/openapi.json');
  const { things } = await programs.get<{ things: { name: string; one: string }[] }>('/v1/things');
  const missing = things.flatMap(({ name, one }) => {
    const [made, changed] = [paths[`/v1/${name}`]?.post, paths[`/v1/${name}/{id}`]?.patch];
    const record = made?.responses['201']?.content['application/json'].schema.properties[one]?.properties ?? {};
    const bodies = [made, changed].map((each) => each?.requestBody.content['application/json'].schema.properties);
    const taken = new Set(bodies.flatMap((each) => Object.keys(each ?? {})));
    return [...taken]
      .filter((field) => !(field in record) && !((OTHER_NAMES[field] ?? '?') in record))
      .map((field) => `${name} ${field}`);
  });
  expect(things.map(({ name }) => name)).toEqual(['reminders', 'notes', 'memories', 'schedules', 'tasks']);
  // The place in which a program has it said is its own matter.
  expect(missing.filter((each) => !each.endsWith(' conversation'))).toEqual([]);
});

test('a note is given another title, which no other one has, and gets the one before back by an undo', async () => {
  interface Answer {
    note: { id: string };
  }
  const answerOf = async (sent: Promise<Response>) => {
    const answer = await sent;
    return [answer.status, (await answer.json()) as Answer] as const;
  };
  const boiler = { text: 'turn the valve left', title: 'Boiler' };
  const [, { note }] = await answerOf(programs.send('POST', '/v1/notes', boiler));
  await programs.send('POST', '/v1/notes', { text: 'on the second hook', title: 'Spare key' });
  const at = `/v1/notes/${note.id}`;
  const change = (body: object) => answerOf(programs.send('PATCH', at, body));
  const fields = { title: 'Heating of the house', tags: ['home-office'] };
  const said = { title: ' Heating\n of the house ', tags: ['#Home Office', 'home-office'] };
  expect((await change(said))[1].note).toMatchObject({ ...fields, text: boiler.text });
  expect(await change({ title: 'spare KEY' })).toMatchObject([422, { fields: [{ field: 'title' }] }]);
  expect(await programs.get(at)).toMatchObject(fields);
  expect((await change({ title: null }))[1].note).toMatchObject({ ...fields, title: null });
  expect((await programs.send('POST', '/v1/undo', {})).status).toBe(200);
  expect(await programs.get(at)).toMatchObject(fields);
});
