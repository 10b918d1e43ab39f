/** Browser sessions: each has a Chromium and a proxy of its own, and lasts until its person has not used it for long enough. */

import type { Browser, BrowserContext, Dialog, Download, Page } from 'playwright-core';
import { type CallContext, type Failed, failed } from '../../agent/index.ts';
import { Sequence, sleep, withTimeout } from '../../base/async.ts';
import type { Cancel } from '../../base/clock.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { shortId } from '../../base/ids.ts';
import { shorten } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import { type Egress, type EgressProxy, openProxy } from '../../egress/index.ts';
import { type ProgramSpec, Relay, relayScript, type Sandbox } from '../../sandbox/index.ts';
import type { Settings } from './config.ts';
import { debuggingPipe } from './pipe.ts';
import { texts } from './texts.ts';

export interface SessionsDeps {
  settings: Settings;
  world: World;
  egress: Egress;
  sandbox: Pick<Sandbox, 'program'>;
}

export type Owner = Pick<CallContext, 'person' | 'conversationId' | 'turn'>;

/** Milliseconds a page may go on loading after it is there, or after a click. */
const SETTLE_MS = 2_500;
/** Opening and closing a page take milliseconds, unless a page leads on without end. */
const ANEW_MS = 10_000;
const LOOK_MS = 50;
const QUIET_LOOKS = 4;
const MOST_PAGES = 5;
const MOST_NOTICES = 20;
const VIEWPORT = { width: 1_280, height: 900 };

export class Session {
  readonly id = shortId(8);
  readonly calls = new Sequence();
  locators: ReadonlyMap<string, string> = new Map();
  /** The turn that uses it; undefined between turns, and while one is parked. */
  turn: object | undefined;
  /** By the monotonic clock, in milliseconds. */
  usedAt = 0;
  page: Page;
  /** True where the page could not be read: one that leads on without end would lead away from the next one, too. */
  isRestless = false;
  readonly personId: string;
  readonly conversationId: string;
  /** The address that was last gone to, and where that led. */
  private led: { from: string; to: string } | undefined;
  private readonly chromium: StartedBrowser;
  private readonly context: BrowserContext;
  private notices: string[] = [];
  /** Pages that others have opened, and that were never asked anything. */
  private readonly popups = new WeakSet<Page>();
  private isOpening = false;
  private readonly pending = new Set<object>();

  constructor(chromium: StartedBrowser, page: Page, { person, conversationId, turn }: Owner) {
    this.chromium = chromium;
    this.page = page;
    const context = page.context();
    this.context = context;
    this.personId = person.id;
    this.conversationId = conversationId;
    this.turn = turn.key;
    this.watch(page);
    context.on('page', (next) => this.popup(next));
    context.on('request', (request) => this.pending.add(request));
    context.on('requestfinished', (request) => this.pending.delete(request));
    context.on('requestfailed', (request) => this.pending.delete(request));
  }

  /** Waits until nothing has been asked for during `QUIET_LOOKS` looks; a page that never rests is taken as it is. */
  async waitUntilQuiet(): Promise<void> {
    await this.page.waitForLoadState('domcontentloaded', { timeout: SETTLE_MS }).catch(() => {});
    for (let looks = 0, quiet = 0; looks * LOOK_MS < SETTLE_MS && quiet < QUIET_LOOKS; looks++) {
      await sleep(LOOK_MS);
      quiet = this.pending.size === 0 ? quiet + 1 : 0;
    }
    // Requests that stay open (a stream of events) are not waited for a second time.
    this.pending.clear();
    if (this.popups.has(this.page)) await this.ensureAnswers(this.page);
  }

  /**
   * Now and then Chromium shows a page that another one has opened, and never tells that it can be asked (about half of
   * them within 300 ms of their opener): such a one is opened anew by its address, once.
   */
  private async ensureAnswers(page: Page): Promise<void> {
    this.popups.delete(page);
    const asked = page.evaluate('1').then(
      () => true,
      () => true,
    );
    const url = page.url();
    if ((await withTimeout(SETTLE_MS, asked)) || !/^https?:/.test(url)) return;
    await this.anew();
    await this.page.goto(url, { waitUntil: 'domcontentloaded' }).catch(() => {});
  }

