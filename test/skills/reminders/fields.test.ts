import { expect, test } from 'vitest';
import { z } from 'zod';
import { delivery } from '../../../src/skills/reminders/fields/fields.ts';
import { reminders } from '../../../src/skills/reminders/reminder.ts';

const { standard, inputs, shown } = delivery;
const full = {
  ...standard,
  toDm: true,
  urgent: true,
  catchUp: 'skip',
  nag: 90,
  thenTarget: 'abc',
  thenMinutes: 30,
} satisfies typeof standard;

test('a record shows each field as a body takes it', () => {
  const record = delivery.show(full);
  expect(record).toMatchObject({
    dm: true,
    urgent: true,
    catch_up: 'skip',
    nag: '90 minutes',
    escalate: { to: 'abc', after: '30 minutes' },
  });
  expect(z.strictObject(inputs).parse(record)).toEqual(record);
  expect(z.strictObject(shown).parse(delivery.show(standard))).toMatchObject({
    dm: false,
    urgent: false,
    catch_up: null,
    nag: null,
    escalate: null,
  });
});

test('flags are read by their fields, and a fault of one is the answer', () => {
  const flags = (said: Record<string, string>) => delivery.readFlags(new Map(Object.entries(said)));
  expect(flags({ urgent: '', nag: '', escalate: 'bo after 1 hour' })).toEqual({
    urgent: true,
    nag: '10 minutes',
    escalate: { to: 'bo', after: '1 hour' },
  });
  expect(flags({ urgent: 'very' })).toMatchObject({ ok: false, code: 'INVALID_INPUT' });
  expect(delivery.flags).toEqual(expect.arrayContaining(['urgent', 'nag', 'escalate']));
});

test('null takes away what nothing stands for by itself, and a change of several fields is told whole', () => {
  const taken = { catch_up: null, nag: null, escalate: null };
  expect(z.strictObject(inputs).parse(taken)).toEqual(taken);
  expect(z.strictObject(inputs).safeParse({ urgent: null }).success).toBe(false);
  expect(delivery.answer({ ...standard, text: 'the oven' }, { urgent: false, ...taken })).toBe(
    '“the oven” keeps to quiet hours. “the oven” handles missed times as coda is set. ' +
      "“the oven” comes once each time; I don't repeat it. “the oven” is told nobody else.",
  );
});

test('what an act has changed is stored for its undo, and nothing else', () => {
  const settings = reminders.pick(...delivery.keys);
  const before = settings.changedJson(standard, { ...standard, urgent: true, nag: 5 });
  expect(before).toEqual({ urgent: false, nag: null });
  expect(settings.pickJson(before)).toEqual({ urgent: false, nag: undefined });
});
