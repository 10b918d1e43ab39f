/** Cards of calls that ask first, read by somebody who knows nothing of tools: who gets what; and what came of those decided. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, failed, outsideTool } from '../../../src/agent/index.ts';
import { type Deferred, deferred } from '../../../src/base/async.ts';
import type { Skill } from '../../../src/chat/index.ts';
import { decisionOutcome } from '../../../src/web/app/words.ts';
import { type Answer, Programs } from '../../adapters/http/support.ts';
import { codeConfig } from '../../skills/code/play.ts';
import { agentsFolder, put } from '../../skills/specialists/support.ts';
import { DOCKER } from '../../support/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { Hostile, listed } from '../../support/mcp/hostile.ts';
import { type Line, lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

const call = (name: string, input: Record<string, unknown> = {}): Line => ({ call: name, input });
const TAINT = call('page_read');

/** What was said, the calls of the model, and the sentence of the card on the page. */
const CARDS: readonly (readonly [said: string, calls: Line[], sentence: string])[] = [
  [
    'a letter to somebody',
    [call('letter_send', { to: 'bob@example.org', text: 'Dear Bob,\nthe heating knocks at night.\nAna' })],
    'Send a letter to “bob@example.org”: “Dear Bob, the heating knocks at night. Ana”',
  ],
  [
    'a tool that has no sentence of its own',
    [call('parcel_send', { to: 'bo', weight_kg: 3, insured: true, parts: ['cup', 'plate'], from: { city: 'Rome' } })],
    'Sends a parcel: to “bo”, weight kg 3, insured yes, parts (“cup”, “plate”), from (city “Rome”)',
  ],
  [
    'a tool of a server',
    [call('forge_create_issue', { repo: 'ana/house', title: 'The boiler leaks', labels: ['urgent'] })],
    'Use “create issue” of forge: repo “ana/house”, title “The boiler leaks”, labels “urgent”',
  ],
  [
    'a web page, led by another one',
    [TAINT, call('web_fetch', { url: 'https://shop.example.org/search?q=ana+4711' })],
    'Read the web page “https://shop.example.org/search?q=ana+4711”; whoever runs it sees this address',
  ],
  [
    'a search, led by a page',
    [TAINT, call('web_search', { query: 'boiler code 4711' })],
    'Search the web for “boiler code 4711”; the search service sees these words',
  ],
  [
    'a connected service that is sent something',
    [call('connector_call', { connector: 'kitchen', method: 'POST', path: 'notify', body: { text: 'Dinner at 8' } })],
    'Send (text “Dinner at 8”) to “kitchen” (“hooks.example.org”, “notify”)',
  ],
  [
    'a reminder that tells somebody else',
    [call('reminder_edit', { which: 'plants', escalate: { to: 'bo', after: '10 minutes' } })],
    'Tell “bo” about the reminder “plants” if you have not answered it within “10 minutes”',
  ],
  [
    'a reminder whose words change for somebody else',
    [call('reminder_edit', { which: 'plants', text: 'Ana owes you 50', escalate: { to: 'bo' } })],
    'Tell “bo” about the reminder “plants”, whose words become “Ana owes you 50”, if you have not answered it in time',
  ],
  [
    'a second deletion, led by a page',
    [TAINT, call('note_delete', { which: 'boiler' }), call('note_delete', { which: 'milk' })],
    'Deletes a note: “milk”',
  ],
  [
    'a schedule that is switched off',
    [call('scheduler_toggle', { name: 'retention', on: false, until: 'in a week' })],
    'Switch the schedule “retention” off, until: “in a week”',
  ],
  [
    'a page that is looked at by itself',
    [
      call('schedule_watch', {
        source: { kind: 'web_watch', url: 'https://shop.example/kettle' },
        when: 'every hour',
        rule: { is: 'below', number: 40 },
      }),
    ],
    'Do by myself “every hour”: “read https://shop.example/kettle”, and tell you here “when the number in it is below 40”',
  ],
  [
    'a watch that is told to others',
    [
      call('schedule_watch', {
        source: { kind: 'web_watch', url: 'https://shop.example/kettle' },
        when: 'every hour',
        rule: { is: 'changed' },
        tell: 'family',
        escalate: { to: 'bo' },
      }),
    ],
    'Do by myself “every hour”: “read https://shop.example/kettle”, and tell it in “family” “when it has changed”, and “bo” where nobody answers',
  ],
  [
    'a specialist that writes to somebody',
    [call('specialist_spawn', { specialist: 'postman', task: 'Write to bob.' })],
    'Send a letter to “bob”: “hi”',
  ],
  ...(DOCKER
    ? ([
        [
          'a command',
          [call('code_execute', { command: 'sh clean.sh && rm *.tmp' })],
          'Run the command “sh clean.sh && rm *.tmp”, shut off from this computer and the network',
        ],
        [
          'a program',
          [call('code_execute', { language: 'python', code: 'n = 45\nprint(n)', files: ['bills.csv'] })],
          'Run a program of 2 lines (Python): “n = 45 print(n)”, shut off from this computer and the network, with the files “bills.csv”',
        ],
        [
          'a script of a skill',
          [
            call('skill_activate', { name: 'recycling' }),
            call('skill_run', { name: 'recycling', script: 'next.py', args: ['--week'], input: { street: 'Elm 3' } }),
          ],
          'Run “next.py” of the skill “recycling” with “--week” and (street “Elm 3”)',
        ],
      ] satisfies [string, Line[], string][])
    : []),
];

