import { describe, expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { BrowserChat } from './places-support.ts';
import { Programs } from './support.ts';

interface Entries {
  entries: { by: string; text: string; at: string; blocks?: unknown[] }[];
  more: boolean;
}

describe.each(testDatabases)('conversations of 30 days on $name', ({ name, available }) => {
  test.skipIf(!available)('each opens whole where inbox and outbox keep three', async () => {
    const model = new ScriptedModel((request) => [`I heard: ${lastSaid(request)}`]);
    await using programs = await Programs.begin({ engine: name, model, config: { 'retention.days': 3 } });
    await programs.coda.person('ana').says('hello');
    let browser = await BrowserChat.signIn(programs, 'ana');
    await browser.post('/v1/messages', { text: '/schedule every day at 12 tell me a joke', conversation: 'daily' });
    const said: string[] = [];
    for (let day = 0; day < 30; day += 2) {
      for (const conversation of ['plans', 'main']) {
        await browser.post('/v1/messages', { text: `the plan of day ${day}`, conversation });
      }
      said.push(`the plan of day ${day}`, `I heard: the plan of day ${day}`);
      await programs.coda.passes({ days: 2 });
      browser = await BrowserChat.signIn(programs, 'ana');
    }
    expect(await programs.coda.count('inbox')).toBeLessThan(12);

    const entries = async (id: string, query: string) =>
      (await (await browser.get(`/v1/chats/${id}/entries?${query}`)).json()) as Entries;
    for (const conversation of ['plans', 'main']) {
      const whole = await entries(conversation, 'limit=200');
      expect(whole.entries.map(({ text }) => text)).toEqual(said);
      expect(whole.entries.every(({ by, blocks }) => by === 'you' || blocks?.length === 1)).toBe(true);
      expect(whole.more).toBe(false);
      // By pages, as the page reads them.
      const seen: string[] = [];
      for (let query = 'limit=5'; ; ) {
        const { entries: page, more } = await entries(conversation, query);
        seen.unshift(...page.map(({ text }) => text).filter((text) => !seen.includes(text)));
        if (!more) break;
        query = `limit=5&before=${page[0]?.at}`;
      }
      expect(seen).toEqual(said);
    }
    // The prompt of a schedule is no message of the person's.
    const daily = (await entries('daily', 'limit=200')).entries;
    expect(daily.filter(({ by }) => by === 'assistant').length).toBeGreaterThan(20);
    expect(daily.filter(({ by }) => by === 'you')).toEqual([]);
  });
});
