import { Worker } from 'node:worker_threads';
import { type Failed, failed } from '../../../agent/index.ts';
import { deferred, Sequence, Slots, unlessAborted, withTimeout } from '../../../base/async.ts';
import { messageOf } from '../../../base/errors.ts';
import { omitUndefined, parseJson } from '../../../base/json.ts';
import type { Log } from '../../../base/log.ts';
import { isUrl } from '../../../base/text.ts';
import type { Cache } from '../../../bus/index.ts';
import type { FeedEntry } from '../../../chat/index.ts';
import type { Answer, Egress } from '../../../egress/index.ts';
import { charsetIn, decodeBytes, markOf, wideOf } from '../../../media/index.ts';
import { texts } from '../texts.ts';
import { keepBody, recallBody } from './conditional.ts';

interface Read {
  title: string;
  /** Markdown of a page, text of a PDF. */
  text: string;
  characters: number;
  published?: string;
  language?: string;
  refresh?: string;
  passwords?: number;
  /** Pages of a PDF; `cut`: not all of them were read. */
  pages?: number;
  cut?: boolean;
  /** Entries of a feed; `more`: those that are not looked at. */
  entries?: readonly FeedEntry[];
  more?: number;
}

type Work =
  | { kind: 'feed'; xml: string; url: string }
  | { kind: 'html'; html: string; url: string }
  | { kind: 'pdf'; bytes: Uint8Array; most: number };
type WorkerAnswer = { id: number; page?: Read; error?: string };

const WITHIN_MS = 20_000;
/** Milliseconds without use after which the thread and its memory are given back. */
const IDLE_MS = 30_000;
/** Megabytes. A page that needs more ends its thread, and nothing else. */
const MEMORY = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };

/** No honest page nests deeper, and each level costs time with each element in it. */
const DEEPEST = 1_000;
const UNCLOSED_ELEMENTS =
  /^(?:p|li|td|th|tr|dt|dd|option|br|hr|img|input|meta|link|source|wbr|col|area|base|embed|track|param|html|head|body)$/i;

class Unreadable extends Error {}

/**
 * Makes text of documents that others wrote, one at a time, on a thread of its own: one that is made to take for ever, or
 * all memory, ends that thread alone.
 */
export class Reader {
  private readonly order = new Sequence();
  private thread: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  private count = 0;

  /** Throws `Unreadable`. */
  read(work: Work, signal: AbortSignal, withinMs = WITHIN_MS): Promise<Read> {
    return this.order.run(() => this.work(work, signal, withinMs));
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    const ending = this.thread;
    this.thread = undefined;
    await ending?.terminate();
  }

  private async work(work: Work, signal: AbortSignal, withinMs: number): Promise<Read> {
    signal.throwIfAborted();
    if (work.kind === 'html' && depthOf(work.html) > DEEPEST) throw new Unreadable('it is nested too deeply');
    clearTimeout(this.idle);
    this.thread ??= this.begin();
    const { thread } = this;
    const id = ++this.count;
    const answered = deferred<WorkerAnswer>();
    const hear = (answer: WorkerAnswer) => answer.id === id && answered.resolve(answer);
    const failed = (error: unknown) => answered.resolve({ id, error: messageOf(error) });
    const ended = () => failed('its thread has ended');
    thread.on('message', hear).once('error', failed).once('exit', ended);
    thread.ref();
    let isWell = false;
    try {
      thread.postMessage({ id, ...work });
      const answer = await unlessAborted(signal, withTimeout(withinMs, answered.promise));
      if (!answer) throw new Unreadable('it took too long');
      isWell = answer.page !== undefined;
      if (!answer.page) throw new Unreadable(answer.error);
      return answer.page;
    } finally {
      thread.off('message', hear).off('error', failed).off('exit', ended);
      if (isWell) this.rest(thread);
      else await this.close();
    }
  }

  private begin(): Worker {
    const url = new URL('./page-worker.js', import.meta.url);
    const thread = new Worker(url, { stdout: true, stderr: true, resourceLimits: MEMORY });
    thread.on('error', () => {});
    return thread;
  }

