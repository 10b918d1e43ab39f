/** Style sheets of pages, as far as they hide text or make it white: by element, class and id, without conditions. */

const HIDDEN = /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])/i;
const WHITE = /(?:^|[;\s])color\s*:\s*(?:#fff(?:fff)?\b|white|rgba?\(\s*255\s*,\s*255\s*,\s*255)/i;
const SHADED = /background/i;
/** Characters of all style sheets of a page that are looked at. */
const LONGEST = 200_000;
const SIMPLE = /^(?:[a-z][a-z0-9]{0,20})?(?:[.#][\w-]{1,100})?$/i;

/** Undefined for what a reader sees. */
export function asideOfStyle(style) {
  if (HIDDEN.test(style)) return 'hidden text';
  return WHITE.test(style) && !SHADED.test(style) ? 'white text' : undefined;
}

export class Styles {
  length = 0;
  asides = new Map();

  add(sheet) {
    const text = sheet.slice(0, LONGEST - this.length).replace(/<!--|-->/g, '');
    this.length += text.length;
    for (let at = 0; at < text.length; ) {
      const open = text.indexOf('{', at);
      if (open < 0) return;
      const selectors = text.slice(at, open).trim();
      // Rules with a condition (a printer, a narrow screen) are passed over whole.
      const close = selectors.startsWith('@') ? endOfNested(text, open) : text.indexOf('}', open);
      if (close < 0) return;
      if (!selectors.startsWith('@')) this.addRule(selectors, text.slice(open + 1, close));
      at = close + 1;
    }
  }

  addRule(selectors, style) {
    const aside = asideOfStyle(style);
    for (const selector of selectors.split(',').slice(0, 100)) {
      const last =
        selector
          .trim()
          .split(/[\s>+~]+/)
          .at(-1) ?? '';
      if (last === '' || !SIMPLE.test(last)) continue;
      // A later rule that only colours a ground or a size says nothing.
      if (aside !== undefined) this.asides.set(last.toLowerCase(), aside);
    }
  }

  asideOf(name, at) {
    if (this.asides.size === 0) return undefined;
    const classes = (at.class ?? '')
      .split(/\s+/)
      .filter(Boolean)
      .slice(0, 20)
      .map((each) => `.${each}`);
    const own = [...classes, ...(at.id ? [`#${at.id}`] : [])];
    const names = [name, ...own, ...own.map((each) => `${name}${each}`)];
    return names.map((each) => this.asides.get(each.toLowerCase())).find(Boolean);
  }
}

function endOfNested(text, open) {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}
