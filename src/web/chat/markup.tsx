/** The elements of an answer's Markdown: only these tags and attributes, whatever comes. Text stays text. */
import type { ComponentChildren, VNode } from 'preact';
import { h } from 'preact';
import { Code, Formula } from './drawing/drawn.tsx';

type Markup = string | readonly [string, Readonly<Record<string, string>>, ...Markup[]];

const TAGS = new Set(
  'p h3 h4 h5 h6 blockquote ul ol li pre code hr table thead tbody tr th td strong em del br a div details summary'.split(
    ' ',
  ),
);
/** Arabic beside English reads from its own side. */
const BY_ITS_WORDS = new Set('p h3 h4 h5 h6 blockquote ul ol li th td summary'.split(' '));
const ATTRIBUTES = new Set([
  'class',
  'start',
  'tabindex',
  'data-lang',
  'data-task',
  'data-align',
  'href',
  'rel',
  'target',
]);

/** Shows `blocks` of the API. */
export function Blocks({ blocks }: { blocks: readonly unknown[] }) {
  return <div class="text">{blocks.map((block, index) => build(block as Markup, index))}</div>;
}

function build(markup: Markup, key: number): ComponentChildren {
  if (typeof markup === 'string') return markup;
  const [tag, attributes, ...children] = markup;
  if (!TAGS.has(tag)) return null;
  if (tag === 'pre') return <Code key={key} text={textOf(markup)} language={attributes['data-lang']} />;
  if (tag === 'code' && /^math\b/.test(attributes.class ?? '')) return <Formula key={key} source={textOf(markup)} />;
  const allowed = Object.entries(attributes).filter(([name, value]) => ATTRIBUTES.has(name) && isAllowed(name, value));
  const direction = BY_ITS_WORDS.has(tag) ? { dir: 'auto' } : {};
  return h(tag, { key, ...direction, ...Object.fromEntries(allowed) }, ...children.map(build)) as VNode;
}

const isAllowed = (name: string, value: string): boolean => name !== 'href' || /^(?:https?:\/\/|mailto:)/i.test(value);

const textOf = (markup: Markup): string =>
  typeof markup === 'string' ? markup : (markup.slice(2) as Markup[]).map(textOf).join('');