interface Post {
  /** A letter comes to no end before it. */
  held?: Deferred<void>;
  begun: Deferred<void>;
  content: string;
}

/** Where a letter goes decides what comes of it. */
function skillOf(post: Post): Skill {
  return {
    name: 'post',
    tools: () => [
      outsideTool({
        name: 'letter_send',
        description: 'Sends a letter.',
        effect: 'external',
        input: z.object({ to: z.string(), text: z.string() }),
        display: { asks: () => ['Send a letter to {to}: {text}'] },
        policy: { binds: async () => post.content },
        async run({ to }) {
          post.begun.resolve();
          await post.held?.promise;
          return to === 'nowhere'
            ? failed('NOT_FOUND', 'There is no such address.')
            : done(`The letter is with ${to}.`);
        },
      }),
      outsideTool({
        name: 'parcel_send',
        description: 'Sends a parcel. Weigh it first.',
        effect: 'external',
        input: z.record(z.string(), z.unknown()),
        run: async () => done('{"parcel_id":"0193a1c2-7f1e-7000-8000-000000000001"}'),
      }),
      outsideTool({
        name: 'page_read',
        description: 'Reads a page.',
        effect: 'fetch',
        input: z.object({}),
        run: async () => done('read it', { tainted: true }),
      }),
    ],
  };
}

interface Waiting {
  id: string;
  purpose: string;
  facts: object[];
  tool: string;
}

type Past = Parameters<typeof decisionOutcome>[0] & { id: string; purpose: string; shown: string };

const textOf = ({ parts }: Answer): string => parts.map(({ text }) => text).join('\n');

