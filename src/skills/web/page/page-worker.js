/** Reads pages and PDFs, on a thread of its own: plain JavaScript, because threads load no TypeScript. */
import { parentPort } from 'node:worker_threads';
import { Readability } from '@mozilla/readability';
import Turndown from 'turndown';

/** Of a PDF. */
const MOST_PAGES = 500;
const LONGEST_TITLE = 300;
const PASSWORD = 'input[type="password"]';
/** Some sites have one form around all of a page: that is no form for logging in. Characters. */
const LONGEST_LOGIN = 400;

parentPort.on('message', async ({ id, kind, html, url, bytes, most }) => {
  try {
    const page = kind === 'pdf' ? await ofPdf(bytes, most) : await ofHtml(html, url);
    parentPort.postMessage({ id, page });
  } catch (error) {
    parentPort.postMessage({ id, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
});

async function ofHtml(html, url) {
  const { parseHTML } = await import('linkedom');
  const whole = /<html[\s>]/i.test(html) ? html : `<!doctype html><html><body>${html}</body></html>`;
  const parse = () => parseHTML(whole).document;
  const document = parse();
  const about = aboutOf(document);
  const base = URL.parse(document.querySelector('base[href]')?.getAttribute('href') ?? '', url)?.href ?? url;
  const passwords = document.querySelectorAll(PASSWORD).length;
  const parsed = () => withoutLogin(parse());
  const main = mainOf(withoutLogin(document), parsed);
  const plain = textOf(main);
  return { ...about, text: markdownOf(main, base), characters: plain.length, passwords };
}

/** The document without its forms for logging in: what they say is not what the page says. */
function withoutLogin(document) {
  for (const field of document.querySelectorAll(PASSWORD)) {
    const form = field.closest('form');
    if (form && textOf(form).length <= LONGEST_LOGIN && !form.querySelector('h1, article, main')) form.remove();
  }
  return document;
}

function aboutOf(document) {
  const meta = (name) =>
    document.querySelector(`meta[property="${name}"], meta[name="${name}"]`)?.getAttribute('content')?.trim() ||
    undefined;
  const title = meta('og:title') ?? (textOf(document.querySelector('title')) || textOf(document.querySelector('h1')));
  const published = meta('article:published_time') ?? meta('date') ?? meta('dc.date');
  const refresh = [...document.querySelectorAll('meta[http-equiv]')].find(
    (each) => each.getAttribute('http-equiv')?.toLowerCase() === 'refresh',
  );
  return {
    title: title.slice(0, LONGEST_TITLE),
    ...(published && { published: published.slice(0, 40) }),
    ...(refresh && { refresh: refresh.getAttribute('content') ?? '' }),
  };
}

async function ofPdf(bytes, most) {
  const { getDocumentProxy } = await import('unpdf');
  const pdf = await getDocumentProxy(bytes);
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }));
  const pages = [];
  let size = 0;
  for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES) && size < most; number++) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
    pages.push(`[page ${number}]\n${text.trim()}`);
    size += text.length;
    page.cleanup();
  }
  const title = typeof info?.Title === 'string' ? info.Title.slice(0, LONGEST_TITLE) : '';
  return { title, text: pages.join('\n\n'), characters: size, pages: pdf.numPages, cut: pages.length < pdf.numPages };
}

// Finds the main content of a page. Plain JavaScript, because it runs on a thread of its own.

/** Never part of what a page says, or nothing that is shown. */
const NOISE = `title, meta, link, base, script, style, noscript, template, svg, canvas, iframe, object, embed, audio, video, map, button, input, select,
  textarea, dialog, nav, [hidden], [aria-hidden="true"], [role="navigation"], [role="banner"], [role="contentinfo"],
  [role="search"], [role="complementary"], [role="dialog"], [role="alertdialog"], [role="menu"], [role="toolbar"]`;
/** These frame a page; inside an article or the main part they may belong to it. */
const FRAMES = 'header, footer, aside';
const HIDDEN = /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])/i;
const BOILERPLATE =
  /(^|[\s_-])(cookies?|consent|gdpr|banner|sidebar|breadcrumbs?|share|sharing|social|newsletter|subscribe|signup|related|recommend(ed|ations)?|promo(tion)?|advert(isement)?s?|ads?|sponsor(ed)?|popup|modal|overlay|menu|navbar|navigation|nav|toolbar|pagination|pager|skip-?link|site-?(header|footer)|page-?(header|footer)|masthead|footer|paywall-offer|tags-cloud|user-?(panel|info|card)|quick-?links|edit-?link|toc)([\s_-]|$)/i;
