/** The rule that decides what is told, look by look. */
import { describe, expect, test } from 'vitest';
import { evaluate, type Memory, type Observation } from '../../../src/skills/scheduler/watch/evaluate.ts';
import { condition } from '../../../src/skills/scheduler/watch/rule.ts';
import { speechText } from '../../../src/skills/scheduler/watch/texts.ts';

const HOUR = 3_600_000;

/** Looks every `step` from `from` on; gives the kinds of what was told, with `-` where nothing was. */
function played(
  rule: object,
  looks: readonly (string | Observation)[],
  { from = '2026-11-20T08:00:00Z', step = HOUR, zone = 'Europe/Berlin' } = {},
): string {
  let memory: Memory = {};
  const told = looks.map((each, index) => {
    const observed: Observation = typeof each === 'string' ? { ok: true, text: each } : each;
    const now = new Date(Date.parse(from) + index * step);
    // What a restart leaves of a memory is what JSON keeps.
    const verdict = evaluate(condition.parse(rule), JSON.parse(JSON.stringify(memory)), observed, { now, zone });
    memory = verdict.memory;
    return verdict.speech?.kind ?? '-';
  });
  return told.join(' ');
}

const fails = (sign: string): Observation => ({ ok: false, sign, message: sign });
const items = (...texts: string[]): Observation => ({
  ok: true,
  text: texts.join('\n'),
  items: texts.map((text) => ({ id: text, text })),
});

/** A page, whose parts may be gone. */
const whole = (...texts: string[]): Observation => ({ ...items(...texts), isWhole: true }) as Observation;

