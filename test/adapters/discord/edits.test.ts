import { describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { inTwo, playDiscord } from '../../support/discord/play.ts';

describe('an edit that Discord refuses for good', () => {
  const refusal = (status: number, code: number) => ({
    ...{ status, foreign: JSON.stringify({ code, message: 'refused' }), type: 'application/json' },
  });

  // docs.discord.com/developers/topics/opcodes-and-status-codes#json: of another application's message, of an old one too
  // often, and by the rules of the server against some words.
  test.each([
    { status: 403, code: 50005 },
    { status: 400, code: 30046 },
    { status: 400, code: 200000 },
  ])('($code) leaves the message as it is, and the rest is one further message', async ({ status, code }) => {
    const go = deferred();
    await using play = await playDiscord({ model: inTwo(go.promise) });
    let edits = 0;
    play.fake.rest.fault = ({ method }) => (method === 'PATCH' && ++edits > 0 ? refusal(status, code) : undefined);
    play.asks('go on');
    await play.hears('first words');
    go.resolve();
    await play.hears('and the last');
    await play.settled();
    expect(play.fake.said(play.general).map(({ content }) => content)).toEqual(['first words', 'and the last']);
    expect(edits).toBeLessThanOrEqual(2);
    const { rows } = await play.database.read(`select error from outbox where state <> 'sent'`);
    expect(rows).toEqual([]);
  });
});
