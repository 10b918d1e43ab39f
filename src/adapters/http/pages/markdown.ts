/** Markdown as a page shows it. Pure. */
import { type Block, blocksOf, type Inline, inlineOf } from '../../../delivery/index.ts';
import { h, type Markup } from './markup.ts';

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
