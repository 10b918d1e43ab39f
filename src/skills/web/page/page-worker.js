/** Reads pages and PDFs, on a thread of its own: plain JavaScript, because threads load no TypeScript. */
import { parentPort } from 'node:worker_threads';
import { joinTexts, mainOf, textOf } from './main-text.js';
import { markdownOf } from './markdown.js';

/** The most pages of a PDF. */
const MOST_PAGES = 500;
const LONGEST_TITLE = 300;
const PASSWORD = 'input[type="password"]';
/** Some sites have one form around all of a page: that is no form for logging in. Characters. */
const LONGEST_LOGIN = 400;

parentPort.on('message', async ({ id, kind, html, url, bytes, most, xml }) => {
  try {
    const page =
      kind === 'pdf' ? await ofPdf(bytes, most) : kind === 'feed' ? await ofFeed(xml, url) : await ofHtml(html, url);
    parentPort.postMessage({ id, page });
  } catch (error) {
    parentPort.postMessage({ id, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
});

async function ofFeed(xml, url) {
  const { entriesOf } = await import('./feed.js');
  return { title: '', text: '', characters: 0, ...entriesOf(xml, url) };
}

async function ofHtml(html, url) {
  const { parseHTML } = await import('linkedom');
  // A sign that begins no tag is text (HTML, 13.2.5.6).
  const plain = html.replace(/<(?![a-z/!?])/gi, '&lt;');
  const whole = /<html[\s>]/i.test(plain) ? plain : `<!doctype html><html><body>${plain}</body></html>`;
  const parse = () => joinTexts(parseHTML(whole).document);
  const document = parse();
  const about = aboutOf(document);
  const base = URL.parse(document.querySelector('base[href]')?.getAttribute('href') ?? '', url)?.href ?? url;
  const passwords = document.querySelectorAll(PASSWORD).length;
  const parsed = () => withoutLogin(parse());
  const main = mainOf(withoutLogin(document), parsed);
  return { ...about, text: markdownOf(main, base), characters: textOf(main).length, passwords };
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
  const html = document.querySelector('html');
  const language = html?.getAttribute('lang') || html?.getAttribute('xml:lang') || meta('og:locale');
  return {
    title: title.slice(0, LONGEST_TITLE),
    ...(published && { published: published.slice(0, 40) }),
    ...(language && { language: language.slice(0, 40) }),
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