  private rest(thread: Worker): void {
    thread.unref();
    // In real time: it is memory of this machine that is given back.
    this.idle = setTimeout(() => void this.close(), IDLE_MS);
    this.idle.unref();
  }
}

function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  // The name is never shortened to try again: a tag that nobody closes would take the square of its length.
  for (const [, close, name = '', rest = ''] of html.matchAll(/<(\/?)([a-z][a-z\d]*)(?![a-z\d])([^<>]*)>/gi)) {
    if (UNCLOSED_ELEMENTS.test(name) || rest.endsWith('/')) continue;
    depth = Math.max(0, depth + (close === '/' ? -1 : 1));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

export type Page = {
  ok: true;
  url: string;
  kind: Exclude<Kind, 'binary'>;
  title: string;
  text: string;
  published?: string;
  /** As its HTML says it. */
  language?: string;
  truncated: boolean;
  /** The page neither says how its letters are written, nor is it UTF-8. */
  guessed?: true;
};

export interface PagesOptions {
  egress: Egress;
  cache: Cache;
  log: Log;
  keepMs: number;
  timeoutMs: number;
  maxBytes: number;
  perHost: number;
  /** Milliseconds for which a page is read again only if it has changed; left out: it is always read. */
  revalidateMs?: number;
}

const LONGEST_TEXT = 400_000;
/** Larger pages are read up to here: what a reader sees of them is far less. */
const LONGEST_HTML = 4_000_000;
const MOST_REFRESHES = 3;
const ACCEPT = 'text/html, application/xhtml+xml, text/markdown, text/plain;q=0.9, application/json;q=0.9, */*;q=0.5';

export class Pages {
  private readonly options: PagesOptions;
  private readonly reader = new Reader();
  private readonly hosts = new Map<string, { slots: Slots; users: number }>();

  constructor(options: PagesOptions) {
    this.options = options;
  }

  async page(url: string, signal: AbortSignal): Promise<Page | Failed> {
    const { cache, keepMs } = this.options;
    return cache.getOrLoad<Page | Failed>({
      key: `page ${url}`,
      keepMs,
      keeps: ({ ok }) => ok,
      signal,
      load: (stop) => this.follow(url, stop),
    });
  }

  close(): Promise<void> {
    return this.reader.close();
  }

  private async follow(first: string, signal: AbortSignal): Promise<Page | Failed> {
    let url = first;
    for (let followed = 0; followed <= MOST_REFRESHES; followed++) {
      const result = await this.atHost(url, () => this.get(url, signal));
      if (!('next' in result)) return result;
      url = result.next;
    }
    return failed('EGRESS_REDIRECTS', texts.circles(hostOf(first)), { remedy: texts.emptyRemedy });
  }

  private async atHost<T>(url: string, task: () => Promise<T>): Promise<T> {
    const host = hostOf(url);
    const hostEntry = this.hosts.get(host) ?? { slots: new Slots(this.options.perHost), users: 0 };
    this.hosts.set(host, hostEntry);
    hostEntry.users++;
    try {
      return await hostEntry.slots.run(task);
    } finally {
      hostEntry.users--;
      if (hostEntry.users === 0) this.hosts.delete(host);
    }
  }

  private async get(url: string, signal: AbortSignal): Promise<Page | Failed | { next: string }> {
    signal.throwIfAborted();
    const { egress, timeoutMs: totalMs, maxBytes, cache, revalidateMs = 0 } = this.options;
    const before = revalidateMs > 0 ? await recallBody<Page>(cache, 'page', url) : undefined;
    const headers = { accept: ACCEPT, ...before?.asks };
    const answer = await egress.fetch(url, { headers, limits: { totalMs, maxBytes }, signal });
    if (!answer.ok) return answer;
    if (before && answer.status === 304) {
      answer.close();
      return before.value;
    }
    const body = await answer.bytes();
    if (!body.ok) return body;
    const result = await this.read(answer, body.bytes, signal);
    if (revalidateMs > 0 && 'ok' in result && result.ok) keepBody(cache, 'page', url, answer, result, revalidateMs);
    return result;
  }

  private async read(answer: Answer, bytes: Uint8Array, signal: AbortSignal) {
    const { url, status, type, headers } = answer;
    const host = hostOf(url);
    const kind = kindOf(type, bytes);
    const declared = charsetIn(headers['content-type'] ?? '');
    const isText = kind !== 'pdf' && kind !== 'binary';
    const letters = isText ? decodeBytes(bytes, { declared, isPage: kind === 'html' }) : undefined;
    const text = letters?.text;
    const guessed = letters?.isGuess ? { guessed: true as const } : {};
    const refused = refusedBy(host, status, text);
    if (refused) return refused;
    if (kind === 'binary') return failed('EGRESS_TYPE', texts.binary(host, type), { remedy: texts.unreadableRemedy });
    if (kind !== 'html' && kind !== 'pdf') return { ...plain(url, kind, text ?? ''), ...guessed };
    const html = text?.slice(0, LONGEST_HTML);
    const work =
      html === undefined
        ? ({ kind: 'pdf', bytes, most: LONGEST_TEXT } as const)
        : ({ kind: 'html', html, url } as const);
    const read = await this.reader.read(work, signal).catch((error) => this.unread(error, host, html));
    if (!('text' in read)) return read;
    const next = read.characters < 500 ? refreshTo(read.refresh) : undefined;
    if (next !== undefined && isUrl(next, url)) return { next: new URL(next, url).href };
    const wall = html === undefined ? undefined : walledOff(host, html, read);
    if (wall) return wall;
    const isCut = (text?.length ?? 0) > LONGEST_HTML || read.cut === true;
    return { ...documentOf(url, kind, read, isCut), ...guessed };
  }

  private unread(error: unknown, host: string, html: string | undefined): Read | Failed {
    if (!(error instanceof Unreadable)) throw error;
    this.options.log.info({ host, why: messageOf(error) }, 'a page could not be read');
    const text = html === undefined ? '' : withoutTags(html);
    if (text === '') return failed('UNREADABLE', texts.unreadable(host), { remedy: texts.unreadableRemedy });
    return { title: '', text, characters: text.length };
  }
}

function documentOf(url: string, kind: 'html' | 'pdf', read: Read, isCut: boolean): Page {
  const { title, published, language, pages } = read;
  const text = isPartly(read) ? `${read.text}\n\n${texts.partly}` : read.text;
  const truncated = isCut || text.length > LONGEST_TEXT;
  const more = kind === 'pdf' ? texts.cutPages(pages ?? 0) : texts.cut(LONGEST_TEXT);
  const excerpt = truncated ? `${text.slice(0, LONGEST_TEXT)}\n\n${more}` : text;
  return {
    ok: true,
    url,
    kind,
    title,
    text: excerpt,
    ...omitUndefined({ published: published || undefined, language: language || undefined }),
    truncated,
  };
}

function plain(url: string, kind: 'json' | 'csv' | 'text', text: string): Page {
  const truncated = text.length > LONGEST_TEXT;
  const excerpt = truncated ? `${text.slice(0, LONGEST_TEXT)}\n\n${texts.cut(LONGEST_TEXT)}` : text;
  return { ok: true, url, kind, title: '', text: excerpt, truncated };
}

export function hostOf(url: string): string {
  return isUrl(url) ? new URL(url).host : url.slice(0, 100);
}

/** In one pass, whatever the marks are like. */
function withoutTags(html: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let open = html.indexOf('<'); open >= 0; open = html.indexOf('<', from)) {
    pieces.push(html.slice(from, open));
    const tag = /^<(script|style|template|noscript)[\s>]/i.exec(html.slice(open, open + 20))?.[1];
    const close = tag === undefined ? open : findClosing(html, tag, open);
    const end = close < 0 ? -1 : html.indexOf('>', close);
    if (end < 0) return pieces.join(' ').replace(/\s+/g, ' ').trim();
    from = end + 1;
  }
  pieces.push(html.slice(from));
  return pieces.join(' ').replace(/\s+/g, ' ').trim();
}

