import { fromMarkdown } from 'mdast-util-from-markdown';
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly';
import widthOf from 'string-width';
import { BoundedMap } from '../../../base/bounded.ts';
import { visible, withListsEnded } from '../../../base/text.ts';
import { type FileOut, MAIN, type Output, type SaidPart } from '../protocol.ts';
import { EDITED, greetingLines, THINKING, UNREAD, WITHDRAWN } from '../texts.ts';

/** The view of a conversation: a screen that can change its last block, or a plain stream that cannot. */
export interface View {
  readonly width: number;
  print(lines: readonly string[]): void;
  printAbove(lines: readonly string[]): void;
  begin(id: string, lines: readonly string[]): void;
  isLive(id: string): boolean;
  change(lines: readonly string[]): void;
  remove(): void;
  say(status: string | undefined): void;
}

const REMEMBERED = 500;

export class Conversation {
  private readonly view: View;
  private readonly style: Style;
  /** Types of cards as they first came: an edit does not repeat them. */
  private readonly types = new BoundedMap<string, CardType>(REMEMBERED);
  private readonly cards = new BoundedMap<string, SaidPart['buttons']>(REMEMBERED);
  private growing: string | null = null;

  constructor(view: View, style: Style) {
    this.view = view;
    this.style = style;
  }

  /** The button that a typed number means, of the newest card that has buttons. What it offered is then used up. */
  choose(text: string): SaidPart['buttons'][number] | undefined {
    const number = /^\[?(\d{1,2})\]?$/.exec(text.trim())?.[1];
    const [id, buttons] = [...this.cards].at(-1) ?? [];
    const button = number === undefined ? undefined : buttons?.[Number(number) - 1];
    if (button && id !== undefined) this.cards.delete(id);
    return button;
  }

  hear(line: Output): void {
    switch (line.type) {
      case 'ready':
        this.greet(line);
        break;
      case 'typing':
        if (line.conversation === MAIN) this.view.say(this.style.dim(THINKING));
        break;
      case 'delete':
        this.withdraw(line.id);
        break;
      case 'edit':
        this.edit(line);
        break;
      case 'done':
        this.endAnswer(line.in_reply_to);
        break;
      default:
        if ('id' in line) this.show(line);
        else this.complain(line);
    }
  }

  private greet({ name, version, hint }: Extract<Output, { type: 'ready' }>): void {
    const lines = greetingLines(name, version, visible(hint));
    this.view.print([...lines.flatMap((text) => wrap([{ text, mark: this.style.dim }], this.view.width)), '']);
  }

  private show(card: SaidPart): void {
    const type = card.type === 'edit' ? 'message' : card.type;
    if (!this.concerns(card, type)) return;
    if (type === 'message') this.forgetOffers();
    this.know(card, type);
    this.view.say(undefined);
    const lines = this.lines(card, type);
    if (this.view.isLive(card.id)) this.view.change(lines);
    // A reminder must not cut an answer in two that is still being written.
    else if (this.growing !== null && this.growing !== card.in_reply_to) {
      this.view.printAbove(lines);
    } else {
      this.view.begin(card.id, lines);
      this.growing = card.in_reply_to;
    }
  }

  /** The terminal is one conversation; what is to be brought up is shown wherever it belongs. */
  private concerns(card: SaidPart, type: CardType): boolean {
    return card.conversation === MAIN || type === 'reminder' || type === 'approval';
  }

  private edit(card: SaidPart): void {
    const knownType = this.types.get(card.id);
    const type = knownType ?? 'message';
    if (!this.concerns(card, type)) return;
    const before = this.cards.has(card.id);
    this.know(card, type);
    if (this.view.isLive(card.id)) {
      this.view.change(this.lines(card, type));
    } else if (knownType === undefined || !before || card.buttons.length > 0) {
      // A card that only lost its buttons need not be said a second time.
      const mark = knownType === undefined ? [] : [this.style.dim(EDITED)];
      this.view.print([...mark, ...this.lines(card, type)]);
    }
  }

  private withdraw(id: string): void {
    this.cards.delete(id);
    if (this.view.isLive(id)) this.view.remove();
    else if (this.types.delete(id)) this.view.print([this.style.dim(WITHDRAWN), '']);
  }

  private endAnswer(id: string | null): void {
    this.view.say(undefined);
    if (id !== null && this.growing === id) this.growing = null;
  }

  private complain({ text, remedy }: { text: string; remedy: string }): void {
    this.view.print([`${this.style.failure('!')} ${visible(text)}`, `  ${this.style.dim(visible(remedy))}`, '']);
  }

  /** Drops the buttons of earlier answers with the next answer: a number would surprise. Open decisions stay. */
  private forgetOffers(): void {
    for (const id of [...this.cards.keys()]) if (this.types.get(id) === 'message') this.cards.delete(id);
  }

  private know(card: SaidPart, type: CardType): void {
    this.types.set(card.id, type);
    if (card.buttons.length > 0) this.cards.set(card.id, card.buttons);
    else this.cards.delete(card.id);
  }

  private lines(card: SaidPart, type: CardType): string[] {
    return [...renderCard(card, type, this.view.width, this.style), ''];
  }
}

