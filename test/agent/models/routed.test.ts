import { expect, test } from 'vitest';
import { NoModel } from '../../../src/agent/index.ts';
import type { FaultKind } from '../../../src/base/errors.ts';
import { all, faultIn, request, textOf } from '../../support/model-contract.ts';
import { type Fault, KEY } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelsOn } from '../../support/models.ts';
import { testWorld } from '../../support/world.ts';

const server = await modelServer({ refused: true });

const asked = () => server.requests.map(({ body }) => body.model);

test('each tier asks its own model, and a conversation may choose another', async () => {
  const models = modelsOn(server);
  await all(models.modelFor('default'));
  await all(models.modelFor('heavy'));
  await all(models.light());
  await all(models.modelFor('default', 'gpt/strange:7b'));
  await all(models.modelFor('default', 'nobody/knows'));
  await all(models.modelFor('default', 'constructor/knows'));
  expect(asked()).toEqual(['main', 'big', 'small', 'strange:7b', 'main', 'main']);
});

test.each([
  ['Think hard: which of the two is cheaper over five years?', 'big'],
  ['Please think it through with me.', 'big'],
  ['Explain step by step how a heat pump works', 'big'],
  ['x'.repeat(2_000), 'big'],
  ['I think it is hard to say. When is lunch?', 'main'],
  ['What do you think?', 'main'],
])('where it is wanted, the heavy model answers what is worth it: %.40s', async (text, answers) => {
  const models = modelsOn(server, { heavy_by_itself: true });
  await all(models.chooseModel({}, text));
  await all(models.chooseModel({ model: 'gpt/mine' }, text));
  await all(modelsOn(server).chooseModel({}, text));
  expect(asked()).toEqual([answers, 'mine', 'main']);
});

test('a hiccup is tried again before anybody else is asked', async () => {
  server.play({ when: { model: 'main' }, fault: 'overloaded' }, { when: { model: 'main' }, text: 'Here.' });
  const events = await all(modelsOn(server).modelFor('default'));
  expect(textOf(events)).toBe('Here.');
  expect(asked()).toEqual(['main', 'main']);
});

test('what a model said before it broke off is void when another one answers', async () => {
  server.play({ when: { model: 'main' }, fault: 'cut', text: ['Half ', 'an ', 'answer'], times: 9 });
  server.play({ when: { model: 'other' }, text: 'A whole one.' });
  const events = await all(modelsOn(server).modelFor('default'));
  const begun = events.findLastIndex(({ type }) => type === 'begin');
  expect(events[begun]).toEqual({ type: 'begin', model: 'gpt/other' });
  expect(textOf(events.slice(begun))).toBe('A whole one.');
});

test.each<[Fault, number]>([
  ['unauthorized', 1],
  ['no_such_model', 1],
  ['no_credit', 1],
  ['rate_limited', 1],
  ['invalid_json', 2],
  ['server_error', 2],
])('%s sends the question on to the next model after %i tries', async (fault, tries) => {
  server.play({ when: { model: 'main' }, fault, times: 9 }, { when: { model: 'other' }, text: 'I can.' });
  expect(textOf(await all(modelsOn(server).modelFor('default')))).toContain('I can.');
  expect(asked()).toEqual([...Array.from({ length: tries }, () => 'main'), 'other']);
});

test.each<[Fault | undefined, FaultKind]>([['too_long', 'context_overflow']])(
  '%s is not sent on: no other model would fare better',
  async (fault, kind) => {
    server.play({ fault, times: 9 } as never);
    expect((await faultIn(all(modelsOn(server).modelFor('default')))).fault).toBe(kind);
    expect(asked()).toEqual(['main']);
  },
);

test('a model that fails again and again is left alone for a while, then tried once', async () => {
  const world = testWorld();
  const models = modelsOn(server, { breaker: { failures: 2, pause: '30s' } }, world);
  server.play({ when: { model: 'main' }, fault: 'server_error', times: 3 });
  await all(models.modelFor('default'));
  expect(models.restingNames()).toEqual(['claude/main']);
  await all(models.modelFor('default'));
  expect(asked()).toEqual(['main', 'main', 'other', 'other']);

  await world.clock.moveTo(new Date(world.clock.now().getTime() + 31_000));
  await all(models.modelFor('default'));
  await all(models.modelFor('default'));
  expect(asked().slice(4)).toEqual(['main', 'other', 'other']);

  await world.clock.moveTo(new Date(world.clock.now().getTime() + 200_000));
  await all(models.modelFor('default'));
  await all(models.modelFor('default'));
  expect(asked().slice(7)).toEqual(['main', 'main']);
  expect(models.restingNames()).toEqual([]);
});

