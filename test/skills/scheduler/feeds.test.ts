/** Feeds of all shapes, look by look: each new entry is told once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate, type Memory } from '../../../src/skills/scheduler/watch/evaluate.ts';
import { condition } from '../../../src/skills/scheduler/watch/rule.ts';
import { entriesOf } from '../../../src/skills/web/page/feed.js';

const URL_OF_FEED = 'https://news.example/feed.xml';

interface Shape {
  name: string;
  /** An entry of this number, as the feed writes it at this look. */
  entry(nth: number, look: number): string;
  wrap(entries: string): string;
  /** Entries of the feed at once. */
  length: number;
  order: 'newest first' | 'oldest first' | 'mixed';
}

const rss = (entries: string) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link>${entries}</channel></rss>`;
const atom = (entries: string) =>
  `<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><link href="/"/><link rel="self" href="feed.xml"/>${entries}</feed>`;
const prefixed = (entries: string) =>
  `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>News</a:title>${entries}</a:feed>`;
const rdf = (entries: string) =>
  `<rdf:RDF xmlns:rdf="r" xmlns="http://purl.org/rss/1.0/"><channel><title>News</title></channel>${entries}</rdf:RDF>`;
const title = (nth: number) => `<title>entry ${nth}.</title>`;
const link = (nth: number) => `<link>https://news.example/${nth}</link>`;
const date = (nth: number) => `<pubDate>${new Date(Date.UTC(2026, 0, 1, nth)).toUTCString()}</pubDate>`;

const KINDS: [name: string, entry: Shape['entry'], wrap: (entries: string) => string][] = [
  ['a guid', (nth) => `<item><guid isPermaLink="false">g${nth}</guid>${title(nth)}${link(nth)}</item>`, rss],
  ['no guid', (nth) => `<item>${title(nth)}${link(nth)}</item>`, rss],
  ['no guid, all to the same page', (nth) => `<item>${title(nth)}<link>https://news.example/</link></item>`, rss],
  [
    'no guid, all to one page of the site',
    (nth) => `<item>${title(nth)}<link>https://news.example/changes</link>${date(nth)}</item>`,
    rss,
  ],
  ['no link', (nth) => `<item>${title(nth)}</item>`, rss],
  ['words alone', (nth) => `<item><description>&lt;p&gt;entry ${nth}.&lt;/p&gt;</description></item>`, rss],
  [
    'one guid for all',
    (nth) =>
      `<item><guid>same</guid>${title(nth)}${link(nth)}</item><item><guid>same</guid>${title(0)}${link(0)}</item>`,
    rss,
  ],
  [
    'guids that change, and dates',
    (nth, look) => `<item><guid>${nth} at look ${look}</guid>${title(nth)}${link(nth)}${date(nth)}</item>`,
    rss,
  ],
  ['marks in titles', (nth) => `<item><guid>${nth}</guid><title><![CDATA[<b>entry</b> ${nth}.]]></title></item>`, rss],
  [
    'Atom',
    (nth) => `<entry><id>urn:${nth}</id>${title(nth)}<link rel="edit" href="/e"/><link href="/${nth}"/></entry>`,
    atom,
  ],
  ['a prefix', (nth) => `<a:entry><a:id>${nth}</a:id><a:title>entry ${nth}.</a:title></a:entry>`, prefixed],
  ['RDF', (nth) => `<item rdf:about="https://news.example/${nth}">${title(nth)}${link(nth)}</item>`, rdf],
];

const ORDERS = ['newest first', 'oldest first', 'mixed'] as const;
const SHAPES: Shape[] = KINDS.flatMap(([name, entry, wrap], at) =>
  [10, 700].map((length, index) => ({
    name: `${name}, ${length} entries`,
    entry,
    wrap,
    length,
    order: ORDERS[(at + index) % ORDERS.length] as Shape['order'],
  })),
);

function served({ entry, wrap, length, order }: Shape, newest: number, look: number): string {
  const gap = look % 9 === 4 ? newest - 3 : undefined;
  const all = Array.from({ length }, (_, at) => newest - at).filter((nth) => nth > 0 && nth !== gap);
  const ordered =
    order === 'oldest first' ? all.reverse() : order === 'mixed' ? all.sort((a, b) => (a % 7) - (b % 7)) : all;
  return wrap(ordered.map((nth) => entry(nth, look)).join(''));
}

interface Looked {
  told: number[];
  due: number[];
}

