import { describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { play } from '../support/play.ts';
import { echo, ScriptedModel } from '../support/scripted-model.ts';

/** What no database takes as text: a zero character, and halves of a pair. */
const ODD = 'a\u0000b\ud800c\udc00';

describe.each(testDatabases)('odd characters on $name', ({ name, available }) => {
  test.skipIf(!available)('a message that holds them is answered', async () => {
    await using coda = await play({ engine: name, model: echo() });
    expect(await coda.person('ana').says(`hello ${ODD}`)).toContain('you said: hello a');
  });

  test.skipIf(!available)('somebody who is called by them is met', async () => {
    await using coda = await play({ engine: name, model: echo() });
    expect(await coda.person(`ana ${ODD}`, { channel: 'dm-ana' }).says('hello')).toBe('you said: hello');
  });

  test.skipIf(!available)('an answer and a call that hold them are carried out', async () => {
    const model = new ScriptedModel([{ call: 'note_save', input: { text: `milk ${ODD}` } }], [`noted ${ODD}`]);
    await using coda = await play({ engine: name, model });
    expect(await coda.person('ana').says('note it')).toContain('noted a');
    expect(await coda.count('notes')).toBe(1);
  });

  test.skipIf(!available)('a message of many exclamation marks is not looked through for a label', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const ana = coda.person('ana');
    await ana.says('/forget');
    const text = `${'!'.repeat(500_000)}x`;
    // It does not fit the model's window as a whole.
    expect(await ana.says(text)).toMatch(/^you said: !{1000}.*x$/s);
  });

  test.skipIf(!available)('a message of very many words is answered and remembered', async () => {
    const model = new ScriptedModel((request) => [`${request.messages.length} so far`]);
    await using coda = await play({ engine: name, model });
    const ana = coda.person('ana');
    const words = Array.from({ length: 160_000 }, (_, index) => index.toString(36)).join(' ');
    expect(await ana.says(words)).toBe('1 so far');
    expect(await ana.says('and?')).toBe('3 so far');
  });
});
