/** Why no answer came: an owner reads the service's words, anybody else who can mend it and when. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Scene } from '../support/model-server/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type Play, play } from '../support/play.ts';

const server = await modelServer();
let coda: Play;

beforeAll(async () => {
  const config = modelConfig(server, {
    default: 'gpt/some',
    light: 'gpt/some',
    heavy: undefined,
    breaker: { failures: 100 },
  });
  coda = await play({ config });
  return () => coda[Symbol.asyncDispose]();
});

const refusal = (status: number, message: string, more: object = {}, headers: Record<string, string> = {}): Scene => ({
  sends: { status, headers, body: JSON.stringify({ error: { message, ...more } }) },
  times: 9,
});

const QUOTA = {
  status: 'RESOURCE_EXHAUSTED',
  details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7200s' }],
};

describe.each<[string, Scene, RegExp, RegExp]>([
  [
    'Ollama’s memory',
    refusal(500, 'model requires more system memory (5.6 GiB) than is available (3.1 GiB)'),
    /5\.6 GiB/,
    /the owner can mend it/,
  ],
  [
    'OpenRouter’s data policy',
    refusal(404, 'No endpoints found matching your data policy (Free model publication).', { code: 404 }),
    /matching your data policy/,
    /owner can choose another/,
  ],
  [
    'LM Studio without a model',
    refusal(404, 'No models loaded. Please load a model in the developer page.', { code: 'model_not_found' }),
    /No models loaded/,
    /owner can choose another/,
  ],
  [
    'a day of waiting',
    refusal(429, 'Daily limit reached.', {}, { 'retry-after': '86400' }),
    /Daily limit reached/,
    /try again in 24 hours\..*owner can/,
  ],
  [
    'Google’s delay',
    refusal(429, 'You exceeded your current quota.', QUOTA),
    /exceeded your current quota/,
    /try again in 2 hours\..*owner can/,
  ],
  [
    'a delay in words',
    refusal(429, 'Rate limit reached. Please try again in 1h30m.'),
    /Rate limit reached/,
    /try again in 2 hours\./,
  ],
])('%s', (name, scene, words, member) => {
  test('is told to the owner in the service’s words, and to a member with who can mend it', async () => {
    server.play(scene);
    const owner = await coda.person('ana').says('why is the sky blue?');
    expect(owner).toMatch(words);
    expect(await coda.person('ana').says('/model')).toMatch(words);
    server.reset();
    server.play(scene);
    const told = await coda.person(`member of ${name}`, { role: 'member' }).says('why is the sky blue?');
    expect(told).toMatch(member);
    expect(told).not.toMatch(words);
    await coda.passes({ hours: 2 });
  });
});
