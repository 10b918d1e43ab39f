/** Finds the main content of a page. Plain JavaScript, because it runs on a thread of its own. */
import { Readability } from '@mozilla/readability';

/** Never part of what a page says, or nothing that is shown. */
const NOISE = `title, meta, link, base, script, style, noscript, template, svg, canvas, iframe, object, embed, audio, video, map, button, input, select,
  textarea, dialog, nav, [hidden], [aria-hidden="true"], [role="navigation"], [role="banner"], [role="contentinfo"],
  [role="search"], [role="complementary"], [role="dialog"], [role="alertdialog"], [role="menu"], [role="toolbar"]`;
/** These frame a page; inside an article or the main part they may belong to it. */
const FRAMES = 'header, footer, aside';
const HIDDEN = /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])/i;
const BOILERPLATE =
  /(^|[\s_-])(cookies?|consent|gdpr|banner|sidebar|breadcrumbs?|share|sharing|social|newsletter|subscribe|signup|related|recommend(ed|ations)?|promo(tion)?|advert(isement)?s?|ads?|sponsor(ed)?|popup|modal|overlay|menu|navbar|navigation|nav|toolbar|pagination|pager|skip-?link|site-?(header|footer)|page-?(header|footer)|masthead|footer|paywall-offer|tags-cloud|user-?(panel|info|card)|quick-?links|edit-?link|toc)([\s_-]|$)/i;
/** An element with less of a page's text than this may be boilerplate by its name alone. */
const SMALL_SHARE = 0.35;
const BLOCKS = 'ul, ol, div, section, table, p';
const MOST_LINKED = 0.75;
const FEW_LINKS = 4;

/** The text that an element shows, its white space collapsed. */
export function textOf(element) {
  return (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
}

const TEXT = 3;

/**
 * `root` with one node for each text. The parser makes one of each sign that it looks at twice (`<`, `&`, entities),
 * and what walks them all takes the square of their number.
 */
export function joinTexts(root) {
  for (let node = root.firstChild; node; node = nextNode(node, root)) {
    if (node.nodeType !== TEXT || node.nextSibling?.nodeType !== TEXT) continue;
    const parts = [node.data];
    for (let next = node.nextSibling; next?.nodeType === TEXT; next = node.nextSibling) {
      parts.push(next.data);
      next.remove();
    }
    node.data = parts.join('');
  }
  return root;
}

function nextNode(node, root) {
  if (node.firstChild) return node.firstChild;
  for (let at = node; at && at !== root; at = at.parentNode) if (at.nextSibling) return at.nextSibling;
  return undefined;
}

/**
 * The element of `document` with its main content, cleaned. `again` parses the same page anew: both ways of looking
 * change what they look at.
 */
export function mainOf(document, again) {
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

/** The main part as the page itself marks it. */
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
    clean(joinTexts(holder));
    return unlinked(holder);
  } catch {
    return undefined;
  }
}
