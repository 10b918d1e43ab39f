/** A text that was given is a slice of the message, in one form of its letters, and is found however it is spelt. */
import { expect, test } from 'vitest';
import { play } from '../support/play.ts';

const newest = `select text from notes order by seq desc limit 1`;

test.each([
  ['note: < 5 mg a day', '< 5 mg a day'],
  ['note: ≤ 5 mg', '≤ 5 mg'],
  ['note: ± 3', '± 3'],
  ['note: ≠ the same', '≠ the same'],
  ['note: → Berlin', '→ Berlin'],
  ['note: > quoted', '> quoted'],
  ['note: * starred', '* starred'],
  ['note: *bold* move', '*bold* move'],
  ['note: a  double  blank', 'a  double  blank'],
  ['note: it costs 5 €', 'it costs 5 €'],
  ['note: costs $ 5', 'costs $ 5'],
  ['note: 3 > 2 *', '3 > 2 *'],
  ['note that < 5 mg a day is fine', '< 5 mg a day is fine'],
  ['note: buy milk.', 'buy milk'],
  ['note - buy milk', 'buy milk'],
  ['/note < 5 mg  a day', '< 5 mg  a day'],
])('of %s the note is %s', async (said, text) => {
  await using coda = await play();
  await coda.person('ana').says(said);
  expect((await coda.database().read(newest)).rows).toEqual([{ text }]);
});

test.each([
  ['remind me to take < 5 mg tomorrow at 9:00', 'take < 5 mg'],
  ['remind me tomorrow at 9:00 to pay 5 €', 'pay 5 €'],
  ['remind me to pay 5 € tomorrow at 9:00', 'pay 5 €'],
  ['remind me to ≤ 3 things tomorrow at 9:00', '≤ 3 things'],
])('of %s the reminder is %s', async (said, text) => {
  await using coda = await play();
  await coda.person('ana').says(said);
  expect((await coda.database().read('select text from reminders')).rows).toEqual([{ text }]);
});

test('letters come in one form, and tags have the marks of their letters', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says('/note cafe\u0301 opens at 8 #cafe\u0301');
  expect((await coda.database().read('select text, tags from notes')).rows).toEqual([
    { text: 'caf\u00e9 opens at 8 #caf\u00e9', tags: ['caf\u00e9'] },
  ]);
  expect(await ana.says('/notes caf\u00e9')).toContain('opens at 8');
  for (const tag of ['दूध', 'น้ำ', 'தமிழ்']) {
    await ana.says(`/note one of ${tag.length} #${tag}`);
    expect(await ana.says(`/notes #${tag}`)).toContain(`one of ${tag.length}`);
  }
});

test.each([
  ['die Straße ist gesperrt', 'strasse'],
  ['die Strasse ist gesperrt', 'straße'],
  ['Goethe liest vor', 'göthe'],
  ['Müller ruft an', 'mueller'],
  ['ＢＥＲＬＩＮ trip', 'berlin'],
  ['Berlin trip', 'ＢＥＲＬＩＮ'],
  ['the ﬁnal round', 'final'],
])('“%s” is found by “%s”', async (text, query) => {
  await using coda = await play();
  const ana = coda.person('ana');
  await ana.says(`/note ${text}`);
  await ana.says('/note something else');
  expect(await ana.says(`/notes ${query}`)).toContain(text.split(' ')[1]);
  await ana.says(`/remind me to ${text} tomorrow at 9:00`);
  await ana.says(`delete the ${query} reminder`);
  expect(await coda.count(`reminders where state = 'pending'`)).toBe(0);
});