  /** Shows `address`; a page that goes on leading itself elsewhere meanwhile is left for another one. */
  async goTo(address: string, timeout: number): Promise<void> {
    const options = { waitUntil: 'commit', timeout } as const;
    if (this.isRestless) await this.anew();
    try {
      await this.page.goto(address, options);
    } catch (error) {
      if (!/interrupted by another navigation/.test(messageOf(error))) throw error;
      await this.anew();
      await this.page.goto(address, options);
    }
    // From here on it is the page's own affair where it leads.
    await this.page.waitForLoadState('domcontentloaded', { timeout });
    this.led = { from: address, to: this.page.url() };
  }

  /** The address that somebody went to where it led to `address`; else `address`, to which a page went by itself, or by a click. */
  askedFor(address: string): string {
    return this.led?.to === address ? this.led.from : address;
  }

  private async anew(): Promise<void> {
    const old = this.page;
    this.isOpening = true;
    const opened = this.context.newPage().finally(() => {
      this.isOpening = false;
    });
    const fresh = await withTimeout(ANEW_MS, opened);
    if (!fresh) {
      void opened.then((late) => late.close()).catch(() => {});
      throw new Error('the browser opens no further page');
    }
    this.watch(fresh);
    // A page that never rests may never say that it is closed, either.
    await withTimeout(
      ANEW_MS,
      old.close().catch(() => {}),
    );
    this.page = fresh;
    this.isRestless = false;
  }

  takeNotices(): string[] {
    const notices = this.notices;
    this.notices = [];
    return notices;
  }

  close(): Promise<void> {
    return this.chromium.close();
  }

  onEnd(ended: () => void): void {
    this.chromium.browser.once('disconnected', ended);
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
      const openPages = this.context.pages().filter((each) => !each.isClosed());
      this.page = openPages.at(-1) ?? this.page;
    });
  }

  private popup(next: Page): void {
    if (next === this.page || this.isOpening) return;
    if (this.context.pages().length > MOST_PAGES) {
      this.note(texts.tooManyPages);
      void next.close().catch(() => {});
      return;
    }
    this.watch(next);
    this.popups.add(next);
    this.page = next;
    this.note(texts.popup);
  }
}

export class Sessions {
  private readonly deps: SessionsDeps;
  private readonly byId = new Map<string, Session>();
  private readonly idle = new Map<string, Cancel>();
  private opening = 0;

  constructor(deps: SessionsDeps) {
    this.deps = deps;
  }

  async open(owner: Owner, signal: AbortSignal): Promise<Session | Failed> {
    const { max_sessions: most, connect_timeout_ms: timeoutMs } = this.deps.settings;
    if (this.byId.size + this.opening >= most) {
      const spare = this.unusedLongest();
      if (!spare) return failed('BUSY', texts.tooMany(most), { remedy: texts.tooManyRemedy });
      await this.close(spare);
    }
    this.opening++;
    try {
      const chromium = await this.start();
      try {
        const page = await withTimeout(timeoutMs, this.page(chromium));
        if (!page) throw new Error('it opens no page');
        signal.throwIfAborted();
        return this.begin(new Session(chromium, page, owner));
      } catch (error) {
        await chromium.close();
        throw error;
      }
    } catch (error) {
      signal.throwIfAborted();
      return failed('UNAVAILABLE', texts.notStarted(whyOf(error)), { remedy: remedyOf(error) });
    } finally {
      this.opening--;
    }
  }

  /** The person's own, in this conversation; it goes on with the turn that asks. */
  get(id: string, { person, conversationId, turn }: Owner): Session | undefined {
    const session = this.byId.get(id);
    if (!session || session.personId !== person.id || session.conversationId !== conversationId) return undefined;
    session.turn = turn.key;
    this.touch(session);
    return session;
  }

  async close(session: Session): Promise<void> {
    this.idle.get(session.id)?.();
    this.idle.delete(session.id);
    this.byId.delete(session.id);
    await session.close();
  }

  /** Call when a turn has ended or waits: its sessions stay for the person's next words, until they are unused for long enough. */
  release(turn: object): void {
    for (const session of this.byId.values()) if (session.turn === turn) session.turn = undefined;
  }

