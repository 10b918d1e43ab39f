/** A bar chart as SVG, without styles or scripts of its own; the same as a table for who cannot see it. */
import type { Bar } from '../../../chat/index.ts';
import { h, type Markup } from './markup.ts';

const [BAR, GAP, HEIGHT, FOOT] = [22, 4, 140, 18];

export function barsOf(bars: readonly Bar[]): Markup {
  const highest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const width = bars.length * (BAR + GAP);
  const drawn = bars.flatMap(({ label, value, text }, index) => {
    const tall = value > 0 ? Math.max(1, Math.round((value / highest) * HEIGHT)) : 0;
    const x = index * (BAR + GAP);
    const bar = h(
      'rect',
      { x, y: HEIGHT - tall, width: BAR, height: tall, rx: 2 },
      h('title', {}, `${label}: ${text}`),
    );
    const isNamed = index % 5 === 0;
    return isNamed ? [bar, h('text', { x, y: HEIGHT + FOOT - 4 }, label.slice(5))] : [bar];
  });
  const chart = h(
    'svg',
    {
      class: 'bars',
      viewBox: `0 0 ${width} ${HEIGHT + FOOT}`,
      role: 'img',
      'aria-label': 'The same as the table below.',
    },
    h('line', { x1: 0, y1: HEIGHT, x2: width, y2: HEIGHT }),
    drawn,
  );
  const rows = bars
    .filter(({ value }) => value > 0)
    .map(({ label, text }) => h('tr', {}, h('th', { scope: 'row' }, label), h('td', {}, text)))
    .reverse();
  const figures = h('table', {}, h('tbody', {}, rows));
  return h('div', {}, chart, h('details', {}, h('summary', {}, 'As a table'), rows.length > 0 ? figures : 'Nothing.'));
}
