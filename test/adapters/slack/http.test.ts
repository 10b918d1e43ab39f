import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isFromSlack, payloadOf } from '../../../src/adapters/slack/requests.ts';
import { eventually } from '../../support/eventually.ts';
import { buttonsOf } from '../../support/slack/index.ts';
import { echo, playSlack, type SlackPlay } from '../../support/slack/play.ts';

const SECRET = 'shhh-signing';

function signed(raw: string, at: number, secret = SECRET) {
  const timestamp = String(Math.floor(at / 1_000));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${raw}`).digest('hex')}`;
  return { timestamp, signature };
}

/** Sends what a socket would have brought as Slack's request. */
async function post(play: SlackPlay, { type, payload }: { type: string; payload: unknown }, secret = SECRET) {
  const isEvent = type === 'events_api';
  const form = type === 'interactive' ? { payload: JSON.stringify(payload) } : (payload as Record<string, string>);
  const raw = isEvent ? JSON.stringify(payload) : new URLSearchParams(form).toString();
  const { timestamp, signature } = signed(raw, play.world.clock.now().getTime(), secret);
  const { port } = play.app.http?.address ?? { port: 0 };
  return fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
    },
    body: raw,
  });
}

const byHttp = { slack: { mode: 'http', signing_secret: SECRET }, config: { 'http.listen': '127.0.0.1:0' } };

describe('over HTTP', () => {
  test('events are answered once they are stored, commands and presses too; no socket is opened', async () => {
    await using play = await playSlack(byHttp);
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    play.asks('note: buy milk', { channel: dm });
    const event = fake.sockets.delivered.at(-1)!;
    expect((await post(play, event)).status).toBe(200);
    expect((await play.database.read('select from inbox')).rows.length).toBe(1);
    await play.hears('buy milk', dm);
    // Slack sends again what it takes for lost.
    expect((await post(play, event)).status).toBe(200);

    expect((await post(play, fake.uses(ana, dm, '/notes'))).status).toBe(200);
    await play.hears(/1 note|Your notes/, dm);
    const card = fake.said(dm).find((each) => buttonsOf(each).length > 0)!;
    const press = fake.presses(ana, card, 'Undo');
    expect((await post(play, press)).status).toBe(200);
    expect((await post(play, press)).status).toBe(200);
    await play.hears(/Taken back|Deleted|undone/i, dm);
    const refused = await post(play, fake.uses(ana, dm, '/coda', ' '));
    expect(await refused.json()).toMatchObject({ response_type: 'ephemeral' });
    expect((await post(play, fake.opensHome(ana))).status).toBe(200);
    expect(await eventually(() => fake.homes.has(ana.id))).toBe(true);
    await play.settled();
    // The note was made once, and its Undo pressed once.
    expect((await play.database.read('select from notes where deleted_at is null')).rows).toHaveLength(0);
    expect(fake.sockets.connects).toBe(0);
    expect(await play.app.checks.run()).toContainEqual(expect.objectContaining({ name: 'slack', ok: true }));
  });

  test('what is not signed by Slack, or cannot be stored, is not taken', async () => {
    await using play = await playSlack({ ...byHttp, model: echo });
    const { fake, ana } = play;
    play.asks('let me in', { channel: fake.dm(ana) });
    const event = fake.sockets.delivered.at(-1)!;
    const forged = await post(play, event, 'another secret');
    expect(forged.status).toBe(401);
    expect(await forged.text()).not.toContain(SECRET);
    const challenge = await post(play, { type: 'events_api', payload: { type: 'url_verification', challenge: 'abc' } });
    expect(await challenge.text()).toBe('abc');
    expect((await post(play, { type: 'events_api', payload: [] })).status).toBe(200);
    expect((await play.database.read('select from inbox')).rows).toEqual([]);
  });

  test('without coda’s HTTP server is refused at the start', async () => {
    await using play = await playSlack({ slack: byHttp.slack, asleep: true });
    await expect(play.start()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('a signature', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  const check = (raw: string, { timestamp, signature }: ReturnType<typeof signed>) =>
    isFromSlack({ raw: Buffer.from(raw), timestamp, signature }, SECRET, now);

  test('holds for its body, its secret and five minutes', () => {
    expect(check('{}', signed('{}', now))).toBe(true);
    expect(check('{}', signed('{}', now - 299_000))).toBe(true);
    expect(check('{ }', signed('{}', now))).toBe(false);
    expect(check('{}', signed('{}', now, 'x'))).toBe(false);
    expect(check('{}', signed('{}', now - 301_000))).toBe(false);
    expect(check('{}', signed('{}', now + 301_000))).toBe(false);
    for (const signature of ['', 'v0=', `v1=${'a'.repeat(64)}`, `v0=${'a'.repeat(64)}`]) {
      expect(check('{}', { ...signed('{}', now), signature })).toBe(false);
    }
    for (const timestamp of ['', 'now', '1e9', '-5'])
      expect(check('{}', { ...signed('{}', now), timestamp })).toBe(false);
  });

  test('bodies that are neither JSON nor a form of it are nothing', () => {
    expect(payloadOf(Buffer.from('{"a":1}'), 'application/json')).toEqual({ a: 1 });
    expect(payloadOf(Buffer.from('payload=%7B%22a%22%3A1%7D'), 'application/x-www-form-urlencoded')).toEqual({ a: 1 });
    expect(payloadOf(Buffer.from('payload=%7B'), 'application/x-www-form-urlencoded')).toBeUndefined();
    expect(payloadOf(Buffer.from('nonsense'), 'application/json')).toBeUndefined();
  });
});
