/** Services that take a request and are silent: who answers instead, and when. The timers are the test's. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  countersOf,
  type Model,
  ModelError,
  type ModelEvent,
  type ModelUsage,
  NoModel,
} from '../../../src/agent/index.ts';
import { requestModel } from '../../../src/agent/inference/request-model.ts';
import { routeModels } from '../../../src/agent/models/failover.ts';
import { Breaker } from '../../../src/base/breaker.ts';
import { models as block } from '../../../src/config/models.ts';
import { all, request, textOf } from '../../support/model-contract.ts';
import { ModelServer } from '../../support/model-server/index.ts';
import { modelsOn as anyModelsOn } from '../../support/models.ts';
import { testWorld } from '../../support/world.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await ModelServer.start();
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  server.release();
  server.reset();
});
afterAll(() => server.close());

const SECOND = 1_000;
/** The scripted server stands for a service on the Internet. */
const modelsOn = (on: ModelServer, changes: Record<string, unknown> = {}, world = testWorld()) =>
  anyModelsOn(on, { local_silence: '75s', ...changes }, world);
const silent = (model: string) => ({ when: { model }, fault: 'held' as const, text: 'Too late.', times: 9 });
const asked = () => server.requests.map(({ body }) => body.model);

/** An answer as it comes, and whether it is there. */
function listen(model: Model, signal?: AbortSignal) {
  const heard = { done: false, events: [] as ModelEvent[] };
  const answer = all(model, request(), signal).then((events) => Object.assign(heard, { done: true, events }));
  // Some tests look at it later than it fails.
  answer.catch(() => {});
  return { heard, answer };
}

/** What the person is told where no model answers. */
const whyNot = async (answer: Promise<unknown>): Promise<string> =>
  answer.then(String, (error: unknown) => String(error instanceof NoModel ? error.why : error));

test('a fallback is asked within 30 seconds, answers, and the silent request ends', async () => {
  server.play(silent('main'), { when: { model: 'other' }, text: 'Here.' });
  const { answer } = listen(modelsOn(server).modelFor('default'));
  const first = await server.arrived(1);
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  const { events } = await answer;
  expect(textOf(events)).toBe('Here.');
  expect(asked()).toEqual(['main', 'other']);
  expect(await first.left).toBe(true);
  expect(events.filter(({ type }) => type === 'begin')).toEqual([
    { type: 'begin', model: 'claude/main' },
    { type: 'begin', model: 'gpt/other' },
  ]);
});

test('each further fallback is asked while all before it are silent', async () => {
  server.play(silent('main'), silent('other'), { when: { model: 'third' }, text: 'Here.' });
  const { answer } = listen(modelsOn(server, { fallbacks: ['gpt/other', 'gpt/third'] }).modelFor('default'));
  await server.arrived(1);
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  await server.arrived(2);
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  expect(textOf((await answer).events)).toBe('Here.');
  expect(asked()).toEqual(['main', 'other', 'third']);
  expect(await Promise.all(server.requests.slice(0, 2).map(({ left }) => left))).toEqual([true, true]);
});

test('who was only slow answers when it speaks first, and the fallback is given up', async () => {
  server.play({ ...silent('main'), text: 'Slowly.' }, { when: { model: 'other' }, fault: 'never_ends' });
  const models = modelsOn(server);
  const { answer } = listen(models.modelFor('default'));
  await server.arrived(1);
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  const second = await server.arrived(2);
  server.release();
  const { events } = await answer;
  expect(textOf(events)).toBe('Slowly.');
  expect(await second.left).toBe(true);
  expect(models.restingNames()).toEqual([]);
});

test('when all are silent, the person reads so within 90 seconds', async () => {
  server.play(silent('main'), silent('other'));
  const { answer } = listen(modelsOn(server).modelFor('default'));
  await server.arrived(1);
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  await server.arrived(2);
  await vi.advanceTimersByTimeAsync(69 * SECOND);
  expect(await whyNot(answer)).toMatch(/cannot be reached right now/);
  expect(asked()).toEqual(['main', 'other']);
});

