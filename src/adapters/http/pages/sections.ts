import { plural } from '../../../base/text.ts';
import type {
  Bar,
  Cell,
  Figure,
  PageAction,
  PageDay,
  PageField,
  PageRow,
  PageSection,
  PageTurn,
} from '../../../chat/index.ts';
import { formatInstant, formatMinute, type Reader } from '../../../time/index.ts';
import { type Child, h, type Markup } from './markup.ts';

export function sectionOf(section: PageSection, reader: Reader): Markup {
  const head = h('h2', {}, section.title);
  switch (section.kind) {
    case 'figures':
      return h('section', {}, head, h('dl', { class: 'figures' }, section.items.map(figure)));
    case 'table':
      return h('section', {}, head, table(section, reader), section.next !== undefined && next(section.next));
    case 'week':
      return h('section', {}, head, h('ol', { class: 'week' }, section.days.map(day)));
    case 'bars':
      return h('section', {}, head, section.bars.length > 0 ? barsOf(section.bars) : emptyNote(section.none));
    case 'turns': {
      const turns = section.turns.map((each) => turn(each, reader));
      return h('section', {}, head, turns.length > 0 ? h('ol', { class: 'turns' }, turns) : emptyNote(section.none));
    }
    case 'form':
      return h('section', {}, head, emptyNote(section.note), form(section));
  }
}

function emptyNote(text: string): Markup {
  return h('p', { class: 'faint' }, text);
}

function next(after: string): Markup {
  return h('p', {}, h('a', { href: `?after=${encodeURIComponent(after)}` }, 'More'));
}

function figure({ label, value, tone, path }: Figure): Markup {
  const shown = path === undefined ? value : h('a', { href: path }, value);
  return h('div', { class: tone }, h('dt', {}, label), h('dd', {}, shown));
}

function table({ columns, rows, none: empty, title }: Extract<PageSection, { kind: 'table' }>, reader: Reader): Markup {
  if (rows.length === 0) return emptyNote(empty);
  const hasActions = rows.some(({ actions }) => actions);
  const heads = [...columns, ...(hasActions ? ['Actions'] : [])].map((name) =>
    h('th', { scope: 'col', role: 'columnheader' }, name),
  );
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title },
    h(
      'table',
      // On a phone rows are blocks, which are no table to a reader of the screen unless that is said.
      { role: 'table' },
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heads)),
      h(
        'tbody',
        { role: 'rowgroup' },
        rows.map((each) => row(each, columns, hasActions, reader)),
      ),
    ),
  );
}

function row(
  { id, cells, actions = [] }: PageRow,
  columns: readonly string[],
  hasActions: boolean,
  reader: Reader,
): Markup {
  const shown = cells.map((cell, index) =>
    h('td', { role: 'cell', 'data-label': columns[index] }, cellOf(cell, reader)),
  );
  const pressed = actions.map((each, index) => button(each, `${id}/${index}`));
  return h(
    'tr',
    { role: 'row', 'data-id': id },
    shown,
    hasActions && h('td', { role: 'cell' }, h('div', { class: 'buttons' }, pressed)),
  );
}

function cellOf(cell: Cell, reader: Reader): Child {
  if (typeof cell === 'string') return cell;
  if ('at' in cell) return cell.at ? timeOf(cell.at, reader) : '';
  if ('code' in cell) return h('pre', { tabindex: 0 }, h('code', {}, cell.code));
  const { text, tone, path } = cell;
  const shown = path === undefined ? text : h('a', { href: path }, text);
  return tone === undefined ? shown : h('span', { class: tone }, shown);
}

function button({ label, method, path, body, style, confirm, done }: PageAction, key: string): Markup {
  const what = { 'data-method': method, 'data-path': path, 'data-body': body && JSON.stringify(body) };
  return h(
    'button',
    { type: 'button', class: style, 'data-key': key, 'data-done': done, 'data-confirm': confirm, ...what },
    label,
  );
}

/** By POST also where no script runs: what is typed must never stand in an address. */
function form({ fields, send: { label, path, done } }: Extract<PageSection, { kind: 'form' }>): Markup {
  return h(
    'form',
    { class: 'fields', method: 'post', action: path, autocomplete: 'off', 'data-path': path, 'data-done': done },
    fields.map((each) => field(each, path)),
    h('button', { class: 'primary', 'data-key': path }, label),
  );
}

function field({ name, label, kind, isOptional, suggestions = [] }: PageField, path: string): Markup {
  const list = suggestions.length > 0 ? `${path}/${name}`.replaceAll('/', '-') : undefined;
  const options = suggestions.map((value) => h('option', { value }));
  return h(
    'label',
    {},
    isOptional ? `${label} (optional)` : label,
    h('input', {
      name,
      list,
      required: !isOptional,
      spellcheck: 'false',
      'data-key': `${path}/${name}`,
      ...(kind === 'secret' ? { type: 'password', autocomplete: 'new-password' } : { type: 'text' }),
    }),
    list !== undefined && h('datalist', { id: list }, options),
  );
}

/** In the time and the form of who looks: a browser's own may be another one. */
export function timeOf(at: Date, reader: Reader): Markup {
  return h('time', { datetime: at.toISOString(), title: formatInstant(at, reader) }, formatMinute(at, reader));
}

function day({ label, isToday, entries }: PageDay): Markup {
  const shown = entries.map(({ time, text, of }) =>
    h('li', {}, h('b', {}, time), ' ', text, ' ', h('span', { class: 'faint' }, of)),
  );
  const list = shown.length > 0 ? h('ul', {}, shown) : emptyNote('Nothing.');
  return h('li', { 'aria-current': isToday && 'date' }, h('h3', {}, label), list);
}

function turn({ id, at, title, tone, said, steps }: PageTurn, reader: Reader): Markup {
  const longest = Math.max(1, ...steps.map(({ tookMs = 0 }) => tookMs));
  const lines = steps.map(({ text, tookMs, depth, code = [] }) =>
    h(
      'li',
      { class: `depth${Math.min(depth, 3)}` },
      text,
      tookMs !== undefined && [
        h('span', { class: 'faint' }, ` ${durationText(tookMs)}`),
        h('meter', {
          value: tookMs,
          max: longest,
          'aria-label': `${durationText(tookMs)} of at most ${durationText(longest)}`,
        }),
      ],
      code.map((each) => h('code', {}, each)),
    ),
  );
  return h(
    'li',
    { 'data-id': id },
    h('p', {}, timeOf(at, reader), ' ', h('b', { class: tone }, title)),
    said !== undefined && h('p', { class: 'plain' }, said),
    lines.length > 0 && h('details', {}, h('summary', {}, plural(lines.length, 'step')), h('ol', {}, lines)),
  );
}

function durationText(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

// A bar chart as SVG, without styles or scripts of its own; the same as a table for who cannot see it.

/** In units of the drawing: a bar, the space behind it, the height of all, the words below, and the scale at the left. */
const [BAR, GAP, HEIGHT, FOOT, SCALE] = [22, 4, 140, 18, 36];
const TOP = 6;

function barsOf(bars: readonly Bar[]): Markup {
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
