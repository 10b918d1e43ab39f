/**
 * Sixty pages that are like those of the web: twelve kinds of content in five ways of building a page. Words of the content
 * are marked `m…`, words of what frames it `b…`, so that what is kept of each can be counted.
 */

export interface SavedPage {
  name: string;
  html: string;
}

const SCRIPTS = {
  latin:
    'the whale sleeps upright near surface water while others keep watch and breathe slowly until morning comes again'.split(
      ' ',
    ),
  cyrillic: 'кит спит стоя у самой поверхности воды пока другие следят и дышат медленно до утра'.split(' '),
  greek: 'η φάλαινα κοιμάται όρθια κοντά στην επιφάνεια του νερού ενώ οι άλλες προσέχουν'.split(' '),
  japanese: '鯨は 水面の 近くで 立ったまま 眠り、 仲間は 見張りを 続け、 ゆっくり 呼吸します。'.split(' '),
  arabic: 'ينام الحوت واقفا قرب سطح الماء بينما يراقب الآخرون ويتنفسون ببطء'.split(' '),
};
type Script = keyof typeof SCRIPTS;

/** Makes words that are counted. */
class Words {
  private count = 0;
  private readonly own: readonly string[];

  constructor(script: Script) {
    this.own = SCRIPTS[script];
  }

  /** `n` words, every second one marked. */
  of(mark: 'm' | 'b', n: number): string {
    const words = Array.from({ length: n }, () => {
      const at = this.count++;
      return at % 2 === 0 ? `${mark}${at}x` : (this.own[at % this.own.length] ?? 'and');
    });
    return words.join(' ');
  }

  sentence(n = 18): string {
    return `${this.of('m', n)}, ${this.of('m', 6)}.`;
  }
}

const many = (n: number, make: (n: number) => string) =>
  Array.from({ length: n }, (_, index) => make(index)).join('\n');

/** What each kind of page is about, as HTML. */
const KINDS: Record<string, { script?: Script; content(words: Words): string }> = {
  news: {
    content: (w) =>
      `<h1>${w.of('m', 8)}</h1><p class="byline">${w.of('m', 4)}</p>${many(7, () => `<p>${w.sentence(40)} <a href="/x">${w.of('m', 2)}</a> ${w.sentence()}</p>`)}<blockquote><p>${w.sentence()}</p></blockquote>`,
  },
  documentation: {
    content: (w) =>
      `<h1>${w.of('m', 4)}</h1>${many(4, () => `<h2>${w.of('m', 3)}</h2><p>${w.sentence(30)}</p><pre><code class="language-ts">const ${w.of('m', 1)} = 1;\nreturn ${w.of('m', 1)};</code></pre><ul>${many(3, () => `<li><code>${w.of('m', 1)}</code>: ${w.sentence()}</li>`)}</ul>`)}`,
  },
  forum: {
    content: (w) =>
      `<h1>${w.of('m', 7)}</h1>${many(6, () => `<div class="post"><div class="author">${w.of('m', 2)}</div><div class="post-body"><p>${w.sentence(25)}</p><p>${w.sentence(20)}</p></div></div>`)}`,
  },
  shop: {
    content: (w) =>
      `<h1>${w.of('m', 6)}</h1><div class="price">${w.of('m', 2)}</div><div class="description"><p>${w.sentence(40)}</p><p>${w.sentence(30)}</p></div><table class="specs">${many(6, () => `<tr><th>${w.of('m', 2)}</th><td>${w.of('m', 4)}</td></tr>`)}</table>`,
  },
  table: {
    content: (w) =>
      `<h1>${w.of('m', 5)}</h1><p>${w.sentence(25)}</p><table><thead><tr>${many(4, () => `<th>${w.of('m', 1)}</th>`)}</tr></thead><tbody>${many(20, () => `<tr>${many(4, () => `<td>${w.of('m', 2)}</td>`)}</tr>`)}</tbody></table>`,
  },
  code: {
    content: (w) =>
      `<h1>${w.of('m', 3)}</h1><p>${w.sentence(20)}</p><pre>${many(30, () => `${w.of('m', 2)}(${w.of('m', 1)});`)}</pre><p>${w.sentence(20)}</p>`,
  },
  recipe: {
    content: (w) =>
      `<h1>${w.of('m', 4)}</h1><p>${w.sentence(30)}</p><h2>${w.of('m', 1)}</h2><ul>${many(8, () => `<li>${w.of('m', 4)}</li>`)}</ul><h2>${w.of('m', 1)}</h2><ol>${many(6, () => `<li>${w.sentence(20)}</li>`)}</ol>`,
  },
  encyclopedia: {
    content: (w) =>
      `<h1>${w.of('m', 2)}</h1>${many(5, () => `<h2>${w.of('m', 2)}</h2><p>${w.sentence(20)} <a href="/w">${w.of('m', 2)}</a>, <a href="/v">${w.of('m', 2)}</a> ${w.sentence(25)}<sup>[1]</sup></p>`)}`,
  },
  russian: {
    script: 'cyrillic',
    content: (w) => `<h1>${w.of('m', 6)}</h1>${many(6, () => `<p>${w.sentence(35)}</p>`)}`,
  },
  greek: { script: 'greek', content: (w) => `<h1>${w.of('m', 6)}</h1>${many(6, () => `<p>${w.sentence(35)}</p>`)}` },
  japanese: {
    script: 'japanese',
    content: (w) => `<h1>${w.of('m', 6)}</h1>${many(6, () => `<p>${w.sentence(35)}</p>`)}`,
  },
  arabic: {
    script: 'arabic',
    content: (w) => `<h1>${w.of('m', 6)}</h1>${many(6, () => `<p dir="rtl">${w.sentence(35)}</p>`)}`,
  },
};