test('a silent model with nobody beside it is not asked again: the person reads so within 90 seconds', async () => {
  server.play(silent('main'));
  const { answer } = listen(modelsOn(server, { fallbacks: [] }).modelFor('default'));
  await server.arrived(1);
  await vi.advanceTimersByTimeAsync(80 * SECOND);
  expect(await whyNot(answer)).toMatch(/cannot be reached right now/);
  expect(asked()).toEqual(['main']);
});

test('a failure just before the silence does not make the wait longer', async () => {
  server.play({ when: { model: 'main' }, fault: 'server_error' }, silent('main'));
  const { answer } = listen(modelsOn(server, { fallbacks: [] }).modelFor('default'));
  await server.arrived(2);
  await vi.advanceTimersByTimeAsync(86 * SECOND);
  expect(await whyNot(answer)).toMatch(/cannot be reached right now/);
});

test('a model that is silent again and again is left alone, so that nobody waits for it', async () => {
  const models = modelsOn(server, {}, testWorld());
  server.play(silent('main'), { when: { model: 'other' }, text: 'Here.', times: 9 });
  for (let turn = 1; turn <= 3; turn++) {
    const { answer } = listen(models.modelFor('default'));
    await server.arrived(2 * turn - 1);
    await vi.advanceTimersByTimeAsync(20 * SECOND);
    await answer;
  }
  expect(models.restingNames()).toEqual(['claude/main']);
  await listen(models.modelFor('default')).answer;
  expect(asked().slice(-2)).toEqual(['other', 'other']);
});

test('stopping is heard while two are asked, and after the second has begun to speak', async () => {
  server.play(silent('main'), silent('other'));
  const stop = new AbortController();
  const { answer } = listen(modelsOn(server).modelFor('default'), stop.signal);
  await server.arrived(1);
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  await server.arrived(2);
  stop.abort();
  await expect(answer).rejects.toMatchObject({ fault: 'cancelled' });
  expect(await Promise.all(server.requests.map(({ left }) => left))).toEqual([true, true]);

  server.reset();
  server.play(silent('main'), { when: { model: 'other' }, text: ['And ', 'so '], fault: 'endless_text' });
  const again = new AbortController();
  const reading = (async () => {
    for await (const { type } of modelsOn(server).modelFor('default').generate(request(), again.signal)) {
      if (type === 'text') again.abort();
    }
  })();
  const outcome = expect(reading).rejects.toMatchObject({ fault: 'cancelled' });
  await server.arrived(1);
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  await outcome;
});

test('what the request that was given up has cost is counted, where the service told', async () => {
  const usage = (input: number, output: number): ModelUsage => ({ input, cached: 0, output });
  const slow: Model = {
    name: 'a/slow',
    async *generate(_, signal) {
      yield { type: 'charged', model: 'a/slow', usage: usage(100, 1) };
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      throw new ModelError('cancelled', 'stopped');
    },
  };
  const quick: Model = {
    name: 'b/quick',
    async *generate() {
      yield { type: 'charged', model: 'b/quick', usage: usage(9, 0) };
      yield { type: 'text', text: 'Here.' };
      yield { type: 'usage', usage: usage(9, 2) };
      yield { type: 'stop', reason: 'end' };
    },
  };
  const { clock, log, metrics } = testWorld();
  const breaker = () => new Breaker(clock, { failures: 3, pauseMs: 30 * SECOND });
  const candidates = [slow, quick].map((model) => ({ model, breaker: breaker() }));
  const patience = { retryMs: 0, hedgeMs: 20 * SECOND, silenceMs: 75 * SECOND };
  const model = routeModels({ candidates, patience, log, calls: countersOf(metrics).calls });
  const answer = requestModel(model, request(), new AbortController().signal, { taken: new Set() });
  await vi.advanceTimersByTimeAsync(20 * SECOND);
  expect((await answer).used).toEqual([
    { model: 'a/slow', usage: usage(100, 1) },
    { model: 'b/quick', usage: usage(9, 2), firstMs: expect.any(Number) },
  ]);
});

describe('what is waited for by default', () => {
  const { silence, hedge } = block.schema.parse({}) as { silence: number; hedge: number };
  test('is less than people wait', () => {
    expect(hedge).toBeLessThanOrEqual(25 * SECOND);
    expect(silence).toBeLessThanOrEqual(80 * SECOND);
  });
});
