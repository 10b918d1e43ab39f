import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ModelError } from '../../src/agent/index.ts';
import { createLog, Secrets } from '../../src/base/log.ts';
import { commonMarkLinks, discordLinks, slackLinks } from '../support/live-links.ts';
import { type Fault, KEY, ModelServer } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';
import { type Play, play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

let server: ModelServer;
let coda: Play;
let logged = '';

beforeAll(async () => {
  server = await ModelServer.start();
  coda = await play({ config: modelConfig(server, { silence: '300ms', breaker: { failures: 100 } }) });
  // A log that hides nothing: what it must not say may not even be tried.
  const stream = new Writable({
    write(chunk, _, next) {
      logged += chunk;
      next();
    },
  });
  Object.assign(coda.world, { log: createLog('trace', new Secrets(), stream) });
  await coda.restart();
});
beforeEach(() => {
  logged = '';
});
afterEach(async () => {
  server.reset();
  // A model that asked to be left alone is asked again.
  await coda.passes({ minutes: 11 });
});
afterAll(async () => {
  await coda[Symbol.asyncDispose]();
  await server.close();
});

const TRY_LATER = /cannot be reached right now\. Please try again in a moment\./;
const OWNER = /The owner can .* `models` block/;
const UNREADABLE = /answered with something I could not read\. Please try again\./;
const GOES_ON = /What needs no model goes on meanwhile/;

const faults: [Fault, RegExp][] = [
  ['server_error', TRY_LATER],
  ['overloaded', TRY_LATER],
  ['overloaded_midway', TRY_LATER],
  ['cut', TRY_LATER],
  ['never_ends', TRY_LATER],
  ['rate_limited', /busy and asked me to wait\. Please try again in a minute\./],
  ['unauthorized', OWNER],
  ['no_such_model', OWNER],
  ['html', OWNER],
  ['no_credit', /the account there has no credit left/],
  ['invalid_json', UNREADABLE],
  ['megabyte', UNREADABLE],
  ['bad_request', /refuses what I send it, and would refuse it again\. `\/model` tells the owner why\./],
];

test.each(faults)(
  'when the only model answers %s, the person reads a sentence with its remedy',
  async (fault, says) => {
    server.play({ fault, retryAfter: 60, text: ['piece ', 'by ', 'piece'], times: 99 });
    const text = await coda.person('ana').says('why is the sky blue?');
    expect(text.split('\n').at(-1)).toMatch(says);
    expect(text).toMatch(GOES_ON);
    noSecrets(text);
  },
);

test('with all models down reminders are set, listed and told, and it is said why no more goes', async () => {
  const dora = coda.person('dora');
  server.play({ fault: 'unauthorized', times: 99 });
  expect(await dora.says('remind me in 10 minutes to call Bob')).toMatch(/call Bob on[\s\S]*refuses my key.*goes on/);
  expect(await dora.says('list my reminders')).toMatch(/^1 pending reminder:\n1\. call Bob[\s\S]*refuses my key/);
  await coda.passes({ minutes: 11 });
  expect(dora.heard('⏰ call Bob')).toHaveLength(1);
});

test('what coda says to a model of an empty answer is not taken for the person’s words', async () => {
  const nora = coda.person('nora');
  server.play({ text: '' }, { fault: 'unauthorized', times: 99 });
  expect(await nora.says('note that milk is out')).toMatch(/milk is out[\s\S]*refuses my key/);
});

test('where not even this message by itself fits, nobody is sent to begin a new conversation', async () => {
  const bob = coda.person('bob');
  await bob.says('hello');
  server.play({ fault: 'too_long', times: 99 });
  const text = await bob.says('why is the sky blue?');
  expect(text).toMatch(/too small for what I have to tell it.*owner can start the model with a larger one/);
  noSecrets(text);
});

test('where not even a new conversation fits, the person is not sent to begin one', async () => {
  const message = "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.";
  server.play({ sends: { status: 400, body: JSON.stringify({ error: { message, code: 400 } }) }, times: 99 });
  const text = await coda.person('kim').says('why is the sky blue?');
  expect(text).toMatch(/window \(4,096 tokens\) is too small.*owner can start the model with a larger one/);
});

test('a refusal is told', async () => {
  server.play({ stop: 'refused' });
  const text = await coda.person('eve').says('why is the sky blue?');
  expect(text).toMatch(/^The model declined to answer that\. I leave it out/);
});

test('the log says which model failed, and how', async () => {
  server.play({ fault: 'unauthorized', times: 9 });
  await coda.person('ana').says('why is the sky blue?');
  expect(logged).toContain('auth_expired');
  expect(logged).toContain('claude/main');
});

function noSecrets(text: string): void {
  for (const place of [text, logged]) {
    expect(place).not.toContain(KEY);
    expect(place).not.toMatch(/\n\s+at |\\n\s+at |<html|<!doctype|"error":\{|"type":"error"/);
  }
  expect(text).not.toMatch(/[{<]|\bat .*\.ts|Error:/);
}

test('a service’s own words are quoted as code, so that no link in them is live', async () => {
  const told = 'Bad `input`: see https://evil.example/x and [docs](https://evil.example/y) <@U1>';
  const refused = new ModelError('refused', 'It refuses.', { reason: 'rejected', told });
  await using one = await play({ model: new ScriptedModel([{ fails: refused }]) });
  const said = await one.person('ana').says('hello');
  expect(said).toContain("Its service says: `Bad 'input': see https://evil.example/x");
  expect([...discordLinks(said), ...commonMarkLinks(said), ...slackLinks({ kind: 'error', text: said })]).toEqual([]);
});
