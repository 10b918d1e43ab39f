/** A page as text with locators, from its accessibility tree. Pure. */
import { texts } from './texts.ts';

/** A node of the tree, as playwright gives it. Names and texts are the page's. */
export interface AriaNode {
  role: string;
  name?: string;
  ref?: string;
  text?: string;
  url?: string;
  checked?: boolean | 'mixed';
  disabled?: boolean;
  expanded?: boolean;
  selected?: boolean;
  pressed?: boolean | 'mixed';
  children?: (AriaNode | string)[];
}

export interface Content {
  lines: string[];
  /** Elements for `browser_interact`, with their locators. */
  locators: Map<string, string>;
}

/** Elements that can be clicked, filled in or chosen from. */
const ACTIVE = new Set(
  `button link textbox searchbox combobox listbox checkbox radio switch slider spinbutton tab menuitem
   menuitemcheckbox menuitemradio option treeitem`.split(/\s+/),
);
/** Hold what a person has typed: that is shown to nobody. */
const FILLED = new Set(['textbox', 'searchbox', 'spinbutton', 'combobox']);
/** Roles that say something by themselves. */
const TOLD = new Set([
  'heading',
  'img',
  'alert',
  'dialog',
  'status',
  'iframe',
  'row',
  'listitem',
  'cell',
  'columnheader',
]);
const LONGEST_NAME = 200;
const LONGEST_TEXT = 2_000;
const MOST_LINES = 2_000;
const DEEPEST = 100;

/** Each line `[role] "name" → locator` for what can be used, and the page's text between them. */
export function contentOf(tree: readonly (AriaNode | string)[]): Content {
  const reading = new Reading();
  for (const node of tree) reading.add(node, '', 0);
  return reading.end();
}

class Reading {
  private readonly lines: string[] = [];
  private readonly locators = new Map<string, string>();
  private readonly frames = new Map<string, number>();
  private left = 0;

  add(node: AriaNode | string, frame: string, depth: number): void {
    if (depth > DEEPEST) return;
    if (typeof node === 'string') {
      this.say(clean(node, LONGEST_TEXT));
      return;
    }
    const { role, children = [], text } = node;
    const name = clean(node.name ?? '', LONGEST_NAME);
    const isActive = node.ref !== undefined && ACTIVE.has(role);
    if (isActive) this.element(node, name, frame);
    else if (TOLD.has(role) && name !== '') this.say(`[${role}] ${JSON.stringify(name)}`);
    else if (role === 'option') this.say(`[option] ${JSON.stringify(name)}${node.selected ? ' (selected)' : ''}`);
    const within = role === 'iframe' ? this.frame(name, frame) : frame;
    if (text !== undefined && !FILLED.has(role)) this.add(text, within, depth + 1);
    // The words of a button or a link are its name already.
    const isSaid = isActive && role !== 'combobox' && role !== 'listbox';
    for (const child of children) {
      if (isSaid && (typeof child === 'string' || child.role === 'text')) continue;
      this.add(child, within, depth + 1);
    }
  }

  end(): Content {
    if (this.left > 0) this.lines.push(texts.cut(this.left));
    return { lines: this.lines, locators: this.locators };
  }

  private element(node: AriaNode, name: string, frame: string): void {
    const { role, ref = '', url } = node;
    const shown = `${role}${name === '' ? '' : ` ${JSON.stringify(name)}`}`;
    const locator = this.unique(`${frame}${shown}`);
    this.locators.set(locator, ref);
    const to = url && !/^(?:javascript|data|blob):/i.test(url) ? ` <${clean(url, 300)}>` : '';
    this.say(`[${role}] ${JSON.stringify(name)}${stateOf(node)}${to} → ${locator}`);
  }

  /** Of several that look alike each has its number. */
  private unique(shown: string): string {
    if (!this.locators.has(shown)) return shown;
    let count = 2;
    while (this.locators.has(`${shown} #${count}`)) count++;
    return `${shown} #${count}`;
  }

  private frame(name: string, outer: string): string {
    const shown = `${outer}frame${name === '' ? '' : ` ${JSON.stringify(name)}`}`;
    const count = (this.frames.get(shown) ?? 0) + 1;
    this.frames.set(shown, count);
    return `${shown}${count > 1 ? ` #${count}` : ''} > `;
  }

  private say(line: string): void {
    if (line === '') return;
    if (this.lines.length < MOST_LINES) this.lines.push(line);
    else this.left++;
  }
}

function stateOf(node: AriaNode): string {
  const states = [
    FILLED.has(node.role) && node.text ? texts.filled : '',
    node.checked === true ? '(checked)' : '',
    node.selected ? '(selected)' : '',
    node.expanded === true ? '(open)' : '',
    node.disabled ? '(disabled)' : '',
  ];
  return states
    .filter(Boolean)
    .map((state) => ` ${state}`)
    .join('');
}

/** On one line, without what nobody sees. */
function clean(text: string, most: number): string {
  const plain = text
    .replace(/[\p{Cc}\p{Cf}\p{Co}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}