  /** Ids of the person's sessions in a conversation, the last used first. */
  idsOf(personId: string, conversationId: string | undefined): string[] {
    return [...this.byId.values()]
      .filter((session) => session.personId === personId && session.conversationId === conversationId)
      .sort((one, other) => other.usedAt - one.usedAt)
      .map(({ id }) => id);
  }

  get count(): number {
    return this.byId.size;
  }

  private unusedLongest(): Session | undefined {
    const unused = [...this.byId.values()].filter(({ turn }) => turn === undefined);
    return unused.sort((one, other) => one.usedAt - other.usedAt)[0];
  }

  async probe(): Promise<string> {
    const { browser, close } = await this.start();
    try {
      const page = await browser.newPage();
      await page.goto('about:blank');
      return browser.version();
    } finally {
      await close();
    }
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.byId.values()].map((session) => this.close(session)));
  }

  private touch(session: Session): void {
    const { clock } = this.deps.world;
    session.usedAt = clock.monotonic();
    this.idle.get(session.id)?.();
    const at = new Date(clock.now().getTime() + this.deps.settings.session_timeout);
    this.idle.set(
      session.id,
      clock.at(at, () => void this.close(session)),
    );
  }

  private async page({ browser }: StartedBrowser): Promise<Page> {
    const context = await browser.newContext({ acceptDownloads: true, serviceWorkers: 'allow', viewport: VIEWPORT });
    context.setDefaultTimeout(this.deps.settings.connect_timeout_ms);
    return context.newPage();
  }

  private begin(session: Session): Session {
    this.byId.set(session.id, session);
    session.onEnd(() => void this.close(session));
    this.touch(session);
    return session;
  }

  private async start(): Promise<StartedBrowser> {
    const { settings, world, egress, sandbox } = this.deps;
    const refused = ({ code, message }: { code: string; message: string }) =>
      world.log.info({ code, why: message }, 'the browser was kept from an address');
    const proxy = openProxy(egress, { blocked: settings.blocked, onRefuse: refused });
    try {
      const { browser, close } = await startChromium({ settings, world, sandbox }, proxy);
      const closeBoth = async () => {
        await close();
        await proxy.close();
      };
      return { browser, close: closeBoth };
    } catch (error) {
      await proxy.close();
      throw error;
    }
  }
}

export const remedyOf = (error: unknown) => (error instanceof CodaError ? error.remedy : texts.notStartedRemedy);

export function whyOf(error: unknown): string {
  const text = error instanceof Error ? error.message : messageOf(error);
  const [line = ''] = text.split('\n');
  return shorten(line.replace(/^[\w.]+: /, ''), 200);
}

// Chromium, started so that nothing of it goes past the proxy: on this machine, or in a container.

interface StartedBrowser {
  browser: Browser;
  /** Ends all of it. Never rejects. */
  close(): Promise<void>;
}

interface ChromiumDeps {
  settings: Settings;
  world: Pick<World, 'env' | 'log'>;
  sandbox: Pick<Sandbox, 'program'>;
}

/** Every way around a proxy that Chromium has, closed. */
function argumentsFor(proxy: string): string[] {
  return [
    `--proxy-server=${proxy}`,
    // Without this, requests to this machine itself would not go through it.
    '--proxy-bypass-list=<-loopback>',
    // Names are resolved by the proxy alone.
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    '--dns-prefetch-disable',
    '--disable-quic',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--enforce-webrtc-ip-permission-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--disable-sync',
    '--disable-breakpad',
    '--disable-gpu',
    '--no-first-run',
    '--no-pings',
    '--deny-permission-prompts',
    '--disable-print-preview',
  ];
}

/** Starts it, as often as the configuration says. Throws what the last attempt failed with. */
async function startChromium(deps: ChromiumDeps, proxy: EgressProxy): Promise<StartedBrowser> {
  const { mode, connect_retries } = deps.settings;
  for (let attempt = 0; ; attempt++) {
    try {
      return await (mode === 'host' ? onHost(deps, proxy) : inContainer(deps, proxy));
    } catch (error) {
      // Neither Docker nor an image comes by waiting.
      if (attempt >= connect_retries || error instanceof CodaError) throw error;
      deps.world.log.debug({ why: messageOf(error).slice(0, 200) }, 'Chromium did not start');
    }
  }
}

