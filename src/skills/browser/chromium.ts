/** Chromium, started so that nothing of it goes past the proxy: on this machine, or in a container. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { CodaError, messageOf } from '../../base/errors.ts';
import { packageRoot } from '../../base/root.ts';
import type { World } from '../../base/world.ts';
import type { EgressProxy } from '../../egress/index.ts';
import type { ProgramSpec, Sandbox } from '../../sandbox/index.ts';
import type { Settings } from './config.ts';
import { debuggingPipe, Relay } from './relay.ts';
import { texts } from './texts.ts';

/** A Chromium of one session's own. */
export interface Started {
  browser: Browser;
  /** Ends all of it. Never rejects. */
  close(): Promise<void>;
}

export interface ChromiumDeps {
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
export async function startChromium(deps: ChromiumDeps, proxy: EgressProxy): Promise<Started> {
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

async function onHost({ settings, world: { env } }: ChromiumDeps, proxy: EgressProxy): Promise<Started> {
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

/** Options of its container, whatever a configuration says. */
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

async function inContainer({ settings, sandbox }: ChromiumDeps, proxy: EgressProxy): Promise<Started> {
  const { image, connect_timeout_ms: timeout } = settings;
  const { chromium } = await playwright();
  const relay = await readFile(join(packageRoot(), 'assets', 'browser', 'relay.pl'), 'utf8');
  const program = await sandbox.program(containerOf(image, relay));
  if (!program.ok) {
    const { code, message, remedy } = program;
    throw new CodaError(code, { message, remedy: code === 'SANDBOX_IMAGE' ? texts.noImageRemedy : remedy });
  }
  let why = '';
  void program.ended.then((said) => {
    why = said;
  });
  const { input, output } = program;
  const { pipe } = new Relay({
    ...{ input, output },
    connected: (connection) => proxy.take(connection),
    over: () => void program.close(),
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