type CardType = Exclude<SaidPart['type'], 'edit'>;

function renderCard(card: SaidPart, type: CardType, width: number, style: Style): string[] {
  const { sign, text, mark } = withSign(card.text, SIGNS[type](style));
  const first = `${mark(sign)} `;
  const room = widthOf(first);
  const where = card.conversation === MAIN ? [] : [style.dim(`(in ${visible(card.conversation)})`)];
  const body = [
    ...(card.unread ? [style.dim(UNREAD)] : []),
    ...where,
    ...renderMarkdown(text, width - room, style),
    ...card.files.flatMap((file) => wrap([{ text: fileLine(file), mark: style.dim }], width - room)),
    ...choices(card, width - room, style),
  ];
  return hang(body, first, room);
}

const OWN_SIGN = /^(\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)\s+/u;

function withSign(text: string, standard: { sign: string; mark: Mark }) {
  const own = OWN_SIGN.exec(text);
  return { ...standard, sign: own?.[1] ?? standard.sign, text: own ? text.slice(own[0].length) : text };
}

const SIGNS: Record<CardType, (style: Style) => { sign: string; mark: Mark }> = {
  message: (style) => ({ sign: '●', mark: style.voice }),
  reminder: (style) => ({ sign: '🔔', mark: style.bell }),
  approval: (style) => ({ sign: '?', mark: style.question }),
  error: (style) => ({ sign: '!', mark: style.failure }),
};

function fileLine({ name, type, size, path }: FileOut): string {
  return visible(`${name} (${type}, ${sizeText(size)}): ${path}`);
}

function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function choices({ buttons }: SaidPart, width: number, style: Style): string[] {
  const lines: string[] = [];
  for (const [index, { label }] of buttons.entries()) {
    const choice = `${style.bold(`[${index + 1}]`)} ${visible(label)}`;
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 2 + widthOf(choice) <= width)
      lines[lines.length - 1] = `${last}  ${choice}`;
    else lines.push(choice);
  }
  return lines;
}

type Block = ReturnType<typeof fromMarkdown>['children'][number];
type Inline = Extract<Block, { type: 'paragraph' }>['children'][number];
type List = Extract<Block, { type: 'list' }>;
type ListItem = List['children'][number];

/** Markdown as lines for a terminal, each at most `width` columns. Half-written Markdown is shown as far as it goes. */
export function renderMarkdown(text: string, width: number, style: Style): string[] {
  return blocks(
    withListsEnded(visible(text), (part) => fromMarkdown(part, { extensions: [cjkFriendlyExtension()] }).children),
    Math.max(width, 8),
    style,
  );
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

function hang(lines: readonly string[], first: string, width: number): string[] {
  return lines.map((line, index) => (index === 0 ? first + line : line === '' ? '' : ' '.repeat(width) + line));
}

function indent(lines: readonly string[], by: string): string[] {
  return lines.map((line) => by + line);
}

const plain: Mark = (text) => text;

type Mark = (text: string) => string;

/** The few marks that coda uses; without colour each gives its text back. */
export interface Style {
  bold: Mark;
  dim: Mark;
  italic: Mark;
  link: Mark;
  code: Mark;
  voice: Mark;
  bell: Mark;
  question: Mark;
  failure: Mark;
}

export function createStyle(colour: boolean): Style {
  const sgr = (on: number, off: number): Mark => {
    return colour ? (text) => `\u001b[${on}m${text}\u001b[${off}m` : (text) => text;
  };
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    italic: sgr(3, 23),
    link: sgr(4, 24),
    code: sgr(36, 39),
    voice: sgr(36, 39),
    bell: sgr(33, 39),
    question: sgr(35, 39),
    failure: sgr(31, 39),
  };
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Words with their marks. A newline in `text` begins a line. */
interface Span {
  text: string;
  mark: Mark;
}

function wrap(spans: readonly Span[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const next = () => {
    lines.push(line.trimEnd());
    line = '';
    used = 0;
  };
  for (const word of spans.flatMap(wordsOf)) {
    if (word.text === '\n') {
      next();
      continue;
    }
    for (const piece of piecesOf(word.text, width)) {
      const room = widthOf(piece);
      if (used > 0 && used + widthOf(piece.trimEnd()) > width) next();
      if (used === 0 && piece.trim() === '' && lines.length > 0) continue;
      line += word.mark(piece);
      used += room;
    }
  }
  next();
  return lines;
}

function wordsOf({ text, mark }: Span): Span[] {
  return (text.match(/\n|[^\s]+[^\S\n]*|[^\S\n]+/g) ?? []).map((word) => ({ text: word, mark }));
}

function piecesOf(word: string, width: number): string[] {
  if (widthOf(word.trimEnd()) <= width) return [word];
  const pieces = [''];
  let used = 0;
  for (const { segment } of graphemes.segment(word)) {
    const room = widthOf(segment);
    if (used + room > width && used > 0) {
      pieces.push('');
      used = 0;
    }
    pieces[pieces.length - 1] += segment;
    used += room;
  }
  return pieces;
}
