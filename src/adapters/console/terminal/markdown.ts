import { fromMarkdown } from 'mdast-util-from-markdown';
import { visible } from '../../../base/text.ts';
import { type Mark, type Span, type Style, wrap } from './style.ts';

type Block = ReturnType<typeof fromMarkdown>['children'][number];
type Inline = Extract<Block, { type: 'paragraph' }>['children'][number];
type List = Extract<Block, { type: 'list' }>;
type ListItem = List['children'][number];

/** Markdown as lines for a terminal, each at most `width` columns. Half-written Markdown is shown as far as it goes. */
export function renderMarkdown(text: string, width: number, style: Style): string[] {
  return blocks(fromMarkdown(visible(text)).children, Math.max(width, 8), style);
}

function blocks(nodes: readonly Block[], width: number, style: Style): string[] {
  return nodes.flatMap((node, index) => {
    const lines = block(node, width, style);
    return index > 0 && lines.length > 0 ? ['', ...lines] : lines;
  });
}

function block(node: Block, width: number, style: Style): string[] {
  switch (node.type) {
    case 'heading':
      return wrap(spans(node.children, style.bold, style), width);
    case 'paragraph':
      return wrap(spans(node.children, plain, style), width);
    case 'list':
      return list(node, width, style);
    case 'blockquote':
      return blocks(node.children, width - 2, style).map((line) => `${style.dim('│')} ${line}`);
    case 'code':
      return node.value
        .split('\n')
        .flatMap((line) => indent(wrap([{ text: line, mark: style.code }], width - 2), '  '));
    case 'thematicBreak':
      return [style.dim('─'.repeat(Math.min(width, 24)))];
    case 'html':
      return wrap([{ text: node.value, mark: plain }], width);
    default:
      return [];
  }
}

function list(node: List, width: number, style: Style): string[] {
  const gap = node.spread ? [''] : [];
  return node.children.flatMap((item, index) => {
    const bullet = node.ordered ? `${(node.start ?? 1) + index}. ` : '• ';
    const lines = hang(listItem(item, width - bullet.length, style), style.dim(bullet), bullet.length);
    return index > 0 ? [...gap, ...lines] : lines;
  });
}

function listItem(item: ListItem, width: number, style: Style): string[] {
  const lines = item.children.flatMap((child, index) => {
    const rendered = block(child, width, style);
    return index > 0 && item.spread ? ['', ...rendered] : rendered;
  });
  return lines.length > 0 ? lines : [''];
}

/** Inline content as words with marks; an outer mark stays around an inner one. */
function spans(nodes: readonly Inline[], mark: Mark, style: Style): Span[] {
  return nodes.flatMap((node): Span[] => {
    const inside = (inner: Mark): Mark => {
      return (text) => mark(inner(text));
    };
    switch (node.type) {
      case 'text':
        return [{ text: node.value, mark }];
      case 'strong':
        return spans(node.children, inside(style.bold), style);
      case 'emphasis':
        return spans(node.children, inside(style.italic), style);
      case 'inlineCode':
        return [{ text: node.value, mark: inside(style.code) }];
      case 'break':
        return [{ text: '\n', mark }];
      case 'link':
        return link(node.url, spans(node.children, inside(style.link), style), mark);
      case 'image':
        return [{ text: node.alt || node.url, mark }];
      case 'html':
        return [{ text: node.value, mark }];
      default:
        return 'children' in node ? spans(node.children, mark, style) : [];
    }
  });
}

/** The address is shown beside the words that hide it. */
function link(url: string, words: Span[], mark: Mark): Span[] {
  const text = words.map((word) => word.text).join('');
  return text === url || `mailto:${text}` === url ? words : [...words, { text: ` (${url})`, mark }];
}

/** `lines` with `first` before the first and as much room before the others. */
export function hang(lines: readonly string[], first: string, width: number): string[] {
  return lines.map((line, index) => (index === 0 ? first + line : line === '' ? '' : ' '.repeat(width) + line));
}

function indent(lines: readonly string[], by: string): string[] {
  return lines.map((line) => by + line);
}

const plain: Mark = (text) => text;