/** 50 looks; now and then nothing may be told, and an entry is missing once that comes again. */
function play(shape: Shape, steps: readonly number[], rule: object): Looked {
  let memory: Memory = {};
  let newest = shape.length;
  const told: number[] = [];
  for (const [look, step] of steps.entries()) {
    newest += look === 0 ? 0 : step;
    const { entries } = entriesOf(served(shape, newest, look), URL_OF_FEED);
    const items = entries as { id: string; also: string[]; text: string }[];
    const now = new Date(Date.UTC(2026, 10, 20) + look * 900_000);
    const observed = { ok: true as const, text: items.map(({ text }) => text).join('\n'), items };
    const verdict = evaluate(condition.parse(rule), JSON.parse(JSON.stringify(memory)), observed, { now, zone: 'UTC' });
    memory = verdict.memory;
    const numbers = [...(verdict.speech?.text ?? '').matchAll(/entry (\d+)\./g)].map(([, nth]) => Number(nth));
    told.push(...numbers);
  }
  return { told, due: Array.from({ length: newest - shape.length }, (_, at) => shape.length + 1 + at) };
}

const isThere = [0, 0, 0];

describe('50 looks at a feed', () => {
  test.each(SHAPES.map((shape) => [shape.name, shape] as const))('with %s: none told twice, none never', (_, shape) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 47, maxLength: 47 }), (steps) => {
        // The last looks bring nothing new: what one message had no room for comes with them.
        const { told, due } = play(shape, [...steps, ...isThere], {});
        expect([...told].sort((a, b) => a - b)).toEqual(due);
      }),
      { numRuns: shape.length > 100 ? 1 : 3, seed: 75 },
    );
  });

  test('at times of the day alone: what came and went meanwhile is told then', () => {
    const [shape] = SHAPES as [Shape];
    const steps = Array.from({ length: 50 }, () => 1);
    const { told, due } = play(shape, steps, { from: '08:00', to: '23:00' });
    expect(told).toEqual(due);
  });

  test('an entry is told after as many looks as the rule says', () => {
    const [shape] = SHAPES as [Shape];
    const { told } = play(shape, [0, 1, 0, 0, 0, 0], { times: 3 });
    expect(told).toEqual([11]);
    expect(play(shape, [0, 1, 0], { times: 3 }).told).toEqual([]);
    const changing = SHAPES.find(({ name }) => name === 'guids that change, and dates, 10 entries') as Shape;
    expect(play(changing, [0, 1, 0, 0, 1, 0], { times: 2 }).told).toEqual([11, 12]);
  });

  test.each([date, () => ''])('an address that one entry after the other has is told with each', (when) => {
    const entry = (nth: number) => `<item>${title(nth)}<link>https://news.example/status</link>${when(nth)}</item>`;
    const shape: Shape = { name: '', entry, wrap: rss, length: 1, order: 'newest first' };
    expect(play(shape, [0, 1, 0, 1, 0, 1], {}).told).toEqual([2, 3, 4]);
  });

  test.each([
    ['its words', `<pubDate>1</pubDate><title>entry 1. corrected</title>`],
    ['its date', `<pubDate>2</pubDate><title>entry 1.</title>`],
  ])('an entry without a guid is not told again for a change of %s', (_, changed) => {
    let at = 0;
    const page = '<link>https://news.example/1</link>';
    const looksAt = [`<pubDate>1</pubDate><title>entry 1.</title>${page}`, `${changed}${page}`];
    const entry = () => `<item>${looksAt[at++]}</item>`;
    expect(play({ name: '', entry, wrap: rss, length: 1, order: 'newest first' }, [0, 0], {}).told).toEqual([]);
  });
});

describe('an entry', () => {
  const first = (xml: string) => entriesOf(xml, URL_OF_FEED).entries[0] as { id: string; text: string };

  test.each([
    [
      'a relative link',
      rss('<item><title>a</title><link>/1?x=1&amp;y=2</link></item>'),
      'a https://news.example/1?x=1&y=2',
    ],
    [
      'a link that is not the one for editing, nor a sound',
      atom(
        '<entry xml:base="/b/"><title>a</title><link rel="edit" href="e"/><link rel="enclosure" href="m.mp3"/><link href="c"/></entry>',
      ),
      'a https://news.example/b/c',
    ],
    [
      'a guid that is an address',
      rss('<item><title>a</title><guid>https://news.example/9</guid></item>'),
      'a https://news.example/9',
    ],
    [
      'marks and entities',
      rss('<item><title><![CDATA[Tom &amp; <b>Jerry</b>&nbsp;&#8217;s]]></title></item>'),
      'Tom & Jerry ’s',
    ],
    ['a sign that is no mark', rss('<item><title>5 &lt; 6</title></item>'), '5 < 6'],
    ['text that is called text', atom('<entry><title type="text">the &lt;b&gt; tag</title></entry>'), 'the <b> tag'],
    ['a title in XHTML', atom('<entry><title type="xhtml"><div xmlns="x">a <i>b</i></div></title></entry>'), 'a b'],
    ['titles of other vocabularies', rss('<item><media:title>no</media:title><title>yes</title></item>'), 'yes'],
    ['a script for an address', rss('<item><title>a</title><link>javascript:alert(1)</link></item>'), 'a'],
  ])('with %s', (_, xml, text) => {
    expect(first(xml).text).toBe(text);
  });
});
