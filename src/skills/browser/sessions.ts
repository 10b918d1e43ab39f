/** Browser sessions: each has a context of its own in one Chromium, hangs on a turn, and ends with it. */
import type { Browser, BrowserContext, Dialog, Download, Page } from 'playwright-core';
import { type CallContext, type Failed, failed } from '../../agent/index.ts';
import { Sequence, sleep } from '../../base/async.ts';
import type { Cancel } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { shortId } from '../../base/ids.ts';
import { shorten } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import { type Egress, type EgressProxy, openProxy } from '../../egress/index.ts';
import { startChromium } from './chromium.ts';
import type { Settings } from './config.ts';
import { texts } from './texts.ts';

export interface SessionsDeps {
  settings: Settings;
  world: World;
  egress: Egress;
}

/** What of a call says whose session it is. */
export type Owner = Pick<CallContext, 'person' | 'conversationId' | 'turn'>;

/** How long a page may go on loading after it is there, or after a click. */
const SETTLE_MS = 2_500;
const LOOK_MS = 50;
const QUIET_LOOKS = 4;
const MOST_PAGES = 5;
const MOST_NOTICES = 20;
const VIEWPORT = { width: 1_280, height: 900 };

export class Session {
  readonly id = shortId(8);
  /** One thing at a time happens in it. */
  readonly calls = new Sequence();
  /** What was on the page when it was last read: what `browser_interact` takes, and its element. */
  locators: ReadonlyMap<string, string> = new Map();
  /** The turn that uses it; undefined while that is parked. */
  turn: object | undefined;
  page: Page;
  readonly personId: string;
  readonly conversationId: string;
  private readonly context: BrowserContext;
  private notices: string[] = [];
  /** Requests of its pages that have no answer yet. */
  private readonly pending = new Set<object>();

  constructor(context: BrowserContext, page: Page, { person, conversationId, turn }: Owner) {
    this.context = context;
    this.page = page;
    this.personId = person.id;
    this.conversationId = conversationId;
    this.turn = turn;
    this.watch(page);
    context.on('page', (next) => this.popup(next));
    context.on('request', (request) => this.pending.add(request));
    context.on('requestfinished', (request) => this.pending.delete(request));
    context.on('requestfailed', (request) => this.pending.delete(request));
  }

  /** Waits until nothing has been asked for during `QUIET_LOOKS` looks; a page that never rests is taken as it is. */
  async settle(): Promise<void> {
    await this.page.waitForLoadState('domcontentloaded', { timeout: SETTLE_MS }).catch(() => {});
    for (let looks = 0, quiet = 0; looks * LOOK_MS < SETTLE_MS && quiet < QUIET_LOOKS; looks++) {
      await sleep(LOOK_MS);
      quiet = this.pending.size === 0 ? quiet + 1 : 0;
    }
    // Of those that stay open (a stream of events) nobody waits a second time.
    this.pending.clear();
  }

  /** What has happened that the page does not show, since it was asked last. */
  takeNotices(): string[] {
    const taken = this.notices;
    this.notices = [];
    return taken;
  }

  close(): Promise<void> {
    return this.context.close().catch(() => {});
  }

  private note(notice: string): void {
    if (this.notices.length < MOST_NOTICES) this.notices.push(notice);
  }

  private watch(page: Page): void {
    page.on('dialog', (dialog: Dialog) => {
      this.note(texts.dialog(dialog.type(), shorten(dialog.message(), 200)));
      void dialog.dismiss().catch(() => {});
    });
    page.on('download', (download: Download) => {
      this.note(texts.download(shorten(download.suggestedFilename(), 100)));
      void download.cancel().catch(() => {});
    });
    page.on('close', () => {
      const left = this.context.pages().filter((each) => !each.isClosed());
      this.page = left.at(-1) ?? this.page;
    });
  }

  private popup(next: Page): void {
    if (next === this.page) return;
    if (this.context.pages().length > MOST_PAGES) {
      this.note(texts.tooManyPages);
      void next.close().catch(() => {});
      return;
    }
    this.watch(next);
    this.page = next;
    this.note(texts.popup);
  }
}

interface Running {
  browser: Browser;
  proxy: EgressProxy;
}

