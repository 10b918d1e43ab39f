import { expect, test } from 'vitest';
import { shareWithin } from '../../../src/proposals/measure.ts';
import { applyEdits, copyOf, difference } from '../../../src/skills/skill-learning/draft.ts';
import { isPoor } from '../../../src/skills/skill-learning/scan.ts';
import {
  playedTurn,
  type RecordedTurn,
  type Signal,
  signalsIn,
  type TurnStep,
} from '../../../src/skills/skill-learning/signals.ts';

type Call = [tool: string, input: Record<string, unknown>, fails?: string];

let made = 0;

/** A turn with these calls, at this minute; `edit`: the person changed their message there. */
function turn(minute: number, calls: readonly (Call | 'edit')[], more: Partial<RecordedTurn> = {}) {
  const steps = calls.flatMap((call): TurnStep[] => {
    if (call === 'edit') return [{ kind: 'steered' }];
    const [name, input, fails] = call;
    const id = `call${++made}`;
    return [
      { kind: 'model', calls: [{ id, name, input }] },
      { kind: 'result', callId: id, ok: fails === undefined, ...(fails !== undefined && { code: fails }) },
    ];
  });
  const at = new Date(Date.UTC(2026, 10, 20, 8, minute));
  const about = { id: `turn${++made}`, personId: 'p', conversationId: 'c', startedAt: at, finishedAt: at };
  return playedTurn({ ...about, state: 'answered', tainted: false, steps, ...more });
}

const kinds = (signals: readonly Signal[]) => signals.map(({ kind, about }) => `${kind} ${about}`);
const imperial = (minute: number, city: string, more: Partial<RecordedTurn> = {}) =>
  turn(minute, [['weather', { city, units: 'imperial' }]], more);
const metric = (minute: number, city: string, more: Partial<RecordedTurn> = {}) =>
  turn(minute, [['weather', { city, units: 'metric' }]], more);

test('the same tool with one thing changed right afterwards is a correction, equal for every city', () => {
  const one = signalsIn([imperial(0, 'Rome'), metric(2, 'Rome')], []);
  const other = signalsIn([imperial(0, 'Oslo'), metric(2, 'Oslo')], []);
  expect(kinds(one)).toEqual(['corrected weather']);
  expect(other[0]?.key).toBe(one[0]?.key);
});

test('another matter, a later day, a question, untrusted text and a turn that failed are none', () => {
  const all = [
    [imperial(0, 'Rome'), metric(2, 'Oslo')],
    [imperial(0, 'Rome'), metric(20, 'Rome')],
    [imperial(0, 'Rome'), metric(2, 'Rome', { tainted: true })],
    [imperial(0, 'Rome', { tainted: true }), metric(2, 'Rome')],
    [imperial(0, 'Rome'), metric(2, 'Rome', { state: 'failed' })],
    [imperial(0, 'Rome'), turn(1, []), metric(2, 'Rome')],
    [
      turn(0, [
        ['weather', { city: 'Rome' }, 'DENIED'],
        ['weather', { city: 'Roma' }],
      ]),
    ],
    [imperial(0, 'Rome'), turn(2, [['weather', { city: 'Rome', units: 'metric' }, 'NOT_FOUND']])],
  ];
  for (const turns of all) expect(kinds(signalsIn(turns, []))).toEqual([]);
});

test('an edited message, and an undo that is followed by another tool, are corrections too', () => {
  const edited = turn(0, [
    ['weather', { city: 'Rome', units: 'imperial' }],
    'edit',
    ['weather', { city: 'Rome', units: 'metric' }],
  ]);
  expect(kinds(signalsIn([edited], []))).toEqual(['corrected weather']);
  expect(signalsIn([edited], [])[0]?.key).toBe(signalsIn([imperial(0, 'Rome'), metric(2, 'Rome')], [])[0]?.key);

  const note = turn(0, [['note_add', { text: 'call mum' }]]);
  const calls = note.calls.map((call) => ({ ...call, undo: 'undo it' }));
  const before = { ...note, calls };
  const after = turn(2, [['task_add', { text: 'call mum' }]]);
  const back = { conversationId: 'c', undo: 'undo it', at: after.finishedAt };
  expect(kinds(signalsIn([before, after], [back]))).toEqual(['corrected note_add, task_add']);
  expect(signalsIn([before, after], [])).toEqual([]);
  expect(signalsIn([before, after], [{ ...back, conversationId: 'another' }])).toEqual([]);
});

