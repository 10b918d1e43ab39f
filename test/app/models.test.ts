import { expect, test } from 'vitest';
import { checkProvider } from '../../src/agent/index.ts';
import { costReport } from '../../src/skills/costs/report.ts';
import { KEY, ModelServer } from '../support/model-server/index.ts';
import { modelConfig, modelsOn } from '../support/models.ts';
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
    coda.app.checks.checks.map(async ({ name, check }) => ({ name, ...(await check(signal)) })),
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

/** What the doctor says of the provider `local`, whose default model is `model`. */
async function findingOf(server: ModelServer, { model = 'qwen3:8b', ...more }: Record<string, unknown> = {}) {
  const base_url = server.baseUrl('openai');
  const local = { kind: 'openai-compatible', base_url, api_key: KEY, context_tokens: 16_000, ...more };
  const models = modelsOn(server, {
    default: `local/${model}`,
    light: undefined,
    heavy: undefined,
    fallbacks: [],
    providers: { local },
  });
  return checkProvider('local', models, new AbortController().signal);
}

test('the doctor looks at the names of the models, their windows and whether they take tools', async () => {
  await using server = await ModelServer.start();
  const of = (options: Record<string, unknown>) => findingOf(server, options);
  const entry = (id: string, more = {}) => ({ id, object: 'model', ...more });
  server.models = [entry('qwen3:8b'), entry('gemma3:latest'), entry('models/gemini-2.5-pro')];
  expect(await of({})).toMatchObject({ ok: true });
  expect(await of({ model: 'gemma3' })).toMatchObject({ ok: true });
  expect(await of({ model: 'gemini-2.5-pro' })).toMatchObject({ ok: true });
  expect(await of({ model: 'qwen3:9b' })).toMatchObject({
    ok: false,
    code: 'MODEL_MISSING',
    says: 'has no model qwen3:9b',
    remedy: 'Did you mean local/qwen3:8b?',
  });
  // A list need not have every name.
  server.aliases = ['qwen3:9b'];
  expect(await of({ model: 'qwen3:9b' })).toMatchObject({ ok: true });
  server.models = [entry('qwen3:8b', { max_model_len: 4_096 })];
  expect(await of({})).toMatchObject({
    ok: false,
    says: 'qwen3:8b takes 4,096 tokens, and context_tokens says 16,000',
    remedy: expect.stringContaining('models.providers.local.context_tokens: 4096'),
  });
  server.models = [entry('qwen3:8b', { owned_by: 'library' })];
  server.ollama = { capabilities: ['completion'], context: 40_000 };
  expect(await of({})).toMatchObject({ ok: false, says: expect.stringContaining('takes no tools') });
  expect(await of({ tools: 'text' })).toMatchObject({ ok: true });
  server.ollama = { capabilities: ['completion', 'tools'], context: 4_096 };
  expect(await of({})).toMatchObject({ ok: false, says: expect.stringContaining('takes 4,096 tokens') });
  expect(server.requests).toEqual([]);
});

test('the doctor tells a provider of the wrong kind by its list', async () => {
  await using server = await ModelServer.start();
  server.models = [{ id: 'qwen3:8b', type: 'model' }];
  // This server speaks both.
  expect(await findingOf(server)).toMatchObject({ ok: true });
  server.models = [{ id: 'qwen3:8b', object: 'model' }];
  const wrong = { kind: 'anthropic', base_url: server.url };
  expect(await findingOf(server, wrong)).toMatchObject({ ok: true });
  server.speaks = 'openai';
  expect(await findingOf(server, wrong)).toMatchObject({
    ok: false,
    says: expect.stringContaining(
      'speaks the API of kind openai-compatible, and models.providers.local says anthropic',
    ),
    remedy: expect.stringContaining('Set models.providers.local.kind: openai-compatible'),
  });
});

test('the doctor tells what was learnt of a model since the start', async () => {
  await using server = await ModelServer.start();
  const config = modelConfig(server, { default: 'gpt/local', light: undefined, heavy: undefined });
  await using coda = await play({ config });
  const says = () =>
    coda.app.checks.checks.find(({ name }) => name === 'models gpt')?.check(new AbortController().signal);
  expect(await says()).toMatchObject({ ok: true });
  const body =
    '{"error":{"message":"\\"auto\\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set"}}';
  for (let time = 0; time < 2; time++) {
    // One refusal may be a slip.
    expect(await says()).toMatchObject({ ok: true });
    server.play({ sends: { status: 400, body } }, { text: 'In text, then.' });
    expect(await coda.person('ana').says('why is the sky blue?')).toBe('In text, then.');
  }
  expect(await says()).toMatchObject({ ok: false, remedy: expect.stringContaining('--enable-auto-tool-choice') });
});

test('what had to be put right is counted for the doctor, and what it cost for the owner', async () => {
  await using server = await ModelServer.start();
  await using coda = await play({ config: modelConfig(server) });
  server.play({ text: '' }, { text: 'Here I am.', usage: { input: 1_000_000, output: 0 } });
  await coda.person('ana').says('are you there?');
  const repairs = coda.app.checks.checks.find(({ name }) => name === 'model repairs');
  expect(await repairs?.check(new AbortController().signal)).toMatchObject({
    ok: true,
    says: 'put right within a day: asked again 1×',
  });
  const { spans, models, currency } = await costReport(
    { database: coda.app.database, models: coda.config.models, zone: 'Europe/Berlin' },
    coda.world.clock.now(),
  );
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
  const repairs = coda.app.checks.checks.find(({ name }) => name === 'model repairs');
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
  const text = await coda.world.metrics.text();
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

test('what a service refuses is told once to whom it concerns, by /model and by the doctor', async () => {
  await using server = await ModelServer.start();
  const refusal = (message: string) => ({ sends: { status: 400, body: JSON.stringify({ error: { message } }) } });
  server.play(refusal('Unrecognized request argument supplied: stream_options'));
  await using coda = await play({
    config: modelConfig(server, { default: 'gpt/mine', light: undefined, heavy: undefined }),
  });
  const ana = coda.person('ana');
  const ben = coda.person('ben', { role: 'member' });
  const doctor = async () => {
    const check = coda.app.checks.checks.find(({ name }) => name === 'model quirks');
    return check?.check(new AbortController().signal);
  };
  expect(await ana.says('hello')).toBe('ok');
  expect(server.requests.map(({ body }) => body.stream_options !== undefined)).toEqual([true, false]);
  const setting = 'models.providers.gpt.refuses: [stream_options]';
  expect(await ben.says('/model')).toContain(setting);
  expect(await doctor()).toMatchObject({ ok: true, severity: 'notice', remedy: expect.stringContaining(setting) });

  server.play({ ...refusal('This account may not ask from here.'), times: 3 });
  const told = await ana.says('a question that nobody understands');
  expect(told).toContain('This account may not ask from here.');
  expect(told).not.toMatch(/try again/i);
  expect(server.requests).toHaveLength(3);
  expect(await ben.says('another question that nobody understands')).not.toContain('This account');
  expect(await coda.person('ana', { channel: 'town' }).says('one more that nobody understands')).not.toContain(
    'account',
  );
  expect(await ben.says('/model')).not.toContain('This account');
  expect(await ana.says('/model')).toContain('This account may not ask from here.');
  expect(await doctor()).toMatchObject({
    ...{ ok: false, severity: 'warning' },
    says: expect.stringContaining('This account may not ask from here.'),
  });
});
