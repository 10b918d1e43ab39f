/** Markdown of an element. Plain JavaScript, because it runs on a thread of its own. */
import Turndown from 'turndown';

const CELL = /^(TD|TH)$/;

function service() {
  const made = new Turndown({
    headingStyle: 'atx',
    codeBlockStyle: 'fenced',
    bulletListMarker: '-',
    emDelimiter: '_',
    hr: '---',
  });
  // It is read, not rendered: a name_with_lines stays one.
  made.escape = (text) => text;
  made.addRule('table', {
    filter: (node) => node.nodeName === 'TABLE' && isData(node),
    replacement: (_, node) => table(node),
  });
  made.addRule('code', { filter: 'pre', replacement: (_, node) => fenced(node) });
  made.addRule('picture', {
    filter: 'img',
    replacement: (_, node) => {
      const words = squeezed(node.getAttribute('alt') ?? '');
      return words === '' ? '' : `[picture: ${words}]`;
    },
  });
  made.addRule('link', {
    filter: (node) => node.nodeName === 'A',
    replacement: (content, node) => {
      const words = content.trim();
      const to = node.getAttribute('href') ?? '';
      return words === '' || !/^https?:/.test(to) ? content : `[${words.replace(/(?<!\s)\s*\n\s*/g, ' ')}](${to})`;
    },
  });
  return made;
}

/** A table that arranges things in rows and columns, and not the page. */
function isData(table) {
  if (table.querySelector('table, h1, h2, h3, article')) return false;
  return [...table.querySelectorAll('tr')].some((row) => cells(row).length > 1);
}

const cells = (row) => [...row.children].filter((cell) => CELL.test(cell.nodeName));
const squeezed = (text) => text.replace(/\s+/g, ' ').trim();

function table(node) {
  const rows = [...node.querySelectorAll('tr')].map((row) => cells(row).map((cell) => squeezed(cell.textContent)));
  const width = Math.min(100, Math.max(...rows.map((row) => row.length)));
  const line = (row) =>
    `| ${Array.from({ length: width }, (_, n) => (row[n] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  const [head = [], ...rest] = rows.filter((row) => row.length > 0);
  const caption = squeezed(node.querySelector('caption')?.textContent ?? '');
  const lines = [line(head), `|${' --- |'.repeat(width)}`, ...rest.map(line)];
  return `\n\n${caption === '' ? '' : `${caption}\n\n`}${lines.join('\n')}\n\n`;
}

function fenced(node) {
  const named = `${node.getAttribute('class') ?? ''} ${node.querySelector('code')?.getAttribute('class') ?? ''}`;
  const [, language = ''] = /(?:language|lang|highlight-source)-([\w+#-]+)/.exec(named) ?? [];
  const text = (node.textContent ?? '').replace(/(?<!\n)\n+$/, '');
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `\n\n${fence}${language}\n${text}\n${fence}\n\n`;
}

/** `element`, whose addresses are as seen from `base`, as Markdown. */
export function markdownOf(element, base) {
  for (const link of element.querySelectorAll('a[href]')) {
    const to = URL.parse(link.getAttribute('href') ?? '', base);
    if (to && /^https?:$/.test(to.protocol)) link.setAttribute('href', to.href);
    else link.removeAttribute('href');
  }
  const text = service().turndown(element);
  return text
    .replace(/(?<![^\S\n])[^\S\n]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