test('a model with nobody beside it is never left alone: it answers as soon as it is well', async () => {
  const models = modelsOn(server, { fallbacks: [], breaker: { failures: 2, pause: '30s' } });
  server.play({ fault: 'server_error', times: 9 });
  for (let turn = 1; turn <= 3; turn++) await faultIn(all(models.modelFor('default')));
  expect(models.restingNames()).toEqual([]);
  expect(textOf(await all(models.modelFor('default')))).toBe('ok');
  expect(asked()).toHaveLength(10);
});

test('when all are left alone each is asked once even so', async () => {
  const models = modelsOn(server, { breaker: { failures: 2, pause: '30s' } });
  server.play({ fault: 'server_error', times: 4 });
  await faultIn(all(models.modelFor('default')));
  expect(models.restingNames()).toEqual(['claude/main', 'gpt/other']);
  server.reset();
  server.play({ fault: 'server_error', times: 2 });
  expect((await faultIn(all(models.modelFor('default')))).fault).toBe('transient');
  expect(asked()).toEqual(['main', 'other']);
  expect(textOf(await all(models.modelFor('default')))).toBe('ok');
  expect(models.restingNames()).toEqual(['gpt/other']);
});

test('who is left alone is asked when the one that was not has failed too', async () => {
  const models = modelsOn(server, { breaker: { failures: 2, pause: '30s' } });
  server.play({ when: { model: 'main' }, fault: 'server_error', times: 2 });
  await all(models.modelFor('default'));
  server.reset();
  server.play({ when: { model: 'other' }, fault: 'unauthorized', times: 9 });
  expect(textOf(await all(models.modelFor('default')))).toBe('ok');
  expect(asked()).toEqual(['other', 'main']);
});

test.each<[Fault, RegExp]>([
  ['server_error', /cannot be reached right now.*try again/],
  ['unauthorized', /refuses my key.*owner.*`models`/],
  ['no_such_model', /does not have the configured model.*owner.*`models`/i],
  ['html', /not the model’s service.*owner.*`models`/],
  ['no_credit', /no credit left/],
  ['invalid_json', /could not read.*try again/],
])('when every model answers %s, the person reads why and what goes on without', async (fault, sentence) => {
  server.play({ fault, times: 99 });
  const none = await faultIn(all(modelsOn(server).modelFor('default')));
  const { why = '' } = none instanceof NoModel ? none : {};
  expect(why).toMatch(sentence);
  expect(why).toMatch(/What needs no model goes on/);
  expect(why).not.toContain(KEY);
  expect(why).not.toMatch(/[{<]|Error|http/);
});

test('a busy model with nobody beside it is waited for as long as it asks', async () => {
  server.play({ fault: 'rate_limited', retryAfter: 0 }, { text: 'Now.' });
  expect(textOf(await all(modelsOn(server, { fallbacks: [] }).modelFor('default')))).toBe('Now.');
});

test('stopping while waiting for a busy model is heard at once', async () => {
  server.play({ fault: 'rate_limited', retryAfter: 9 });
  const stop = new AbortController();
  const answer = faultIn(all(modelsOn(server, { fallbacks: [] }).modelFor('default'), request(), stop.signal));
  await (await server.arrived(1)).left;
  stop.abort();
  expect((await answer).fault).toBe('cancelled');
});

test('with only a vendor’s key configured, a usual model of the vendor is taken', () => {
  const models = modelsOn(server, {
    default: undefined,
    light: undefined,
    heavy: undefined,
    fallbacks: [],
    providers: { anthropic: { kind: 'anthropic', api_key: KEY } },
  });
  expect(models.nameOf('default')).toMatch(/^anthropic\/claude-sonnet/);
  expect(models.nameOf('light')).toMatch(/^anthropic\/claude-haiku/);
});
