import { expect, test } from 'vitest';
import { KEY } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { playWith } from '../conversation.ts';

const server = await modelServer({ refused: true });

test.each([
  ['a service that thinks', 'anthropic', { thinking: 2_000 }],
  ['a service of the other kind', 'openai', {}],
] as const)('%s takes a turn that begins with a call by name', async (_, api, more) => {
  server.reset();
  const kind = api === 'anthropic' ? 'anthropic' : 'openai-compatible';
  const provider = { kind, base_url: server.baseUrl(api), api_key: KEY, ...more };
  const config = modelConfig(server, {
    default: 'it/main',
    light: 'it/main',
    heavy: 'it/main',
    prices: {},
    providers: { it: provider },
  });
  server.play({ text: 'Rotated.' }, { text: 'Hello.' });
  const { coda } = await playWith({ one: { body: 'Rotate it.' } }, { config });
  const ana = coda.person('ana');
  expect(await ana.says('/one page 3')).toBe('Rotated.');
  expect(await ana.says('hello')).toBe('Hello.');
  expect(server.refused).toEqual([]);
  const [first, second] = server.requests.map(({ body }) => body as { thinking?: object });
  expect(JSON.stringify(first)).toContain('Rotate it.');
  // It insists on the thoughts behind a call that is being answered, and these calls have none.
  expect(first?.thinking).toBeUndefined();
  expect(second?.thinking !== undefined).toBe('thinking' in more);
});