/** Variables of coda's environment that Chromium gets: nobody's keys. */
const INHERITED = ['PATH', 'LANG', 'TZ', 'TMPDIR', 'DISPLAY', 'XDG_RUNTIME_DIR', 'HOME'];

async function onHost({ settings, world: { env } }: ChromiumDeps, proxy: EgressProxy): Promise<StartedBrowser> {
  const { executable, headless, connect_timeout_ms: timeout } = settings;
  const { chromium } = await playwright();
  const own = INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const browser = await chromium.launch({
    executablePath: executable,
    headless,
    args: argumentsFor(await proxy.listen()),
    // Chromium's own sandbox wants a user that is not root.
    chromiumSandbox: process.getuid?.() !== 0,
    timeout,
    env: Object.fromEntries(own),
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  return { browser, close: () => browser.close().catch(() => {}) };
}

const MB = 1024 * 1024;
/** Inside of the container, whose only way out it is. */
const PROXY_PORT = 3_128;

export function containerOf(image: string, relay: string): ProgramSpec {
  return {
    image,
    command: ['perl', '-e', relay, '--', String(PROXY_PORT), 'chromium', ...IN_CONTAINER],
    limits: { memory: 1_024 * MB, cpus: 1, pids: 512, shared: 256 * MB, temporary: 256 * MB, files: 4_096 },
  };
}

/** Flags that playwright itself gives a Chromium that it starts: it relies on some of these. */
const AS_PLAYWRIGHT = `
  --allow-pre-commit-input --disable-back-forward-cache --disable-background-timer-throttling
  --disable-backgrounding-occluded-windows --disable-component-extensions-with-background-pages --disable-default-apps
  --disable-extensions --disable-field-trial-config --disable-hang-monitor --disable-ipc-flooding-protection
  --disable-popup-blocking --disable-prompt-on-repost --disable-renderer-backgrounding --disable-search-engine-choice-screen
  --enable-features=CDPScreenshotNewSurface --enable-unsafe-swiftshader --force-color-profile=srgb --headless
  --hide-scrollbars --metrics-recording-only --mute-audio --no-default-browser-check --no-service-autorun
  --no-startup-window --password-store=basic --remote-debugging-pipe`
  .trim()
  .split(/\s+/);
const WITHOUT = `
  AvoidCorsURLLoaderRestartOnRedirect AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose
  HttpsFirstBalancedModeAutoEnable HttpsUpgrades MediaRouter NetworkTimeServiceQuerying OptimizationHints PaintHolding
  ThirdPartyStoragePartitioning`
  .trim()
  .split(/\s+/);

/** The container is what holds Chromium: its own sandbox wants rights that a container without any does not give. */
const IN_CONTAINER = [
  ...argumentsFor(`http://127.0.0.1:${PROXY_PORT}`),
  ...AS_PLAYWRIGHT,
  `--disable-features=${WITHOUT.join(',')}`,
  '--no-sandbox',
  // Its zygote drops rights by a system call that the container does not allow.
  '--no-zygote',
  '--user-data-dir=/tmp/profile',
];

async function inContainer({ settings, sandbox }: ChromiumDeps, proxy: EgressProxy): Promise<StartedBrowser> {
  const { image, connect_timeout_ms: timeout } = settings;
  const { chromium } = await playwright();
  const relay = await relayScript();
  const program = await sandbox.program(containerOf(image, relay));
  if (!program.ok) {
    const { code, message, remedy } = program;
    throw new CodaError(code, { message, remedy: code === 'SANDBOX_IMAGE' ? texts.noImageRemedy : remedy });
  }
  let why = '';
  void program.whenEnded.then((reason) => {
    why = reason;
  });
  const { input, output } = program;
  const { pipe } = new Relay({
    input,
    output,
    onConnect: (connection) => proxy.take(connection),
    onOver: () => void program.close(),
  });
  try {
    const browser = await chromium.connectOverCDP(
      debuggingPipe(pipe, () => why),
      { timeout },
    );
    const close = async () => {
      await browser.close().catch(() => {});
      await program.close();
    };
    return { browser, close };
  } catch (error) {
    await program.close();
    throw why === '' ? error : new Error(why);
  }
}

/** 60 ms and 20 MB: only where a browser is used. */
const playwright = () => import('playwright-core');
