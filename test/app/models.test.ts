import { expect, test } from 'vitest';
import { KEY, ModelServer } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';
import { play } from '../support/play.ts';

test('the doctor tells which provider cannot be reached, and why, without asking a model', async () => {
  await using server = await ModelServer.start();
  const anthropic = { kind: 'anthropic', base_url: server.baseUrl('anthropic'), api_key: KEY };
  const openai = { kind: 'openai-compatible', base_url: server.baseUrl('openai'), api_key: KEY };
  const providers = {
    claude: anthropic,
    gpt: openai,
    stranger: { ...openai, api_key: 'sk-wrong-key' },
    lost: { ...openai, base_url: server.url },
    gone: { ...anthropic, base_url: 'http://127.0.0.1:9' },
  };
  await using coda = await play({ config: modelConfig(server, { providers }) });
  const signal = new AbortController().signal;
  const findings = await Promise.all(
    coda.app.checks().map(async ({ name, check }) => ({ name, ...(await check(signal)) })),
  );
  const found = (name: string) => findings.find((finding) => finding.name === name);
  expect(found('models claude')).toMatchObject({ ok: true });
  expect(found('models gpt')).toMatchObject({ ok: true });
  expect(found('models stranger')).toMatchObject({ ok: false, remedy: 'Mend models.providers.stranger.api_key.' });
  expect(found('models lost')).toMatchObject({ ok: false, remedy: expect.stringContaining('https://host/v1') });
  expect(found('models gone')).toMatchObject({ ok: false, says: '127.0.0.1:9 does not answer' });
  expect(JSON.stringify(findings)).not.toContain('sk-');
  expect(server.requests).toEqual([]);
});

test('what had to be put right is counted for the doctor, and what it cost for the owner', async () => {
  await using server = await ModelServer.start();
  await using coda = await play({ config: modelConfig(server) });
  server.play({ text: '' }, { text: 'Here I am.', usage: { input: 1_000_000, output: 0 } });
  await coda.person('ana').says('are you there?');
  const repairs = coda.app.checks().find(({ name }) => name === 'model repairs');
  expect(await repairs?.check(new AbortController().signal)).toMatchObject({
    ok: true,
    says: 'put right within a day: asked again 1×',
  });
  const { spans, models, currency } = await coda.app.cost();
  expect(currency).toBe('USD');
  expect(spans.map(({ name, people }) => [name, people[0]?.name, people[0]?.calls])).toEqual([
    ['today', 'ana', 2],
    ['this month', 'ana', 2],
  ]);
  expect(models[0]).toMatchObject({ name: 'claude/main', calls: 2 });
  expect(spans[0]?.people[0]?.price).toBeGreaterThanOrEqual(3);
});
