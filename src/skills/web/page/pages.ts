import { type Failed, failed } from '../../../agent/index.ts';
import { Slots } from '../../../base/async.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { isUrl } from '../../../base/urls.ts';
import type { Cache } from '../../../bus/index.ts';
import type { Answer, Egress } from '../../../egress/index.ts';
import { texts } from '../texts.ts';
import { decode, type Kind, kindOf } from './kind.ts';
import { type Read, Reader, Unreadable } from './reader.ts';
import { isPartly, refreshTo, refusedBy, walledOff } from './walls.ts';

/** A document as it is read. */
export type Page = {
  ok: true;
  /** The address that it came from in the end. */
  url: string;
  kind: Exclude<Kind, 'binary'>;
  title: string;
  text: string;
  /** As the page gives it. */
  published?: string;
  /** There is more than this. */
  truncated: boolean;
};

export interface PagesOptions {
  egress: Egress;
  cache: Cache;
  log: Log;
  keepMs: number;
  timeoutMs: number;
  maxBytes: number;
  perHost: number;
}

/** Characters of a page that are kept. */
const LONGEST = 400_000;
/** Larger pages are read up to here: what a reader sees of them is far less. */
const LONGEST_HTML = 4_000_000;
const MOST_REFRESHES = 3;
const ACCEPT = 'text/html, application/xhtml+xml, text/markdown, text/plain;q=0.9, application/json;q=0.9, */*;q=0.5';

/** Web pages and files, read as text. */
export class Pages {
  private readonly options: PagesOptions;
  private readonly reader = new Reader();
  private readonly hosts = new Map<string, { slots: Slots; users: number }>();

  constructor(options: PagesOptions) {
    this.options = options;
  }

  /** The document at `url`; what goes wrong outside is a value. */
  async page(url: string, signal: AbortSignal): Promise<Page | Failed> {
    const { cache, keepMs } = this.options;
    return cache.once<Page | Failed>({
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
      const came = await this.atHost(url, () => this.get(url, signal));
      if (!('next' in came)) return came;
      url = came.next;
    }
    return failed('EGRESS_REDIRECTS', texts.circles(hostOf(first)), { remedy: texts.emptyRemedy });
  }

  /** At most `perHost` at a time. */
  private async atHost<T>(url: string, task: () => Promise<T>): Promise<T> {
    const host = hostOf(url);
    const known = this.hosts.get(host) ?? { slots: new Slots(this.options.perHost), users: 0 };
    this.hosts.set(host, known);
    known.users++;
    try {
      return await known.slots.run(task);
    } finally {
      known.users--;
      if (known.users === 0) this.hosts.delete(host);
    }
  }

  private async get(url: string, signal: AbortSignal): Promise<Page | Failed | { next: string }> {
    signal.throwIfAborted();
    const { egress, timeoutMs: totalMs, maxBytes } = this.options;
    const answer = await egress.fetch(url, { headers: { accept: ACCEPT }, limits: { totalMs, maxBytes }, signal });
    if (!answer.ok) return answer;
    const body = await answer.bytes();
    if (!body.ok) return body;
    return this.read(answer, body.bytes, signal);
  }

  private async read(answer: Answer, bytes: Uint8Array, signal: AbortSignal) {
    const { url, status, type, headers } = answer;
    const host = hostOf(url);
    const kind = kindOf(type, bytes);
    const text = kind === 'pdf' || kind === 'binary' ? undefined : decode(bytes, headers['content-type'] ?? '');
    const refused = refusedBy(host, status, text);
    if (refused) return refused;
    if (kind === 'binary') return failed('EGRESS_TYPE', texts.binary(host, type), { remedy: texts.unreadableRemedy });
    if (kind !== 'html' && kind !== 'pdf') return plain(url, kind, text ?? '');
    const html = text?.slice(0, LONGEST_HTML);
    const work =
      html === undefined ? ({ kind: 'pdf', bytes, most: LONGEST } as const) : ({ kind: 'html', html, url } as const);
    const read = await this.reader.read(work, signal).catch((error) => this.unread(error, host, html));
    if (!('text' in read)) return read;
    const next = read.characters < 500 ? refreshTo(read.refresh) : undefined;
    if (next !== undefined && isUrl(next, url)) return { next: new URL(next, url).href };
    const wall = html === undefined ? undefined : walledOff(host, html, read);
    if (wall) return wall;
    const isCut = (text?.length ?? 0) > LONGEST_HTML || read.cut === true;
    return documentOf(url, kind, read, isCut);
  }

  /** A page that cannot be taken apart is shown without its marks. */
  private unread(error: unknown, host: string, html: string | undefined): Read | Failed {
    if (!(error instanceof Unreadable)) throw error;
    this.options.log.info({ host, why: messageOf(error) }, 'a page could not be read');
    const text = html === undefined ? '' : withoutTags(html);
    if (text === '') return failed('UNREADABLE', texts.unreadable(host), { remedy: texts.unreadableRemedy });
    return { title: '', text, characters: text.length };
  }
}

function documentOf(url: string, kind: 'html' | 'pdf', read: Read, isCut: boolean): Page {
  const { title, published, pages } = read;
  const text = isPartly(read) ? `${read.text}\n\n${texts.partly}` : read.text;
  const truncated = isCut || text.length > LONGEST;
  const more = kind === 'pdf' ? texts.cutPages(pages ?? 0) : texts.cut(LONGEST);
  const shown = truncated ? `${text.slice(0, LONGEST)}\n\n${more}` : text;
  return { ok: true, url, kind, title, text: shown, ...(published && { published }), truncated };
}

function plain(url: string, kind: 'json' | 'csv' | 'text', text: string): Page {
  const truncated = text.length > LONGEST;
  const shown = truncated ? `${text.slice(0, LONGEST)}\n\n${texts.cut(LONGEST)}` : text;
  return { ok: true, url, kind, title: '', text: shown, truncated };
}

/** The host of an address, for people; the address itself where it has none. */
export function hostOf(url: string): string {
  return isUrl(url) ? new URL(url).host : url.slice(0, 100);
}

/** In one pass, whatever the marks are like. */
function withoutTags(html: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let open = html.indexOf('<'); open >= 0; open = html.indexOf('<', from)) {
    pieces.push(html.slice(from, open));
    const isHidden = /^<(script|style|template|noscript)[\s>]/i.exec(html.slice(open, open + 20))?.[1];
    const close = isHidden ? html.toLowerCase().indexOf(`</${isHidden.toLowerCase()}`, open) : open;
    const end = close < 0 ? -1 : html.indexOf('>', close);
    if (end < 0) return pieces.join(' ').replace(/\s+/g, ' ').trim();
    from = end + 1;
  }
  pieces.push(html.slice(from));
  return pieces.join(' ').replace(/\s+/g, ' ').trim();
}