/** What holds less of a page's text than this may be boilerplate by its name alone. */
const SMALL_SHARE = 0.35;
const BLOCKS = 'ul, ol, div, section, table, p';
const MOST_LINKED = 0.75;
const FEW_LINKS = 4;

/** The text that an element shows, its white space collapsed. */
function textOf(element) {
  return (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
}

/**
 * The element of `document` with its main content, cleaned. `again` parses the same page anew: both ways of looking
 * change what they look at.
 */
function mainOf(document, again) {
  const { body } = document;
  if (!body) return document.documentElement;
  clean(body);
  const all = textOf(body).length;
  const marked = markedMain(document, all);
  if (marked) return unlinked(marked);
  const own = unlinked(body);
  const found = readable(again, own.ownerDocument);
  const length = textOf(own).length;
  return found && textOf(found).length >= length * 0.85 ? found : own;
}

function clean(body) {
  for (const element of body.querySelectorAll(NOISE)) element.remove();
  for (const element of body.querySelectorAll('[style]')) {
    if (HIDDEN.test(element.getAttribute('style') ?? '')) element.remove();
  }
  for (const element of body.querySelectorAll(FRAMES)) {
    if (element.localName !== 'header' || !element.closest('main, article') || !element.querySelector('h1, h2')) {
      if (!element.closest('blockquote')) element.remove();
    }
  }
  const all = Math.max(1, textOf(body).length);
  for (const element of body.querySelectorAll('[class], [id]')) {
    if (/^(main|article|body|pre|code|table|tbody|tr|td|th|h1)$/.test(element.localName)) continue;
    const names = `${element.getAttribute('class') ?? ''} ${element.id ?? ''}`;
    if (BOILERPLATE.test(names) && textOf(element).length < all * SMALL_SHARE) element.remove();
  }
}

/** What the page itself says is its main part. */
function markedMain(document, all) {
  const mains = document.querySelectorAll('main, [role="main"], [itemprop="articleBody"]');
  const [main] = mains;
  if (main && textOf(main).length >= all * 0.4) return main;
  const articles = document.querySelectorAll('article');
  return articles.length === 1 && textOf(articles[0]).length >= all * 0.4 ? articles[0] : undefined;
}

/** Without blocks of hardly anything but links, unless these are what the page is about. */
function unlinked(element) {
  const before = textOf(element).length;
  const linked = [];
  let size = 0;
  for (const block of element.querySelectorAll(BLOCKS)) {
    if (linked.some((outer) => outer.contains(block))) continue;
    const links = block.querySelectorAll('a[href]');
    if (links.length < FEW_LINKS) continue;
    const length = textOf(block).length;
    const within = [...links].reduce((sum, link) => sum + textOf(link).length, 0);
    if (within < length * MOST_LINKED) continue;
    linked.push(block);
    size += length;
  }
  if (size < before * 0.4) for (const block of linked) block.remove();
  return element;
}

function readable(again, document) {
  try {
    const found = new Readability(again(), { maxElemsToParse: 50_000, charThreshold: 200 }).parse();
    if (!found?.content) return undefined;
    const holder = document.createElement('div');
    holder.innerHTML = found.content;
    clean(holder);
    return unlinked(holder);
  } catch {
    return undefined;
  }
}

/** Markdown of an element. Plain JavaScript, because it runs on a thread of its own. */
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
      return words === '' || !/^https?:/.test(to) ? content : `[${words.replace(/\s*\n+\s*/g, ' ')}](${to})`;
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
  const text = (node.textContent ?? '').replace(/\n+$/, '');
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `\n\n${fence}${language}\n${text}\n${fence}\n\n`;
}

/** `element`, whose addresses are as seen from `base`, as Markdown. */
function markdownOf(element, base) {
  for (const link of element.querySelectorAll('a[href]')) {
    const to = URL.parse(link.getAttribute('href') ?? '', base);
    if (to && /^https?:$/.test(to.protocol)) link.setAttribute('href', to.href);
    else link.removeAttribute('href');
  }
  const text = service().turndown(element);
  return text
    .replace(/[^\S\n]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
