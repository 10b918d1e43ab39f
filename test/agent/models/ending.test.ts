/** What ends an answer from outside: a stop, the time limit, the end of the process; for each kind of model, at each moment. */
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { Scene } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { Outside } from '../../support/outside.ts';
import { type Play, play } from '../../support/play.ts';

const server = await modelServer();

interface Kind {
  name: string;
  model: 'claude/main' | 'gpt/main';
  stream: boolean;
  tools?: 'text';
}

const KINDS: readonly Kind[] = [
  { name: 'Anthropic, streamed', model: 'claude/main', stream: true },
  { name: 'Anthropic, whole', model: 'claude/main', stream: false },
  { name: 'OpenAI, streamed', model: 'gpt/main', stream: true },
  { name: 'OpenAI, whole', model: 'gpt/main', stream: false },
  { name: 'tools in text', model: 'gpt/main', stream: true, tools: 'text' },
];

const CALL = '```tool_call\n{"name": "page_read", "arguments": {}}\n```';

/** One person waits for the first word, one reads a half answer, one has a tool under way. */
function scenes({ tools }: Kind): Scene[] {
  return [
    { when: { says: 'before' }, fault: 'held', text: 'Too late.' },
    { when: { says: 'middle' }, fault: 'stalls', text: ['I begin', ' and', ' go', ' on', ' and', ' on.'] },
    { when: { says: 'within' }, ...(tools ? { text: CALL } : { calls: [{ name: 'page_read' }] }) },
  ];
}

/** All three are where they are to be when it resolves. */
async function begin(kind: Kind, config: Record<string, unknown> = {}) {
  const { providers } = modelConfig(server).models as { providers: Record<string, object> };
  const { stream, tools = 'native', model } = kind;
  const each = Object.fromEntries(Object.entries(providers).map(([name, own]) => [name, { ...own, stream, tools }]));
  const outside = new Outside().hold();
  // It costs nothing, so that none waits for what another one may cost.
  const prices = { [model]: { input: 0, output: 0 } };
  const models = modelConfig(server, { default: model, light: undefined, heavy: undefined, prices, providers: each });
  const coda = await play({ config: { ...models, ...config }, skills: [outside.skill] });
  server.play(...scenes(kind));
  const says = (name: string) => coda.hear(name, `dm-${name}`, `${name} is the moment`);
  const settled = [await says('before'), await says('middle'), await says('within')].map((each) => each.settled);
  await server.arrived(3);
  // On a machine that is busy a limit of time may come first: then that is said, and nothing hangs.
  await Promise.race([outside.begun.promise, Promise.all(settled)]);
  if (stream) await eventually(() => coda.platform.in('dm-middle').length > 0);
  return { coda, ended: Promise.all(settled), asked: [...server.requests] };
}

const WHO = ['before', 'middle', 'within'];

/** Requests that were under way are gone, not only forgotten. */
async function requestsEnded(asked: readonly { text: string; left: Promise<boolean> }[]): Promise<void> {
  const open = asked.filter(({ text }) => !text.includes('within is'));
  expect(open).toHaveLength(2);
  expect(await Promise.all(open.map(({ left }) => left))).toEqual([true, true]);
}

async function conversationsAreFree(coda: Play): Promise<void> {
  for (const name of WHO) expect(await coda.person(name).says('and now?')).toBe('ok');
}

describe.each(KINDS)('$name', (kind) => {
  test('ends at /stop', async () => {
    const { coda, ended, asked } = await begin(kind);
    await using _ = coda;
    for (const name of WHO) await coda.hear(name, `dm-${name}`, '/stop');
    await ended;
    await requestsEnded(asked);
    // Behind the words that were read, where the answer had begun.
    for (const name of WHO) expect(coda.platform.in(`dm-${name}`).join('\n')).toMatch(/^_?Stopped\._?$/m);
    await conversationsAreFree(coda);
  });

  test('ends at the time limit', async () => {
    const { coda, ended, asked } = await begin(kind, { 'delivery.turn_timeout': '5s' });
    await using _ = coda;
    await ended;
    await requestsEnded(asked);
    for (const name of WHO) expect(coda.platform.in(`dm-${name}`).at(-1)).toMatch(/without getting to an end/);
    await conversationsAreFree(coda);
  });

  test('ends with the process, and goes on in the next one', async () => {
    const { coda, asked } = await begin(kind);
    await using _ = coda;
    await coda.app.stop(0);
    await requestsEnded(asked);
    server.play({ text: 'Here.', times: 9 });
    await coda.start();
    await coda.app.whenSettled();
    for (const name of WHO) expect(coda.platform.in(`dm-${name}`).at(-1)).toBe('Here.');
  });
});
