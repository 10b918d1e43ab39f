import { describe, expect, test } from 'vitest';
import { Play } from '../support/play.ts';

/** Friday 20 November 2026, 09:00 in Berlin, without any model. */
const play = () => Play.begin();

describe('without a model, over the whole way of a message', () => {
  test('a reminder is set, heard, put off, and done', async () => {
    await using coda = await play();
    const ana = coda.person('ana');

    expect(await ana.says('remind me to call Bob in 20 minutes')).toContain('to call Bob on Fri 20 Nov at 09:20');
    await coda.passes({ minutes: 20 });
    expect(ana.seen().at(-1)?.text).toContain('call Bob');
    expect(await ana.presses('Snooze 10 min')).toContain('again on Fri 20 Nov at 09:30');
    await coda.passes({ minutes: 10 });
    expect(await ana.says('done')).toContain('Done: “call Bob”');
    expect(await ana.says('what are my reminders?')).toContain('You have no reminders');
    expect(await ana.says('undo')).toContain('Taken back');
    expect(await ana.says('my reminders')).toContain('call Bob — due since Fri 20 Nov 09:20');
  });

  test('what is missing is asked for, and the answer completes it', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    expect(await ana.says('remind me to call Bob')).toContain('When should I remind you to call Bob?');
    expect(await ana.says('tomorrow at 9')).toContain('on Sat 21 Nov at 09:00');
  });

  test('a word that has no place is no reminder: the nearest requests are offered, and a press does one', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    expect(await ana.says('water the plants tomorrow at 9')).toContain('Is it one of these?');
    expect(await coda.count('reminders')).toBe(0);
    await ana.presses('Set a reminder: “water the plants”, tomorrow at 9');
    expect(await ana.says('what are my reminders')).toContain('water the plants');
  });

  test('an ambiguous name is asked about, and a button settles it', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('remind me to buy milk for Ana tomorrow at 9');
    await ana.says('remind me to buy milk for Bob tomorrow at 10');
    expect(await ana.says('cancel the milk reminder')).toContain('Which reminder do you mean?');
    expect(await ana.presses('buy milk for Bob (Sat 21 Nov 10:00)')).toContain(
      'Deleted the reminder “buy milk for Bob”',
    );
    expect(await ana.says('/reminders')).toContain('1 pending reminder');
  });

  test('notes are kept and found, and two requests in one message are both carried out', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    expect(await ana.says('note: the boiler was serviced in May #home')).toContain('Noted');
    const both = await ana.says('remind me to call Max tomorrow at 9 and add a note: Max is the plumber');
    expect(both).toContain('to call Max on Sat 21 Nov');
    expect(both).toContain('Noted: “Max is the plumber”');
    expect(await ana.says('what did I note about boilers?')).toContain('serviced in May');
    expect(await ana.says('show notes tagged home')).toContain('1 note tagged #home');
    expect(await ana.says('take that back')).not.toContain('did not understand');
  });

  test('moving zone offers to take the series along', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('set my timezone to Berlin');
    await ana.says('remind me every day at 9 to stretch');
    expect(await ana.says("I'm in Tokyo now")).toContain('Asia/Tokyo');
    expect(await ana.presses('Move my reminders too')).toContain('Moved your recurring reminder');
    expect(await ana.says('what time is it?')).toContain('17:00');
  });

  test('what is not understood does nothing and says how to go on', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    for (const text of ["don't remind me about the milk", 'the weather is nice', 'remind Bob to call me at 5']) {
      expect(await ana.says(text)).not.toMatch(/noted|remind you/i);
    }
    expect(await coda.count('reminders')).toBe(0);
    expect(await coda.count('notes')).toBe(0);
    expect(await ana.says('thanks')).toBe("You're welcome.");
    expect(await ana.says('help')).toContain('/help reminders');
  });

  test('help shows a few requests that one would make, each of which works', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    const help = (await ana.says('/help all')) ?? '';
    const examples = [...(help.split('Reminders:')[0] ?? '').matchAll(/^- (.+)$/gm)].map(([, example = '']) => example);
    expect(examples.length).toBeGreaterThan(8);
    expect(examples.length).toBeLessThan(18);
    for (const example of examples) {
      // What changes or asks for a thing has been made by one of them, or is not there yet.
      const isMade = !/^(?:move|what's the wifi)/.test(example);
      if (isMade) expect(await ana.says(example), example).not.toContain('did not understand');
    }
    expect(await ana.says('where is the spare key?')).toContain('with Ana');
  });

  test('a reminder that fell due while coda was off is said once, marked late', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('remind me to call Bob at 10am');
    await coda.app.stop();
    await coda.world.clock.moveTo(new Date('2026-11-20T12:00:00Z'));
    await coda.start();
    await coda.passes({ minutes: 1 });
    await coda.restart();
    await coda.passes({ minutes: 1 });
    const late = ana.seen().filter(({ text }) => text.includes('(was due at 10:00)'));
    expect(late).toHaveLength(1);
  });
});