describe('a card', () => {
  const post: Post = { begun: deferred(), content: 'first' };
  const agents = agentsFolder();
  const root = mkdtempSync(join(tmpdir(), 'coda-cards-'));
  const forge = new Hostile({ tools: [listed('create_issue')] });
  const texts = new Map<string, string>();
  let programs: Programs;
  let open: readonly Waiting[];

  /** Makes the calls of the card that was asked for, one after another; a nested turn writes its letter. */
  const model = new ScriptedModel((request) => {
    const said = lastSaid(request);
    const answered = request.messages.slice(request.messages.findLastIndex(({ role }) => role === 'user') + 1);
    const results = answered.filter(({ role }) => role === 'tool').length;
    const [, made] = /^(?:write|make) (\{.*\})/s.exec(said) ?? [];
    if (made !== undefined) {
      const input = JSON.parse(made) as { call: string; input: Record<string, unknown> };
      return results > 0 ? ['Ended.'] : [said.startsWith('make') ? input : call('letter_send', { ...input })];
    }
    const written = /Write to (\w+)/.exec(said)?.[1];
    if (written !== undefined) return results > 0 ? ['Ended.'] : [call('letter_send', { to: written, text: 'hi' })];
    const [, calls = []] = CARDS.find(([name]) => said.includes(name)) ?? [];
    const next = calls[results];
    return next === undefined ? ['Ended.'] : [next];
  });

  beforeAll(async () => {
    for (const folder of ['connectors', 'recycling/scripts']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'connectors/kitchen.yaml'), 'type: http\nbase_url: https://hooks.example.org/v1\n');
    writeFileSync(
      join(root, 'recycling/SKILL.md'),
      '---\nname: recycling\ndescription: Knows the bins.\n---\n# Bins\n',
    );
    writeFileSync(join(root, 'recycling/scripts/next.py'), 'print("Friday")\n');
    put(agents, 'postman', { tools: ['- letter_send'] });
    const config = {
      'specialists.dirs': [agents],
      ...(DOCKER ? codeConfig() : {}),
      'mcp.servers': { forge: forge.config },
      'skills.agent_skill_dirs': [root],
      'web.search.searxng.base_url': 'http://127.0.0.1:9',
    };
    const scopes = ['messages', 'data', 'consent', 'admin'];
    programs = await Programs.begin({ model, skills: [skillOf(post)], config }, scopes);
    for (const said of [
      '/note The boiler code is 4711',
      '/note milk and eggs',
      '/remind on Sunday at 19:00 water the plants',
    ])
      await programs.say(said);
    await eventually(async () => !(await programs.say('/mcp')).text.includes('is being started'));
    for (const [name] of CARDS) {
      const files = name === 'a program' ? [{ name: 'bills.csv', content_type: 'text/csv', data: 'NDU=' }] : [];
      texts.set(name, textOf(await programs.say(name, { conversation: name.replaceAll(/\W+/g, '-'), files })));
    }
    open = (await programs.get<{ approvals: Waiting[] }>('/v1/approvals')).approvals;
  }, 120_000);

  afterAll(async () => {
    await programs?.[Symbol.asyncDispose]();
    forge[Symbol.dispose]();
    rmSync(root, { recursive: true, force: true });
  });

  test.each(CARDS)('of %s says who gets what, on the page and in a chat', (name, _, sentence) => {
    const inChat = /\*\*(.*)\*\*/.exec(texts.get(name) ?? '')?.[1] ?? '';
    const inWords = (text: string) => text.replaceAll(/[`“”"']/g, '');
    expect(open.find(({ purpose }) => purpose === sentence)).toMatchObject({ facts: [] });
    expect(inWords(inChat)).toBe(inWords(`${sentence}.`));
  });

  test('has a value that a model writes as its own words in quotation marks, on one line, and no link', async () => {
    const to = 'bob” and nobody else. “\n**Approved** \u202e[a](https://x.example) `@all`';
    const { purpose, facts, inChat } = await askedBy(`write ${JSON.stringify({ to, text: 'x'.repeat(999) })}`);
    expect(inChat).toContain("`bob” and nobody else. “ **Approved** \\u202e[a](https://x.example) '@all'`");
    expect(purpose).toContain("“bob' and nobody else. ' **Approved** \\u202e[a](https://x.example) `@all`”");
    // What is too long for the sentence stands open below it.
    expect(purpose).toMatch(/: “x{100,160}…”$/);
    expect(facts).toContainEqual({ name: 'text', value: 'x'.repeat(999) });
  });

  /** The card that `write` or `make` asks, decided; its sentence and what came of it, as they stand under *Decided*. */
  const newest = async () => {
    const { approvals } = await programs.get<{ approvals: Past[] }>('/v1/approvals/past');
    const [past] = approvals;
    return past && [past.purpose, decisionOutcome(past)];
  };

  const openCards = async () => (await programs.get<{ approvals: Waiting[] }>('/v1/approvals')).approvals;

  /** The card that comes of these words. */
  const askedBy = async (said: string): Promise<Waiting & { inChat: string }> => {
    const before = new Set((await openCards()).map(({ id }) => id));
    const answer = await programs.say(said, { conversation: 'decided' });
    const card = (await openCards()).find(({ id }) => !before.has(id)) as Waiting;
    return { ...card, inChat: textOf(answer) };
  };

  const asked = async (said: string) => (await askedBy(said)).id;

  const decide = async (id: string, body: { approved: boolean; because?: string }) => {
    expect((await programs.post(`/v1/approvals/${id}`, body)).status).toBe(200);
    await programs.coda.app.whenSettled();
  };

  const letter = (to: string) => `write ${JSON.stringify({ to, text: 'hi' })}`;

  test.each([
    ['approved', 'bob', { approved: true }, 'The letter is with bob.'],
    ['approved in vain', 'nowhere', { approved: true }, 'It did not work: There is no such address.'],
    ['denied', 'bob', { approved: false }, 'It was not done.'],
    [
      'denied for a reason',
      'bob',
      { approved: false, because: 'Bob has moved.' },
      'It was not done. Because: Bob has moved.',
    ],
  ])('that was %s says what came of it', async (_, to, decision, came) => {
    await decide(await asked(letter(to)), decision);
    expect(await newest()).toEqual([`Send a letter to “${to}”: “hi”`, came]);
  });

  test('that nobody answered says so, and one denied at the machine is no such', async () => {
    const id = await asked(letter('bob'));
    await programs.coda.app.approvals.decide(id, false, undefined);
    await programs.coda.app.whenSettled();
    expect((await newest())?.[1]).toBe('It was not done.');
    await asked(letter('bob'));
    await programs.coda.passes({ hours: 25 });
    expect((await newest())?.[1]).toBe('Nobody answered in time, so it was not done.');
  });

  test('whose letter has changed since says that, and accuses nobody of a no', async () => {
    const id = await asked(letter('bob'));
    post.content = 'second';
    await decide(id, { approved: true });
    expect((await newest())?.[1]).toMatch(/^It did not work: It is not what the person said yes to any more/);
  });

  test('of a server, and of a result for programs, is words', async () => {
    await decide(await asked(`make ${JSON.stringify(call('forge_create_issue', { title: 'The boiler' }))}`), {
      approved: true,
    });
    expect((await newest())?.[1]).toMatch(/^“create issue” of forge /);
    await decide(await asked(`make ${JSON.stringify(call('parcel_send', { to: 'bo' }))}`), { approved: true });
    expect(await newest()).toEqual(['Sends a parcel: to “bo”', 'It was done.']);
  });

  test.runIf(DOCKER)('of code says what it wrote', async () => {
    const code = 'print(40 + 5)';
    await decide(await asked(`make ${JSON.stringify(call('code_execute', { language: 'python', code }))}`), {
      approved: true,
    });
    expect((await newest())?.[1]).toBe('It ran: 45');
  });

  test('whose call was cut off says that nobody knows', async () => {
    const held = deferred();
    Object.assign(post, { held, begun: deferred() });
    const id = await asked(letter('bob'));
    await programs.post(`/v1/approvals/${id}`, { approved: true });
    await post.begun.promise;
    await programs.coda.app.stop(0);
    held.resolve();
    await programs.coda.start();
    await programs.coda.app.whenSettled();
    expect((await newest())?.[1]).toBe('I was interrupted while it ran, so it is not known whether it was done.');
  });
});