const links = (w: Words, n: number) => many(n, (at) => `<li><a href="/${at}">${w.of('b', 3)}</a></li>`);

/** How pages are built around their content. */
const BUILDS: Record<string, (w: Words, content: string) => string> = {
  semantic: (w, content) =>
    `<header><a href="/">${w.of('b', 2)}</a><nav><ul>${links(w, 8)}</ul></nav></header><main><article>${content}</article></main><aside><h3>${w.of('b', 2)}</h3><ul>${links(w, 10)}</ul></aside><footer><p>${w.of('b', 20)}</p></footer>`,
  article: (w, content) =>
    `<div class="cookie-consent" role="dialog"><p>${w.of('b', 30)}</p><button>${w.of('b', 1)}</button></div><nav>${w.of('b', 6)}</nav><div class="layout"><article>${content}<div class="share-buttons">${w.of('b', 6)}</div></article><div class="sidebar"><p>${w.of('b', 40)}</p></div></div><div class="newsletter-signup"><p>${w.of('b', 15)}</p></div>`,
  classes: (w, content) =>
    `<div id="site-header"><div class="menu"><ul>${links(w, 9)}</ul></div></div><div class="breadcrumbs">${w.of('b', 5)}</div><div id="content">${content}</div><div id="related"><h4>${w.of('b', 2)}</h4><ul>${links(w, 6)}</ul></div><div id="footer">${w.of('b', 25)}</div>`,
  plain: (w, content) =>
    `<div><div><ul>${links(w, 10)}</ul></div></div><div><div>${content}</div></div><div><ul>${links(w, 12)}</ul></div><script>var ${w.of('b', 3)};</script><div style="display: none">${w.of('b', 20)}</div>`,
  tables: (w, content) =>
    `<table width="100%"><tr><td colspan="2"><ul>${links(w, 6)}</ul></td></tr><tr><td width="20%"><ul>${links(w, 10)}</ul></td><td>${content}</td></tr></table><noscript>${w.of('b', 8)}</noscript>`,
};

export const savedPages: readonly SavedPage[] = Object.entries(KINDS).flatMap(([kind, { script = 'latin', content }]) =>
  Object.entries(BUILDS).map(([build, around]) => {
    const words = new Words(script);
    const body = around(words, content(words));
    return {
      name: `${kind}, ${build}`,
      html: `<!doctype html><html><head><meta charset="utf-8"><title>${kind}</title><style>p { color: red }</style></head><body>${body}</body></html>`,
    };
  }),
);

/** The marked words in a text. */
export function markedIn(text: string, mark: 'm' | 'b'): Set<string> {
  return new Set(text.match(new RegExp(`\\b${mark}\\d+x`, 'g')) ?? []);
}
