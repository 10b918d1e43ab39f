/** A household whose assistant is used: what the pages are tried on, and pictured with. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../../src/agent/index.ts';
import { deferred } from '../../src/base/async.ts';
import { Programs } from '../adapters/http/support.ts';
import { bundle, install, Publisher } from '../skills/skill-market/support.ts';
import { Outside } from '../support/outside.ts';
import type { ReverseProxy } from '../support/reverse-proxy.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

const DINNER = `For four, without nuts:

1. Flour, 500 g
2. Yeast
3. Tomatoes

| what | how much |
| --- | ---: |
| flour | 500 g |
| water | 3 dl |`;

/** What models have cost on the days before. */
const SPENT = `insert into spending (day, person_id, calls, input_tokens, output_tokens, price)
  select d::date, p.id, 4 + extract(day from d)::int % 5, 24000, 3100, 0.02 + 0.03 * (extract(day from d)::int * 7 % 6)
    from generate_series('2026-10-25'::date, '2026-11-19'::date, '1 day') d, persons p where p.role = 'owner'`;

/** Answers of a day, one in ten of them slow. */
const FIRST_WORDS = `insert into usage (id, at, day, model, price, first_ms)
  select gen_random_uuid(), $1::timestamptz - n * interval '1 hour', '2026-11-19', 'local/quick', 0.0025, case when n % 10 = 0 then 3100 else 420 end
    from generate_series(1, 20) n`;

/** A talk of last month, of whose records only the words are left. */
const LAST_MONTH = `with talk as (
    insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
    select gen_random_uuid(), c.adapter, 'web-' || c.person_id || '/insurance', c.space_id, c.kind, c.person_id, '2026-10-12T18:00:00Z'
      from conversations c where c.adapter = 'http' limit 1 returning id, person_id)
  insert into messages (id, conversation_id, epoch, turn_id, person_id, role, content, at)
  select gen_random_uuid(), talk.id, 0, gen_random_uuid(), talk.person_id, said.role, jsonb_build_object('text', said.text), said.at::timestamptz
    from talk, (values ('user', 'which insurance is for the bicycle?', '2026-10-12T18:00:00Z'),
                       ('assistant', 'The one with number 88-2041.', '2026-10-12T18:00:05Z')) as said (role, text, at)`;

const SKILL = `---
name: recycling
description: Knows when which bin is collected.
version: 1.0.0
---
# Recycling

Run \`scripts/next.py\` and tell the next dates.
`;

/** Every page of the application. */
export const ALL_PAGES: readonly string[] = [
  ...['/today', '/chat', '/chat/letters', '/notes', '/notes/memories', '/automations', '/automations/runs'],
  ...['/automations/webhooks', '/automations/own', '/activity', '/activity/conversations', '/activity/audit'],
  ...['/activity/undelivered', '/people', '/people/rights', '/people/tokens', '/skills', '/skills/recycling'],
  ...['/skills/+market', '/skills/+secrets', '/skills/+specialists', '/skills/+proposals', '/system', '/system/add'],
  ...['/system/costs', '/system/backups', '/system/logs', '/system/settings', '/nowhere'],
];

export interface Household extends AsyncDisposable {
  programs: Programs;
  outside: Outside;
  /** A link's code for the owner, or a member. */
  code(person?: string): Promise<string>;
}

/** `further`: settings; `front`: a proxy through which its people reach it. */
export async function openHousehold(further: Record<string, unknown> = {}, front?: ReverseProxy): Promise<Household> {
  const outside = new Outside();
  const model = new ScriptedModel((request) => {
    const said = lastSaid(request);
    if (request.messages.at(-1)?.role !== 'user') return [/letter/.test(said) ? 'It is sent.' : DINNER];
    if (said.includes('letter')) return [{ call: 'letter_send', input: { to: 'the landlord' } }];
    if (said.includes('dinner')) return [{ call: 'note_save', input: { text: 'Pizza for Saturday #dinner' } }];
    if (said.includes('a long story'))
      return ['Once upon a time there was a baker. ', { hold: deferred() }, 'The end.'];
    if (said.includes('fail')) return [{ fails: new ModelError('refused', 'the model does not answer this') }];
    return [`I heard: ${said}`];
  });
  model.streams = true;
  const publisher = await Publisher.open();
  const config = { 'assistant.name': 'Robin', ...publisher.config, ...further };
  const programs = await Programs.begin({ model, config, front, skills: [outside.skill] });
  const { coda } = programs;
  const catalog = publisher.publish('/c.json', publisher.catalog({ minutes: bundle('minutes') }));
  await install(coda, { catalog, id: 'minutes' });
  const next = bundle('minutes', { 'scripts/send.py': 'print("sent")\n' });
  publisher.publish('/c.json', publisher.catalog({ minutes: [next, { version: '1.1.0' }] }, { serial: 2 }));
  const folder = join(coda.dataDir, 'skills', 'recycling');
  await mkdir(join(folder, 'scripts'), { recursive: true });
  await writeFile(join(folder, 'SKILL.md'), SKILL);
  await writeFile(join(folder, 'scripts', 'next.py'), 'print("paper: Friday")\n');
  for (const said of [
    '/remind every weekday at 9 stand up',
    '/remind on Sunday at 19:00 water the plants',
    '/remind in 5 minutes call mum',
    '/remind today at 20:00 take out the bins',
    '/note The boiler code is 4711 #house',
    '/note The spare key is with Anna #house',
    '/note shopping: milk, eggs, olives',
    '/schedule every day at 7:30 tell me what is due today',
    '/task the party: send the invitations; order the cake',
    '/rescan-skills',
  ])
    await programs.say(said);
  await programs.post('/v1/memories', { text: 'I am allergic to peanuts.', type: 'fact' });
  await programs.say('write a letter to the landlord', { conversation: 'letters' });
  await coda.passes({ minutes: 6 });
  const bob = coda.person('bob', { role: 'member' });
  await bob.says('hello');
  await bob.says('/remind tomorrow at 10 buy bread');
  await bob.says('/note the bike is at the shop');
  await bob.says('write a letter to the school');
  await coda.person('eva', { role: 'member' }).says('write a letter to the council');
  const kitchen = { channel: '157622', role: 'member' } as const;
  await coda.person('bob', kitchen).says('good morning, kitchen');
  await coda.person('cleo', { channel: '157623', role: 'member' }).says('hello, somewhere');
  coda.namePlaces({ 157622: 'kitchen', 157699: 'nobody-speaks-here' });
  await programs.post('/v1/messages', { text: 'please fail', conversation: 'faults' });
  coda.platform.faults.push('refused');
  await bob.says('and now something that does not arrive');
  await coda.database().run('household', LAST_MONTH);
  await coda.database().run('household', SPENT);
  await coda.database().run('household', FIRST_WORDS, [coda.world.clock.now()]);
  return {
    programs,
    outside,
    code: async (person) => (await coda.app.sessions.link(person)).code,
    async [Symbol.asyncDispose]() {
      await programs[Symbol.asyncDispose]();
      await publisher[Symbol.asyncDispose]();
    },
  };
}