test('a failed call that another one mended, and steps that no skill guided, are signs; the skill in use is known', () => {
  const mended = turn(0, [
    ['page_read', { url: 'a.example' }, 'TOO_LARGE'],
    ['page_search', { url: 'a.example' }],
  ]);
  expect(kinds(signalsIn([mended], []))).toEqual(['mended page_read, page_search']);
  const steps: Call[] = [
    ['a', {}],
    ['b', {}],
    ['b', {}],
    ['c', {}],
  ];
  expect(kinds(signalsIn([turn(0, steps)], []))).toEqual(['repeated a, b, c']);
  expect(signalsIn([turn(0, [['skill_activate', { name: 'abc' }], ...steps])], [])).toEqual([]);
  const guided = turn(0, [
    ['skill_activate', { name: 'pages' }],
    ['page_read', { url: 'x' }, 'GONE'],
    ['page_read', { url: 'y' }],
  ]);
  expect(signalsIn([guided], [])[0]?.skill).toBe('pages');
});

const FILE =
  '---\nname: weather\ndescription: Says the weather. # short\nmetadata:\n  author: ana\n---\n# Weather\n\nUse imperial.\n';
const origin = { model: 'm', turns: ['t'], date: '2026-11-20' };
const nothing = { description: undefined, edits: [], append: undefined };

test('a change is taken whole or not at all, and keeps what else the file says', () => {
  const now = applyEdits(
    FILE,
    { ...nothing, edits: [{ old: 'Use imperial.', new: 'Use metric: $& is no sign.' }] },
    origin,
  );
  expect(now).toContain('author: ana');
  expect(now).toContain('Use metric: $& is no sign.');
  expect(now).toMatch(/state: draft[\s\S]*learned-by: m\n\s+learned-from: t\n\s+learned-on: 2026-11-20/);
  expect(difference(FILE, now ?? '')).toBe('  \n- Use imperial.\n+ Use metric: $& is no sign.');
  for (const edits of [
    [
      { old: 'Use', new: 'x' },
      { old: 'gone', new: 'x' },
    ],
    [{ old: 'e', new: 'x' }],
    [],
  ]) {
    expect(applyEdits(FILE, { ...nothing, edits }, origin)).toBeUndefined();
  }
  expect(applyEdits('no frontmatter', { ...nothing, append: 'x' }, origin)).toBeUndefined();
  expect(applyEdits('---\na: [\n---\nbody', { ...nothing, append: 'x' }, origin)).toBeUndefined();
});

test('a near copy is one by its words or by its meaning', () => {
  const near = { name: 'weather', description: 'Says the weather of a city.', fit: 1, meaning: undefined };
  expect(copyOf({ name: 'city-weather', description: 'Says the weather of a city' }, [near])).toBe('weather');
  expect(copyOf({ name: 'songs', description: 'Writes songs' }, [near])).toBeUndefined();
  expect(copyOf({ name: 'songs', description: 'Writes songs' }, [{ ...near, meaning: 0.95 }])).toBe('weather');
});

test('a skill is proposed for removal after eight uses that even at best end well too rarely', () => {
  expect(isPoor({ loaded: 7, well: 0 })).toBe(false);
  expect(isPoor({ loaded: 8, well: 2 })).toBe(true);
  expect(isPoor({ loaded: 8, well: 3 })).toBe(false);
  expect(isPoor({ loaded: 100, well: 55 })).toBe(false);
  expect(isPoor({ loaded: 100, well: 45 })).toBe(true);
  expect(shareWithin(2, 8).high).toBeCloseTo(0.591, 2);
});
