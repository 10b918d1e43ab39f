import { afterAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { meanings } from '../../support/embeddings.ts';
import { type PlayedPerson, play } from '../../support/play.ts';

const service = await meanings();
afterAll(() => service.close());

describe.each(testDatabases)('the buttons beside what is remembered, on $name', ({ name: engine, available }) => {
  const begin = async () => {
    const embedder = { 'memory.embedder.kind': 'openai-compatible', 'memory.embedder.base_url': service.url };
    const coda = await play({ engine, config: { ...embedder, 'memory.embedder.model': 'meanings' } });
    const [ana, bob] = [coda.person('ana', { role: 'member' }), coda.person('bob', { role: 'member' })];
    for (const one of [bob, coda.person('cleo')]) await one.says('hello');
    await ana.says('remember that I have a sofa in the cellar');
    await ana.says('remember that I am allergic to peanuts');
    await coda.passes({ seconds: 1 });
    const listed = await ana.says('/memory');
    const idOf = (words: string) => new RegExp(`\`(\\w+)\` [^\n]*${words}`).exec(listed)?.[1] as string;
    const [sofa, peanuts] = [idOf('sofa'), idOf('peanuts')];
    const buttonOf = (label: string) =>
      ana.seen().flatMap(({ buttons }) => buttons.filter((one) => one.label === label))[0]?.id as string;
    /** Who presses a button in Ana's conversation, and what is said there. */
    const press = async (who: string, button: string) => {
      const before = coda.platform.messages.length;
      await (await coda.press(who, ana.channel, button)).settled;
      await coda.app.whenSettled();
      return coda.platform.messages
        .slice(before)
        .map(({ text }) => text)
        .join();
    };
    return { coda, ana, bob, sofa, peanuts, buttonOf, press };
  };
  /** What is found in other words: by its vector alone. */
  const byMeaning = (ana: PlayedPerson) => ana.says('/memory couch');

  test.skipIf(!available)(
    'Forget takes it from the list and from every search, once, and undo brings it back',
    async () => {
      const { coda, ana, sofa, buttonOf, press } = await begin();
      await using _ = coda;
      expect(await byMeaning(ana)).toContain('sofa');
      const forget = buttonOf(`Forget ${sofa}`);
      expect(await press('ana', forget)).toMatch(/Forgotten: “I have a sofa in the cellar”\. .*30 days/);
      for (const question of ['/memory', '/memory couch', '/memory sofa', 'what do you know about the sofa?']) {
        expect(await ana.says(question), question).not.toContain('in the cellar');
      }
      expect(await ana.says('undo')).toContain('Taken back');
      expect(await ana.says('/memory')).toContain('sofa');
      expect(await byMeaning(ana)).toContain('sofa');
      // The button was used: pressed again it forgets nothing.
      expect(await press('ana', forget)).not.toContain('Forgotten');
      expect(await byMeaning(ana)).toContain('sofa');

      await ana.presses(`Forget ${sofa}`);
      expect(await coda.count('memory_vectors')).toBe(2);
      await coda.sleepsFor({ days: 32 });
      expect(await coda.count('memories')).toBe(1);
      expect(await coda.count('memory_vectors')).toBe(1);
    },
  );

  test.skipIf(!available)(
    'Correct asks, and the answer takes its place, also after another was forgotten',
    async () => {
      const { coda, ana, sofa, peanuts, buttonOf, press } = await begin();
      await using _ = coda;
      const correct = buttonOf(`Correct ${peanuts}`);
      await press('ana', buttonOf(`Forget ${sofa}`));
      expect(await press('ana', correct)).toContain('What is right instead?');
      // Until it is answered it can be asked again.
      expect(await press('ana', correct)).toContain('What is right instead?');
      expect(await ana.says('I am allergic to walnuts')).toContain('Corrected: “I am allergic to walnuts” instead of');
      const list = await ana.says('/memory');
      expect(list).toContain('I remember 1 thing');
      expect(list).toContain('walnuts');
      expect(await ana.says('/memory allergic')).toMatch(
        /I am allergic to walnuts[\s\S]*Before that:\n.*I am allergic to peanuts.*no longer so/,
      );
      expect(await press('ana', correct)).toContain('Something newer says otherwise');
      expect(await ana.says('undo')).toContain('Forgotten');
      expect(await ana.says('/memory')).toMatch(/I remember 1 thing[\s\S]*peanuts/);
    },
  );

  test.skipIf(!available)('nobody else can press them, an owner neither', async () => {
    const { coda, ana, bob, sofa, peanuts, buttonOf, press } = await begin();
    await using _ = coda;
    for (const who of ['bob', 'cleo']) {
      expect(await press(who, buttonOf(`Forget ${sofa}`))).not.toContain('Forgotten');
      expect(await press(who, buttonOf(`Correct ${peanuts}`))).not.toContain('What is right instead?');
    }
    await bob.says('I am allergic to walnuts');
    expect(await ana.says('/memory')).toMatch(/I remember 2 things/);
    expect(await coda.count(`memories where state <> 'current'`)).toBe(0);
    expect(await press('ana', buttonOf(`Forget ${sofa}`))).toContain('Forgotten');
  });
});