describe('what is told', () => {
  test.each<[what: string, rule: object, looks: (string | Observation)[], told: string]>([
    ['output, once for the same', {}, ['', 'a', 'a', 'b', '', 'b'], '- output - output - output'],
    ['output that lasts two looks', { times: 2 }, ['a', '', 'a', 'a', 'a'], '- - - output -'],
    ['the end of output', { over: true }, ['a', 'a', '', ''], 'output - over -'],
    ['a change, not the first look', { is: 'changed' }, ['a', 'a', 'b', 'a'], '- - output output'],
    ['a failure once, then that it works', {}, ['', fails('x'), fails('x'), '', ''], '- broken - mended -'],
    ['another failure', {}, [fails('x'), fails('y'), fails('y')], 'broken broken -'],
    ['new output after a failure instead of that it works', {}, [fails('x'), 'a'], 'broken output'],
    [
      'words while they are there',
      { is: 'contains', text: 'Sold' },
      ['open', 'SOLD out', 'sold', 'open', 'sold'],
      '- met - - met',
    ],
    ['words that are missing', { is: 'lacks', text: 'ok' }, ['ok', 'no', 'no', 'OK'], '- met - -'],
    [
      'a number above',
      { is: 'above', number: 90, over: true },
      ['80 %', '91 %', '95 %', '90 %', '12'],
      '- met - over -',
    ],
    [
      'twice in a row, both ways',
      { is: 'above', number: 90, times: 2, over: true },
      ['91', '80', '91', '92', '80', '91', '1', '1'],
      '- - - met - - - over',
    ],
    [
      'a number behind words',
      { is: 'below', number: 40, after: 'Price' },
      ['was 10, price: 39,90 €', 'Price 1.299,00', 'Price 1,299.50'],
      'met - -',
    ],
    ['that there is no number, once', { is: 'above', number: 1 }, ['none', 'none', '2'], 'broken - met'],
    ['new entries, not the first ones', {}, [items('a', 'b'), items('c', 'a', 'b'), items('c', 'a')], '- output -'],
    [
      'new entries with these words',
      { is: 'contains', text: 'security' },
      [items('a'), items('b', 'a'), items('a security fix', 'b')],
      '- - output',
    ],
    [
      'parts of a page that come and go',
      {},
      [
        { ...items('a', 'b'), isWhole: true },
        { ...items('a'), isWhole: true },
        { ...items('a'), isWhole: true },
      ] as Observation[],
      '- output -',
    ],
  ])('is %s', (_, rule, looks, told) => {
    expect(played(rule, looks)).toBe(told);
  });

  test('stands still outside of its window and days, and is told when they begin', () => {
    // Friday, 20:00 in Berlin, every four hours: the window opens on Monday at 8.
    const rule = { is: 'above', number: 90, from: '08:00', to: '18:00', days: ['monday', 'tuesday'] };
    const looks = Array.from({ length: 18 }, () => '95');
    expect(played(rule, looks, { from: '2026-11-20T19:00:00Z', step: 4 * HOUR })).toBe(`${'- '.repeat(15)}met - -`);
  });

  test('comes at most once a day, by the person’s days over a change of the clock', () => {
    const rule = { is: 'changed', daily: true };
    const looks = Array.from({ length: 54 }, (_, index) => String(index));
    // 25 October 2026 has 25 hours in Berlin; told at the second look, and at 0:00 of each day after.
    const told = played(rule, looks, { from: '2026-10-23T22:00:00Z' }).split(' ');
    expect(told.flatMap((each, index) => (each === '-' ? [] : [index]))).toEqual([1, 24, 49]);
  });

  test('a window over midnight keeps its wall time over a change of the clock', () => {
    const rule = { from: '23:00', to: '02:30', days: ['saturday'] };
    const looks = Array.from({ length: 8 }, (_, index) => String(index));
    // Saturday 22:00 in Berlin; from 00:00 on it is Sunday, and 02:00 comes twice.
    expect(played(rule, looks, { from: '2026-10-24T20:00:00Z' })).toBe('- output output output output output - -');
  });

  test('a page that changes at each look of a quarter of an hour is told four times, then that it does', () => {
    const looks = Array.from({ length: 20 }, (_, index) => whole(`a ${index}`));
    const calm = Array.from({ length: 8 }, () => whole('a 19'));
    const told = played({}, [...looks, ...calm], { step: HOUR / 4 }).split(' ');
    expect(told.filter((each) => each !== '-')).toEqual(['output', 'output', 'output', 'output', 'flapping', 'steady']);
    expect(
      played({}, looks, { step: HOUR })
        .split(' ')
        .filter((each) => each === 'output'),
    ).toHaveLength(4);
    // Once a day it is what was asked for.
    expect(
      played({}, looks, { step: 24 * HOUR })
        .split(' ')
        .filter((each) => each === 'output'),
    ).toHaveLength(19);
  });

  test('each appointment is told, however many come in a day', () => {
    const meeting = (nth: number): Observation => ({ ...items(`meeting ${nth}`), isNews: true }) as Observation;
    const looks = Array.from({ length: 8 }, (_, nth) => meeting(nth));
    expect(played({}, looks)).toBe(Array.from(looks, () => 'output').join(' '));
    expect(played({}, looks, { step: HOUR / 6 })).toBe(Array.from(looks, () => 'output').join(' '));
    // The source itself goes to and fro meanwhile.
    const bad = Array.from({ length: 12 }, (_, nth) => (nth % 2 ? fails('down') : items()));
    const told = played({}, [...bad, meeting(1), meeting(2)], { step: 60_000 }).split(' ');
    expect(told.slice(-3)).toEqual(['-', 'output', 'output']);
  });

  test('entries that wait while a feed goes to and fro are told whole, and the number of appointments beyond', () => {
    const long = Array.from({ length: 70 }, (_, nth) => `entry ${nth} ${'x'.repeat(90)}`);
    const bad = Array.from({ length: 12 }, (_, nth) => (nth % 2 ? fails('down') : items('a')));
    let memory: Memory = {};
    const speeches = [...bad, ...Array.from({ length: 70 }, () => items('a', ...long))].flatMap((observed, nth) => {
      const now = new Date(Date.parse('2026-11-20T08:00:00Z') + nth * 60_000);
      const verdict = evaluate(condition.parse({}), memory, observed, { now, zone: 'UTC' });
      memory = verdict.memory;
      return verdict.speech ?? [];
    });
    const steady = speeches.find(({ kind }) => kind === 'steady');
    expect(steady).toMatchObject({ isOfEntries: true, text: expect.stringContaining('entry 50 ') });
    const news = { ...items(...long), isNews: true } as Observation;
    const at = { now: new Date('2026-11-20T08:00:00Z'), zone: 'UTC' };
    expect(evaluate(condition.parse({}), {}, news, at).speech?.text).toMatch(/\nand \d+ more$/);
  });

  test('values that a hook sends are told for ever, where they have lasted', () => {
    const values = Array.from({ length: 20 }, (_, nth) => (nth % 2 ? 'on' : 'off'));
    expect(played({ is: 'changed' }, values, { step: 4 * HOUR })).toBe(`-${' output'.repeat(19)}`);
    const states = { is: 'contains', text: 'on', over: true };
    expect(played(states, values, { step: 4 * HOUR })).toBe(`-${' met over'.repeat(9)} met`);
  });

  test('a hook that went to and fro is told again with the first change after an hour', () => {
    let memory: Memory = {};
    const kinds = [0, 1, 2, 3, 4, 5, 6, 7, 300, 600, 900].map((minute, nth) => {
      const now = new Date(Date.parse('2026-11-20T08:00:00Z') + minute * 60_000);
      const observed: Observation = { ok: true, text: nth % 2 ? 'on' : 'off' };
      const verdict = evaluate(condition.parse({ is: 'changed' }), memory, observed, { now, zone: 'UTC' });
      memory = verdict.memory;
      return verdict.speech?.kind ?? '-';
    });
    expect(kinds.join(' ')).toBe('- output output output output flapping - - output output output');
  });

  test('lines with the words of `without` are not there', () => {
    const page = (time: string, price: string) => whole(`Price ${price}\nLast updated ${time}`, `Visitors ${time}`);
    const looks = [page('1', '5'), page('2', '5'), page('3', '6'), page('4', '6')];
    expect(played({ without: 'last UPDATED, visitors' }, looks)).toBe('- - output -');
    expect(played({ is: 'changed', without: 'Last' }, ['a\nLast 1', 'a\nLast 2', 'b\nLast 3'])).toBe('- - output');
  });

  test('a change, a paragraph and an entry are told after as many looks as the rule says', () => {
    const rule = { is: 'changed', times: 2 };
    expect(played(rule, ['a', 'b', 'a', 'b', 'b', 'b'])).toBe('- - - - output -');
    expect(
      played(
        rule,
        ['a', 'b', 'a', 'b', 'b', 'b'].map((each) => whole(each)),
      ),
    ).toBe('- - - - output -');
    expect(played(rule, [items('1'), items('1', '2'), items('1'), items('1', '2'), items('1', '2')])).toBe(
      '- - - - output',
    );
  });

  test('a failure during to and fro is told as one', () => {
    const looks = Array.from({ length: 12 }, (_, index) => (index % 2 ? fails('down') : ''));
    const away = Array.from({ length: 70 }, () => fails('down'));
    const told = played({}, [...looks, ...away], { step: 60_000 }).split(' ');
    expect(told.filter((each) => each !== '-').slice(-2)).toEqual(['flapping', 'broken']);
  });

  test('what goes to and fro each minute is told four times, then that it does, and how it stands after a quiet hour', () => {
    const looks = Array.from({ length: 30 }, (_, index) => (index % 2 ? fails('down') : ''));
    const calm = Array.from({ length: 62 }, () => '');
    const told = played({}, [...looks, ...calm], { step: 60_000 }).split(' ');
    expect(told.filter((each) => each !== '-')).toEqual(['broken', 'mended', 'broken', 'mended', 'flapping', 'steady']);
    expect(told.indexOf('steady')).toBe(90);
  });
});

describe('a finding in a digest', () => {
  const told = (text: string) => speechText('news', { kind: 'output', text }, true);
  const NOTE = '\n(Cut here; the page Automations shows the rest.)';

  test('is whole where it is short', () => expect(told('a '.repeat(200))).not.toContain('Cut here'));
  test('is cut behind a word, and says so', () => {
    const text = told('kettle '.repeat(100));
    expect(text).toMatch(/kettle …\n```\n\(Cut here/);
    expect(text.match(/kettle/g)).toHaveLength(57);
    expect(text.endsWith(NOTE)).toBe(true);
  });
  test('without blanks is cut where it must be, between whole signs', () => {
    expect(told('漢'.repeat(500))).toContain(`漢 …\n\`\`\`${NOTE}`);
    expect(told('👍🏽'.repeat(200))).toContain(`👍🏽 …\n\`\`\`${NOTE}`);
  });
});
