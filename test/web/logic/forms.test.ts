/** A schedule's form, turned into the request that makes or changes it. */
import { expect, test } from 'vitest';
import { failureOf } from '../../../src/web/api/client.ts';
import { changeBody, type Draft, draftOf, newBody, type Schedule } from '../../../src/web/automations/draft.ts';
import { isFaultOf } from '../../../src/web/parts/faults.ts';
import { type FieldValues, type ThingField, tagsIn, tagWords } from '../../../src/web/parts/thing-values.ts';

const draft = (changes: Partial<Draft> = {}): Draft => ({ ...draftOf(undefined), when: 'every hour', ...changes });

const schedule = {
  prompt: 'the page shop.example',
  title: 'Kettle',
  target: null,
  missed: 'latest',
  watch: {
    source: { kind: 'web_watch', url: 'https://shop.example' },
    rule: {
      is: 'below',
      number: 40,
      after: 'Price',
      days: null,
      from: null,
      to: null,
      times: 2,
      daily: false,
      over: false,
    },
  },
  digest: '18:00',
  tell: null,
  urgent: false,
  escalate: null,
} as unknown as Schedule;

const described = (name: string, kind: ThingField['kind'], standard: unknown = null, needs: string | null = null) =>
  ({ name, label: name, kind, standard, needs, open: true, example: null, choices: null, empty: null }) as ThingField;

/** As `/v1/things` describes them. */
const FIELDS = [
  described('digest', 'words', null, 'source'),
  described('urgent', 'check', false, 'source'),
  described('escalate', 'target', null, 'source'),
  described('missed', 'choice', 'latest'),
  described('title', 'words', ''),
  described('tell', 'place'),
];

test('words to be said carry no rule, and no field of what is looked at', () => {
  const values = { tell: 'team', title: 'Hello', missed: 'latest', urgent: true };
  expect(newBody(draft({ what: ' say hello ', values }), FIELDS)).toEqual({
    prompt: 'say hello',
    when: 'every hour',
    tell: 'team',
    title: 'Hello',
  });
  expect(newBody(draft({ kind: 'feed', what: 'x', values }), FIELDS)).toMatchObject({ tell: 'team', urgent: true });
  expect(newBody(draft({ what: 'say hello' }), FIELDS)).toEqual({ prompt: 'say hello', when: 'every hour' });
});

test.each([
  [[], ''],
  [['home', 'keys'], 'home keys'],
  [['home', 'at school'], 'home, at school'],
  [['at school'], 'at school,'],
])('the tags %j stand in a field as %j, and are read again as they were', (tags, words) => {
  expect(tagWords(tags)).toBe(words);
  expect(tagsIn(words)).toEqual(tags);
});

test('tags are read with and without their sign, between spaces and commas', () => {
  expect(tagsIn('#home  keys ')).toEqual(['home', 'keys']);
  expect(tagsIn('#home, #at school,,')).toEqual(['home', 'at school']);
});

test('what is looked at is named in the fields of its kind', () => {
  const sourceOf = (kind: Draft['kind'], what: string, more = '', input = '') =>
    (newBody(draft({ kind, what, more, input }), FIELDS) as { source: unknown }).source;
  expect(sourceOf('web_watch', ' https://a.example ', 'price')).toEqual({
    kind: 'web_watch',
    url: 'https://a.example',
    part: 'price',
  });
  expect(sourceOf('script', 'disk', ' /  80 ')).toEqual({ kind: 'script', script: 'disk', args: ['/', '80'] });
  expect(sourceOf('file', 'log/a/b.txt')).toEqual({ kind: 'file', skill: 'log', path: 'a/b.txt' });
  expect(sourceOf('hook', 'door.state.now')).toEqual({ kind: 'hook', hook: 'door', field: 'state.now' });
  expect(sourceOf('appointment', 'https://a.example/x.ics', '15')).toEqual({
    kind: 'appointment',
    url: 'https://a.example/x.ics',
    minutes: 15,
  });
  expect(sourceOf('mcp', 'ci  status', '', '{"job":"main"}')).toEqual({
    kind: 'mcp',
    server: 'ci',
    tool: 'status',
    input: { job: 'main' },
  });
});

test('a number is read as people write it, and never as another one', () => {
  const numberIn = (value: string) =>
    newBody(draft({ kind: 'feed', what: 'x', is: 'below', value }), FIELDS).rule?.number;
  expect([numberIn('40'), numberIn('1,5'), numberIn(' -2.25 ')]).toEqual([40, 1.5, -2.25]);
  expect(numberIn('1,000')).toBeNaN();
});

test('a field that is no JSON object is refused beside it', () => {
  for (const input of ['{', '[1]', '3']) {
    try {
      newBody(draft({ kind: 'mcp', what: 'ci status', input }), FIELDS);
      expect.unreachable();
    } catch (error) {
      expect(failureOf(error).fields).toMatchObject([{ field: 'source.input' }]);
    }
  }
  expect(isFaultOf('source.input source', 'source.input')).toBe(true);
  expect(isFaultOf('source.url', 'source.input')).toBe(false);
});

test('a change sends the fields that were changed, and says what is taken away', () => {
  const before = draftOf(schedule);
  expect(before).toMatchObject({
    kind: 'web_watch',
    value: '40',
    after: 'Price',
    times: '2',
  });
  const bodyOf = (changed: Partial<Draft>) => changeBody(schedule, { ...before, ...changed }, FIELDS);
  const withValues = (changed: FieldValues) => bodyOf({ values: { ...schedule, ...changed } });
  expect(bodyOf({})).toEqual({});
  expect(withValues({})).toEqual({});
  expect(bodyOf({ value: '35' })).toEqual({ rule: { is: 'below', number: 35 } });
  expect(bodyOf({ after: '', values: { ...schedule, title: 'The kettle' } })).toEqual({
    rule: { after: null },
    title: 'The kettle',
  });
  // What is emptied has its standard again; null stands for none.
  expect(withValues({ digest: null, title: null, tell: null })).toEqual({ digest: null, title: '' });
  expect(withValues({ escalate: { to: 'bo', after: '1 hour' } })).toEqual({ escalate: { to: 'bo', after: '1 hour' } });
  expect(bodyOf({ days: ['monday'], from: '08:00', to: '18:00' })).toEqual({
    rule: { days: ['monday'], from: '08:00', to: '18:00' },
  });
});
