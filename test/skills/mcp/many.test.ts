import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { offerTools } from '../../../src/agent/index.ts';
import { eventually } from '../../support/eventually.ts';
import { Hostile, listed } from '../../support/mcp/hostile.ts';
import { type Play, play } from '../../support/play.ts';
import { type Line, lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

const VERBS = ['list', 'create', 'archive', 'rename', 'export', 'merge', 'share', 'translate', 'print', 'approve'];
const OFFICE = [
  'invoices',
  'contracts',
  'meetings',
  'budgets',
  'suppliers',
  'letters',
  'employees',
  'desks',
  'printers',
  'keys',
];
const GARDEN = ['seeds', 'beds', 'pumps', 'fences', 'trees', 'hedges', 'ponds', 'tools', 'paths', 'lamps'];

const READS = { annotations: { readOnlyHint: true } };
const hundred = (things: readonly string[]) =>
  things.flatMap((thing) =>
    VERBS.map((verb) =>
      listed(`${verb}_${thing}`, {
        ...READS,
        description: `Use this to ${verb} ${thing}. ${'It takes what the person said of them and gives what came of it. '.repeat(3)}`,
        inputSchema: {
          type: 'object',
          properties: {
            words: { type: 'string', description: `The ${thing} that are meant, in the words of the person.` },
            limit: { type: 'integer', minimum: 1, maximum: 100, description: 'The most that are wanted.' },
          },
        },
      }),
    ),
  );

describe('two servers with a hundred tools each, and a window of 64,000 tokens', () => {
  const office = new Hostile({ tools: hundred(OFFICE) });
  const garden = new Hostile({ tools: hundred(GARDEN) });
  let coda: Play;
  let own: string[];
  let next: Line[][] = [];
  const model = new ScriptedModel((request) => next.shift() ?? [`heard ${lastSaid(request)}`]);
  const shown = () => model.requests.at(-1)?.tools ?? [];
  const names = () => shown().map(({ name }) => name);
  const guests = () => names().filter((name) => /^(?:office|garden)_/.test(name));

  beforeAll(async () => {
    {
      await using alone = await play({ model });
      await alone.person('ana').says('hello');
      own = names();
    }
    coda = await play({ model, config: { 'mcp.servers': { office: office.config, garden: garden.config } } });
    await eventually(async () => !(await coda.person('ana').says('/mcp')).includes('is being started'));
  });
  afterAll(async () => {
    await coda[Symbol.asyncDispose]();
    office[Symbol.dispose]();
    garden[Symbol.dispose]();
  });

  test('a model is shown all of coda’s own tools, and of each server those nearest to the first words', async () => {
    await coda.person('bo').says('please translate the contracts of my suppliers');
    expect(names()).toEqual(expect.arrayContaining(own));
    expect(names()).toContain('more_tools');
    expect(guests().slice(0, 4)).toContain('office_translate_contracts');
    const shares = ['office_', 'garden_'].map((server) => guests().filter((name) => name.startsWith(server)).length);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(3);
    expect(Math.abs((shares[0] ?? 0) - (shares[1] ?? 0))).toBeLessThanOrEqual(1);
  });

  test('what a conversation is shown stays the same, and what is found comes at its end', async () => {
    const cy = coda.person('cy');
    await cy.says('please export the budgets');
    const first = structuredClone(shown());
    await cy.says('and now something else: print a list of ponds');
    expect(shown()).toEqual(first);
    const hidden = VERBS.flatMap((verb) => GARDEN.map((thing) => `${verb}_${thing}`)).filter(
      (name) => !guests().includes(`garden_${name}`),
    );
    const wanted = hidden.findLast((name) => name.startsWith('translate_')) as string;
    next = [
      [{ call: 'more_tools', input: { group: 'servers', query: wanted.replace('_', ' ') } }],
      [{ call: `garden_${wanted}`, input: { words: 'yew' } }],
    ];
    await cy.says('do it with the yew');
    next = [];
    expect(shown().slice(0, first.length)).toEqual(first);
    expect(names().slice(first.length)).toContain(`garden_${wanted}`);
    expect(garden.saw()).toContain(`called ${wanted}`);
    await cy.says('thanks');
    expect(names().slice(first.length)).toContain(`garden_${wanted}`);
    expect(shown().slice(0, first.length)).toEqual(first);
    await cy.says('/new');
    await cy.says('hello again');
    expect(names()).not.toContain(`garden_${wanted}`);
  });

  test('a call of a tool that was not shown is a call all the same, also one written as text', async () => {
    const dee = coda.person('dee');
    next = [[{ call: 'office_merge_desks', input: { words: 'both' } }]];
    await dee.says('good morning');
    expect(office.saw()).toContain('called merge_desks');
    next = [['```tool_call\n{"name": "office_merge_keys", "arguments": {"words": "both"}}\n```']];
    await coda.person('dan').says('good morning');
    next = [];
    expect(office.saw()).toContain('called merge_keys');
  });

  test('/mcp and doctor say how many are shown', async () => {
    const eve = coda.person('eve');
    await eve.says('hello');
    expect(await eve.says('/mcp')).toMatch(
      /- office: 100 tools, of which models are shown \d+ here; `more_tools` finds the others/,
    );
    expect(await eve.says('/doctor all')).toMatch(/\d+ of 200 are shown to a model at once/);
  });

  test('a search that finds nothing names the servers', async () => {
    next = [[{ call: 'tool_search', input: { query: 'xylophone' } }]];
    await coda.person('fay').says('good morning');
    const told = model.requests.at(-1)?.messages.findLast(({ role }) => role === 'tool')?.text;
    expect(told).toBe('No tool of garden, office says that it does “xylophone”.');
  });
});

test('tools that all fit are all shown, in a fixed order, and a small window still has some of each server', () => {
  const spec = (name: string, by?: string) => ({
    name,
    description: `Does ${name} for whoever asks.`,
    schema: { type: 'object', properties: { words: { type: 'string' } } },
    ...(by && { by }),
  });
  const tools = [
    spec('note_save'),
    spec('more_tools'),
    ...['a', 'b'].flatMap((by) => VERBS.slice(0, 8).map((verb) => spec(`${by}_${verb}`, by))),
  ];
  const names = (offered: ReturnType<typeof offerTools>) => offered.tools.map(({ name }) => name);
  const all = offerTools(tools, { kept: undefined, words: 'hello', context: 64_000 });
  expect(all).toMatchObject({ hidden: 0 });
  expect(names(all)).toEqual(tools.map(({ name }) => name));
  const few = offerTools(tools, { kept: undefined, words: 'create it', context: 1_500 });
  expect(few.names).toEqual(expect.arrayContaining(['a_create', 'b_create']));
  expect(names(few)).toEqual(expect.arrayContaining(['note_save', 'more_tools']));
  // Once all fit, as with a larger window, nothing of them is left out.
  const more = offerTools(tools, { kept: few.names, words: 'hello', context: 64_000 });
  expect(more).toMatchObject({ hidden: 0, names: expect.arrayContaining(all.names as string[]) });
});
