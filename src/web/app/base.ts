/**
 * The path under which coda stands, '' at the root of its name: the server writes it into the document. Addresses of pages, files
 * and requests are written without it everywhere else (`/notes`), and get it here.
 */
import { options } from 'preact';

export const base: string = globalThis.document?.body?.dataset.base ?? '';

/** An address of coda as the browser asks for it. */
export const addressOf = (path: string): string => base + path;

/** The same without the prefix; undefined: it is not coda's. */
export function pathIn(address: string): string | undefined {
  if (base === '') return address;
  return address === base || address.startsWith(`${base}/`) ? address.slice(base.length) || '/' : undefined;
}

/** Address of the page that is shown, without the prefix. */
export const shownAddress = (): string => (pathIn(location.pathname) ?? location.pathname) + location.search;

/** The words between its slashes; one with a percent sign that means nothing stays as it stands. */
export function wordsOfAddress(address: string): string[] {
  const [words = ''] = address.split('?');
  return words.split('/').filter(Boolean).map(decodeWord);
}

function decodeWord(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** A name in what all pages of one origin share: another coda may stand there under another path. */
export const ownName = (name: string): string => name + base;

/** Has every link and picture of the pages lead to coda's own addresses. */
export function baseLinks(): void {
  if (base === '') return;
  const { vnode: before } = options;
  options.vnode = (vnode) => {
    const props = vnode.props as { href?: unknown; src?: unknown };
    if (vnode.type === 'a' && isPath(props.href)) props.href = addressOf(props.href);
    if (vnode.type === 'img' && isPath(props.src)) props.src = addressOf(props.src);
    before?.(vnode);
  };
}

const isPath = (value: unknown): value is string => typeof value === 'string' && /^\/(?!\/)/.test(value);
