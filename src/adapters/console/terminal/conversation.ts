import { BoundedMap } from '../../../base/bounded.ts';
import { visible } from '../../../base/text.ts';
import { MAIN, type Output, type Said } from '../protocol.ts';
import { type CardType, renderCard } from './card.ts';
import { type Style, wrap } from './style.ts';
import { EDITED, greeting, THINKING, WITHDRAWN } from './texts.ts';

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

/** The parts of a conversation, and those of them that can still be pressed or changed. */
export class Conversation {
  private readonly view: View;
  private readonly style: Style;
  /** Types of cards as they first came: an edit does not repeat them. */
  private readonly types = new BoundedMap<string, CardType>(REMEMBERED);
  /** Cards with buttons, newest last. */
  private readonly cards = new BoundedMap<string, Said['buttons']>(REMEMBERED);
  /** The input whose answer is still growing as the live block. */
  private growing: string | null = null;

  constructor(view: View, style: Style) {
    this.view = view;
    this.style = style;
  }

  /** The button that a typed number means, of the newest card that has buttons. What it offered is then used up. */
  choose(text: string): Said['buttons'][number] | undefined {
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
        this.done(line.in_reply_to);
        break;
      default:
        if ('id' in line) this.show(line);
        else this.complain(line);
    }
  }

  private greet({ name, version, hint }: Extract<Output, { type: 'ready' }>): void {
    const lines = greeting(name, version, visible(hint));
    this.view.print([...lines.flatMap((text) => wrap([{ text, mark: this.style.dim }], this.view.width)), '']);
  }

  private show(card: Said): void {
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
  private concerns(card: Said, type: CardType): boolean {
    return card.conversation === MAIN || type === 'reminder' || type === 'approval';
  }

  private edit(card: Said): void {
    const known = this.types.get(card.id);
    const type = known ?? 'message';
    if (!this.concerns(card, type)) return;
    const before = this.cards.has(card.id);
    this.know(card, type);
    if (this.view.isLive(card.id)) {
      this.view.change(this.lines(card, type));
    } else if (known === undefined || !before || card.buttons.length > 0) {
      // A card that only lost its buttons need not be said a second time.
      const mark = known === undefined ? [] : [this.style.dim(EDITED)];
      this.view.print([...mark, ...this.lines(card, type)]);
    }
  }

  private withdraw(id: string): void {
    this.cards.delete(id);
    if (this.view.isLive(id)) this.view.remove();
    else if (this.types.delete(id)) this.view.print([this.style.dim(WITHDRAWN), '']);
  }

  private done(id: string | null): void {
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

  private know(card: Said, type: CardType): void {
    this.types.set(card.id, type);
    if (card.buttons.length > 0) this.cards.set(card.id, card.buttons);
    else this.cards.delete(card.id);
  }

  private lines(card: Said, type: CardType): string[] {
    return [...renderCard(card, type, this.view.width, this.style), ''];
  }
}
