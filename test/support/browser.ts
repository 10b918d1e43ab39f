import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The Chromium that tests may use, if there is one. */
export const CHROMIUM = process.env.CODA_TEST_CHROMIUM;
/** A folder into which screenshots go, to be looked at. */
const SHOTS = process.env.CODA_TEST_SCREENSHOTS;

const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** A microphone that beeps once a second; who may use it is as ever. */
const MICROPHONE = '--use-fake-device-for-media-stream';

/** A page may wait for a daemon that starts anew, on a machine that does other things as well. */
const WAIT_MS = 120_000;

export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM ?? '',
    headless: true,
    args: [...QUIET, MICROPHONE],
  });
  browser.on('context', (context) => context.setDefaultTimeout(WAIT_MS));
  return browser;
}

/** The sizes and schemes in which every page is looked at. */
const VIEWS = [
  { name: 'desktop-light', width: 1280, height: 900, scheme: 'light', rules: undefined },
  { name: 'phone-dark', width: 320, height: 640, scheme: 'dark', rules: undefined },
  // Of what was looked at already only the colours are other ones.
  { name: 'phone-light', width: 320, height: 640, scheme: 'light', rules: ['color-contrast'] },
  { name: 'desktop-dark', width: 1280, height: 900, scheme: 'dark', rules: ['color-contrast'] },
] as const;

/** The browser's own line about a request that reached nobody: during a restart, or without a connection. */
export const UNREACHED = /net::ERR_(?:ADDRESS|CONNECTION|EMPTY_RESPONSE|INCOMPLETE|INTERNET|NETWORK|SOCKET|TIMED_OUT)/;

/** Signs a browser in by a link, as a person does; what a page complains of is collected in `complaints`. */
export async function signedIn(browser: Browser, url: string, code: string) {
  const context = await browser.newContext({ acceptDownloads: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${url}/open#${code}`);
  await page.waitForURL((at) => !at.pathname.endsWith('/open'));
  return { context, page, complaints };
}

/**
 * What is wrong with a page as it is shown, in each view: what axe finds, and that it must be scrolled sideways. Writes
 * screenshots where `CODA_TEST_SCREENSHOTS` names a folder.
 */
export async function faultsOf(page: Page, name: string, isWhole = true): Promise<string[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const faults: string[] = [];
  // Past the page's own policy, as an extension of the browser would.
  await page.evaluate(axe);
  for (const view of VIEWS) {
    await page.setViewportSize({ width: view.width, height: view.height });
    await page.emulateMedia({ colorScheme: view.scheme });
    if (SHOTS) {
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: join(SHOTS, `${name}-${view.name}.png`), fullPage: isWhole });
    }
    const found = await page.evaluate(async (rules) => {
      // biome-ignore lint/suspicious/noExplicitAny: axe is a global of the page
      const { violations } = await (globalThis as any).axe.run({
        resultTypes: ['violations'],
        ...(rules && { runOnly: rules }),
      });
      return violations.flatMap((each: { id: string; nodes: { html: string }[] }) =>
        each.nodes.map(({ html }) => `${each.id}: ${html.slice(0, 200)}`),
      ) as string[];
    }, view.rules);
    faults.push(...found.slice(0, 5).map((each) => `${view.name} ${each}`));
    const isWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    if (isWide) faults.push(`${view.name} is wider than its window`);
  }
  return faults;
}

export type { Browser, BrowserContext, Page };
