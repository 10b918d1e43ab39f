import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, type BrowserContext, openBrowser, type Page, signedIn } from '../../support/browser.ts';
import type { ReverseProxy } from '../../support/reverse-proxy.ts';
import { type Household, openHousehold } from '../household.ts';
import { ACTIVITY } from './activity.ts';
import { AUTOMATIONS } from './automations.ts';
import { CHAT } from './chat.ts';
import { MEMBER } from './member.ts';
import { NOTES } from './notes.ts';
import { PEOPLE } from './people.ts';
import { SKILLS } from './skills.ts';
import { SYSTEM } from './system.ts';
import { TODAY } from './today.ts';
import { type Task, Visitor } from './visitor.ts';

const MOST_PRESSES = 4;

/** In this order: what one does another one meets. */
const OWNER = [...TODAY, ...CHAT, ...NOTES, ...AUTOMATIONS, ...ACTIVITY, ...PEOPLE, ...SYSTEM, ...SKILLS];

/** Plays all tasks in a window of this width; `front`: makes the proxy behind which coda stands. */
export function playTasks(width: number, front?: () => ReverseProxy): void {
  let home: Household;
  let browser: Browser;
  let owner: Awaited<ReturnType<typeof visit>>;
  let member: Awaited<ReturnType<typeof visit>>;

  async function visit(person?: string) {
    const found = await signedIn(browser, home.programs.url, await home.code(person));
    await found.page.setViewportSize({ width, height: 800 });
    return found;
  }
  beforeAll(async () => {
    home = await openHousehold({}, front?.());
    browser = await openBrowser();
    member = await visit('bob');
    owner = await visit();
  });
  afterAll(async () => {
    await browser?.close();
    await home?.[Symbol.asyncDispose]();
  });

  async function play({ page }: { page: Page; context: BrowserContext }, run: Task[1]): Promise<void> {
    await page.goto(`${home.programs.url}/`);
    await page.getByRole('heading', { name: /^Today/ }).waitFor();
    const who = new Visitor(page, home, width < 640);
    await run(who);
    expect(who.presses).toBeLessThanOrEqual(MOST_PRESSES);
    const isWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    expect(isWide, 'the page is wider than its window').toBe(false);
  }
  test.each(MEMBER)('a member can %s', (_, run) => play(member, run));
  test.each(OWNER)('an owner can %s', (_, run) => play(owner, run));
  // What a browser says of a conversation that begins, and of a session that has ended, is no fault.
  test('no page complains', () =>
    expect([...owner.complaints, ...member.complaints].filter((each) => !/status of 40[14]/.test(each))).toEqual([]));
}