function findClosing(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}`, 'gi');
  end.lastIndex = from;
  return end.exec(html)?.index ?? -1;
}

type Kind = 'html' | 'pdf' | 'json' | 'csv' | 'text' | 'binary';

const SNIFFED = 1_024;

/** The kind of a body of this declared type. Types lie: what the bytes say goes before. */
function kindOf(type: string, bytes: Uint8Array): Kind {
  const start = Buffer.from(bytes.subarray(0, SNIFFED)).toString('latin1');
  if (start.slice(0, 64).includes('%PDF-')) return 'pdf';
  if (markOf(bytes) === undefined && start.includes('\0')) return wideOf(bytes) ? 'text' : 'binary';
  const head = start.replace(/^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*/, '').toLowerCase();
  if (/^<(?:!doctype html|html|head|body|title|meta)[\s>]/.test(head)) return 'html';
  if (/^[[{]/.test(head) && isJson(type, bytes)) return 'json';
  if (/\bcsv\b/.test(type)) return 'csv';
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  if (type === '' && /^<[a-z!]/.test(head)) return 'html';
  return isControlled(start) ? 'binary' : 'text';
}

function isJson(type: string, bytes: Uint8Array): boolean {
  if (/[/+]json$/.test(type)) return true;
  try {
    parseJson(Buffer.from(bytes).toString());
    return true;
  } catch {
    return false;
  }
}

function isControlled(start: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
  const odd = start.match(/[\x01-\x08\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0;
  return odd > start.length * 0.02;
}

const CAPTCHA =
  /cf-challenge|cf_chl_|challenge-platform|g-recaptcha|h-captcha|hcaptcha\.com|captcha-delivery|px-captcha|_Incapsula_Resource|turnstile\/v0|awswafcaptcha|<title>\s*(?:just a moment|attention required|are you a robot|verify (?:that )?you are human|access to this page has been denied)/i;
/** Most characters of a page that asks whether its reader is a person; with more, the page itself is there. */
const LITTLE = 400;
/** A page that says so little beside a form for logging in says nothing else. Characters. */
const NOTHING = 60;

function refusedBy(host: string, status: number, html: string | undefined): Failed | undefined {
  if (status < 400) return undefined;
  if (html !== undefined && CAPTCHA.test(html)) return captcha(host);
  if (status === 401 || status === 407) return failed('LOGIN_WALL', texts.login(host), { remedy: texts.loginRemedy });
  if (status === 404 || status === 410)
    return failed('NOT_FOUND', texts.gone(host, status), { remedy: texts.goneRemedy });
  if (status === 429) return failed('RATE_LIMITED', texts.often(host), { remedy: texts.laterRemedy });
  if (status >= 500) return failed('UNAVAILABLE', texts.broken(host, status), { remedy: texts.laterRemedy });
  return failed('REFUSED', texts.refuses(host, status), { remedy: texts.refusesRemedy });
}

function walledOff(host: string, html: string, { characters, passwords = 0 }: Read): Failed | undefined {
  if (characters < LITTLE && CAPTCHA.test(html)) return captcha(host);
  if (characters < NOTHING && passwords > 0)
    return failed('LOGIN_WALL', texts.login(host), { remedy: texts.loginRemedy });
  return characters === 0 ? failed('EMPTY', texts.empty(host), { remedy: texts.emptyRemedy }) : undefined;
}

function isPartly({ characters, passwords = 0 }: Pick<Read, 'characters' | 'passwords'>): boolean {
  return characters < LITTLE && passwords > 0;
}

function captcha(host: string): Failed {
  return failed('CAPTCHA', texts.captcha(host), { remedy: texts.captchaRemedy });
}

function refreshTo(content: string | undefined): string | undefined {
  const [, seconds, address] = /^\s*(\d+)(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?["']?([^"'\s]+)/i.exec(content ?? '') ?? [];
  return address !== undefined && Number(seconds) <= 10 ? address : undefined;
}