export class Sessions {
  private readonly deps: SessionsDeps;
  private readonly byId = new Map<string, Session>();
  private readonly idle = new Map<string, Cancel>();
  private readonly starts = new Sequence();
  private running: Running | undefined;
  private opening = 0;

  constructor(deps: SessionsDeps) {
    this.deps = deps;
  }

  /** A new one; Chromium starts with the first. */
  async open(owner: Owner, signal: AbortSignal): Promise<Session | Failed> {
    const { max_sessions: most, connect_timeout_ms: timeoutMs } = this.deps.settings;
    if (this.byId.size + this.opening >= most) {
      return failed('BUSY', texts.tooMany(most), { remedy: texts.tooManyRemedy });
    }
    this.opening++;
    try {
      const { browser } = await this.starts.run(() => this.start());
      const context = await browser.newContext({ acceptDownloads: true, serviceWorkers: 'allow', viewport: VIEWPORT });
      context.setDefaultTimeout(timeoutMs);
      const session = new Session(context, await context.newPage(), owner);
      this.byId.set(session.id, session);
      if (signal.aborted) {
        await this.close(session);
        signal.throwIfAborted();
      }
      this.touch(session);
      return session;
    } catch (error) {
      signal.throwIfAborted();
      await this.endIfUnused();
      return failed('UNAVAILABLE', texts.notStarted(whyOf(error)), { remedy: texts.notStartedRemedy });
    } finally {
      this.opening--;
    }
  }

  /** The person's own, in this conversation; it goes on with the turn that asks. */
  get(id: string, { person, conversationId, turn }: Owner): Session | undefined {
    const session = this.byId.get(id);
    if (!session || session.personId !== person.id || session.conversationId !== conversationId) return undefined;
    session.turn = turn;
    this.touch(session);
    return session;
  }

  async close(session: Session): Promise<void> {
    this.idle.get(session.id)?.();
    this.idle.delete(session.id);
    this.byId.delete(session.id);
    await session.close();
    await this.endIfUnused();
  }

  /** The turn is over; where it only waits for a decision its sessions stay until nobody has used them for long enough. */
  async over(turn: object, isParked: boolean): Promise<void> {
    const own = [...this.byId.values()].filter((session) => session.turn === turn);
    if (isParked) for (const session of own) session.turn = undefined;
    else await Promise.all(own.map((session) => this.close(session)));
  }

  /** Chromium's version, where it starts and shows a page. */
  async probe(): Promise<string> {
    this.opening++;
    try {
      const { browser } = await this.starts.run(() => this.start());
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto('about:blank');
      await context.close();
      return browser.version();
    } finally {
      this.opening--;
      await this.endIfUnused();
    }
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.byId.values()].map((session) => this.close(session)));
    await this.end();
  }

  /** Counted from its last use. */
  private touch(session: Session): void {
    const { clock } = this.deps.world;
    this.idle.get(session.id)?.();
    const at = new Date(clock.now().getTime() + this.deps.settings.session_timeout_seconds * 1_000);
    this.idle.set(
      session.id,
      clock.at(at, () => void this.close(session)),
    );
  }

  private async start(): Promise<Running> {
    if (this.running?.browser.isConnected()) return this.running;
    await this.end();
    const { settings, world, egress } = this.deps;
    const refused = ({ code, message }: { code: string; message: string }) =>
      world.log.info({ code, why: message }, 'the browser was kept from an address');
    const proxy = await openProxy(egress, { blocked: settings.blocked, refused });
    try {
      this.running = { proxy, browser: await startChromium(settings, proxy.url, world) };
      return this.running;
    } catch (error) {
      await proxy.close();
      throw error;
    }
  }

  private async endIfUnused(): Promise<void> {
    if (this.byId.size === 0 && this.opening === 0) await this.end();
  }

  private async end(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await running?.browser.close().catch(() => {});
    await running?.proxy.close();
  }
}

/** The first line of what playwright says, which is the reason. */
export function whyOf(error: unknown): string {
  const text = error instanceof Error ? error.message : messageOf(error);
  const [line = ''] = text.split('\n');
  return shorten(line.replace(/^[\w.]+: /, ''), 200);
}
