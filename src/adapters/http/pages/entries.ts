/** Entries of the chat page. */
import { type Block, blocksOf, type FileRef, type Inline, inlineOf } from '../../../delivery/index.ts';
import type { Reader } from '../../../time/index.ts';
import { partId } from '../chat/places.ts';
import { type PartOut, partShown } from '../chat/shapes.ts';
import type { Said } from '../store.ts';
import { type Child, h, type Markup } from './markup.ts';
import { timeOf } from './sections.ts';

/** One with the same id takes the place of the one before. */
export interface Entry {
  id: string;
  at: string;
  markup: Markup;
}

export function entryOf(said: Said, reader: Reader): Entry {
  const { channel, messageId = '', key, text = '', files, state, content, at } = said;
  if (content) return partEntry(partShown(partId(channel, key), content, state === 'draft'), at, reader);
  const body = [text !== '' && h('p', { class: 'plain' }, text), filesOf(files)];
  return entry({ id: messageId, kind: 'you', at, who: 'You', state }, body, reader);
}

/** Something that coda says. */
export function partEntry({ id, kind, text, buttons = [], files = [] }: PartOut, at: Date, reader: Reader): Entry {
  const pressed = buttons.map(({ id: button, label, style, asks }) =>
    h('button', { type: 'button', class: style, 'data-button': button, 'data-asks': asks }, label),
  );
  const body = [
    h('div', { class: 'text' }, toMarkup(text)),
    filesOf(files.map(({ id: hash, ...file }) => ({ ...file, hash }))),
    pressed.length > 0 && h('div', { class: 'buttons' }, pressed),
  ];
  return entry({ id, kind: `coda ${kind}`, at, who: 'coda' }, body, reader);
}

interface About {
  id: string;
  kind: string;
  at: Date;
  who: string;
  state?: string | undefined;
}

function entry({ id, kind, at, who, state }: About, body: readonly Child[], reader: Reader): Entry {
  const instant = at.toISOString();
  const head = h('p', { class: 'who' }, h('b', {}, who), ' ', timeOf(at, reader));
  const shown = { class: `entry ${kind}`, 'data-id': id, 'data-at': instant, 'data-state': state };
  return { id, at: instant, markup: h('li', shown, head, body) };
}

function filesOf(files: readonly FileRef[]): Markup | false {
  if (files.length === 0) return false;
  const links = files.map(({ name, hash, size, type }) =>
    h(
      'li',
      {},
      h('a', { href: `/v1/artifacts/${hash}`, download: name }, name),
      ` (${sizeOf(size)})`,
      /^image\/(?:png|jpeg|gif|webp)$/.test(type) &&
        h('img', { src: `/v1/artifacts/${hash}`, alt: name, loading: 'lazy' }),
    ),
  );
  return h('ul', { class: 'files' }, links);
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Markdown as a page shows it. Pure. */
type Links = ReadonlyMap<string, string>;
type Parts = readonly { type: string }[];

/** HTML in it stays text, a picture becomes a link, and a link leads to the web, to mail, or nowhere. */
export function toMarkup(markdown: string): Markup[] {
  const blocks = blocksOf(markdown);
  const links: Links = new Map(
    blocks.flatMap((block) => (block.type === 'definition' ? [[block.identifier, block.url] as const] : [])),
  );
  return blocks.flatMap((block) => blockOf(block, links));
}

function blockOf(block: Block, links: Links): Markup[] {
  const inline = (parts: Parts) => (parts as readonly Inline[]).flatMap((part) => inlinePart(part, links));
  const inner = (parts: Parts) => (parts as readonly Block[]).flatMap((part) => blockOf(part, links));
  switch (block.type) {
    case 'paragraph':
      return [h('p', {}, inline(block.children))];
    case 'heading':
      // Under the page's own headings.
      return [h(`h${Math.min(6, block.depth + 2)}`, {}, inline(block.children))];
    case 'blockquote':
      return [h('blockquote', {}, inner(block.children))];
    case 'list': {
      const items = block.children.map((item) => h('li', {}, inner(item.children)));
      const start = block.ordered && block.start !== null && block.start !== 1 ? block.start : undefined;
      return [h(block.ordered ? 'ol' : 'ul', { start }, items)];
    }
    case 'code':
      // A scrolled region must be reachable without a mouse.
      return [h('pre', { tabindex: 0 }, h('code', {}, block.value))];
    case 'thematicBreak':
      return [h('hr')];
    case 'grid':
      return [tableOf(block.rows, links)];
    case 'html':
      return [h('p', {}, block.value)];
    default:
      return [];
  }
}

function tableOf([head = [], ...body]: readonly (readonly string[])[], links: Links): Markup {
  const cells = (tag: string, row: readonly string[]) =>
    h(
      'tr',
      {},
      row.map((cell) =>
        h(
          tag,
          {},
          inlineOf(cell).flatMap((part) => inlinePart(part, links)),
        ),
      ),
    );
  const rows = body.map((row) => cells('td', row));
  return h(
    'div',
    { class: 'scroll', tabindex: 0 },
    h('table', {}, h('thead', {}, cells('th', head)), h('tbody', {}, rows)),
  );
}

function inlinePart(part: Inline, links: Links): Markup[] {
  const inner = (parts: readonly Inline[]) => parts.flatMap((child) => inlinePart(child, links));
  switch (part.type) {
    case 'text':
    case 'html':
      return [part.value];
    case 'strong':
      return [h('strong', {}, inner(part.children))];
    case 'emphasis':
      return [h('em', {}, inner(part.children))];
    case 'inlineCode':
      return [h('code', {}, part.value)];
    case 'break':
      return [h('br')];
    case 'link':
      return link(part.url, inner(part.children));
    case 'linkReference':
      return link(links.get(part.identifier), inner(part.children));
    case 'image':
      return link(part.url, [part.alt || part.url]);
    case 'imageReference':
      return link(links.get(part.identifier), [part.alt ?? '']);
    default:
      return 'children' in part ? inner(part.children as Inline[]) : [];
  }
}

function link(url: string | undefined, children: Markup[]): Markup[] {
  if (url === undefined || !/^(?:https?:\/\/|mailto:)/i.test(url)) return children;
  return [h('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, children)];
}
