/** A bar chart as SVG, without styles or scripts of its own; the same as a table for who cannot see it. */
import type { Bar } from '../../../chat/index.ts';
import { h, type Markup } from './markup.ts';

/** In units of the drawing: a bar, the space behind it, the height of all, the words below, and the scale at the left. */
const [BAR, GAP, HEIGHT, FOOT, SCALE] = [22, 4, 140, 18, 36];
/** Room for the upper half of the highest mark's figure. */
const TOP = 6;

export function barsOf(bars: readonly Bar[]): Markup {
  const top = roundUp(Math.max(...bars.map(({ value }) => value), 0));
  const width = SCALE + bars.length * (BAR + GAP);
  const drawn = bars.flatMap(({ label, value, text }, index) => {
    const tall = value > 0 ? Math.max(1, Math.round((value / top) * HEIGHT)) : 0;
    const x = SCALE + index * (BAR + GAP);
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
      viewBox: `0 ${-TOP} ${width} ${TOP + HEIGHT + FOOT}`,
      role: 'img',
      'aria-label': 'The same as the table below.',
    },
    [0, 0.5, 1].map((part) => mark(top * part, HEIGHT * (1 - part), width)),
    drawn,
  );
  const rows = bars
    .filter(({ value }) => value > 0)
    .map(({ label, text }) => h('tr', {}, h('th', { scope: 'row' }, label), h('td', {}, text)))
    .reverse();
  const figures = h('table', {}, h('tbody', {}, rows));
  return h('div', {}, chart, h('details', {}, h('summary', {}, 'As a table'), rows.length > 0 ? figures : 'Nothing.'));
}

/** A line across the chart, and the figure that it stands for. */
function mark(value: number, y: number, width: number): Markup[] {
  const figure = `${Number(value.toPrecision(2))}`;
  return [
    h('line', { x1: SCALE, y1: y, x2: width, y2: y }),
    h('text', { x: SCALE - GAP, y: y + 3, 'text-anchor': 'end' }, figure),
  ];
}

/** The next of 1, 2, 4, 6, 8 times a power of ten, whose half is a short figure too; 1 where nothing is. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 8].find((each) => each * power >= value) ?? 10);
}
