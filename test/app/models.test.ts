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

test('the doctor is told of calls that were wrong, of circles, and of who did not answer at first', async () => {
  await using server = await ModelServer.start();
  await using coda = await play({ config: modelConfig(server, { fallbacks: ['gpt/other'] }) });
  const ana = coda.person('ana');
  server.play(
    { calls: [{ name: 'note_eat', input: {} }] },
    { calls: [{ name: 'note_list', input: {} }], times: 3 },
    { text: 'So be it.' },
    { fault: 'overloaded' },
  );
  expect(await ana.says('eat my note')).toBe('So be it.');
  expect(await ana.says('well?')).toBe('ok');
  const repairs = coda.app.checks().find(({ name }) => name === 'model repairs');
  expect(await repairs?.check(new AbortController().signal)).toMatchObject({
    says: 'put right within a day: loop 1×, retried 1×, wrong call 1×',
  });
});

test('calls, tokens, repairs, turns and budgets used up are counted, and told by the status', async () => {
  await using server = await ModelServer.start();
  const budgets = { person: { day: 4 }, low: 0 };
  await using coda = await play({ config: modelConfig(server, { budgets, fallbacks: ['gpt/other'] }) });
  const ana = coda.person('ana');
  server.play({ when: { model: 'main' }, fault: 'unauthorized' });
  server.play({ text: '' }, { text: 'Here I am.', usage: { input: 1_000, cached: 200, output: 50 } });
  await ana.says('are you there?');
  server.play({ text: 'Dear.', usage: { input: 2_000_000, output: 0 } });
  await ana.says('spend it');
  expect(await ana.says('and more')).toContain('is used up');
  const text = await coda.app.metrics();
  expect(text).toContain('coda_model_calls_total{model="claude/main",outcome="auth_expired"} 1');
  expect(text).toContain('coda_model_calls_total{model="gpt/other",outcome="answered"} 1');
  expect(text).toContain('coda_model_tokens_total{model="claude/main",kind="cached"} 200');
  expect(text).toContain('coda_model_cost_total{model="claude/main"} 6.00');
  expect(text).toContain('coda_budget_stops_total{budget="person_day"} 1');
  expect(text).toContain('coda_turns_total{outcome="done"} 3');
  expect(text).toContain('coda_model_resting{model="claude/main"} 0');
  const { models } = (await coda.app.status()) as { models: unknown };
  expect(models).toEqual({
    answering: 'claude/main',
    resting: [],
    failed: 1,
    repairs: { fallback: 1, asked_again: 1 },
  });
});
