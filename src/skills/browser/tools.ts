import { z } from 'zod';
import {
  type AnyTool,
  type CallContext,
  done,
  type Failed,
  failed,
  outsideTool,
  privately,
  type ToolResult,
} from '../../agent/index.ts';
import { withTimeout } from '../../base/async.ts';
import { isUrl } from '../../base/text.ts';
import type { Egress } from '../../egress/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import { type Session, type Sessions, whyOf } from './sessions.ts';
import { texts } from './texts.ts';

export interface BrowserDeps {
  sessions: Sessions;
  egress: Pick<Egress, 'check'>;
  artifacts: Pick<Artifacts, 'put'>;
  timeoutMs: number;
}

const READ_MS = 10_000;
const MARGIN_MS = 60_000;

/** The effect of calls that look at what is open, or show nothing: no address is asked for. */
const SENDS_NOTHING = 'read';

const url = z.string().min(1).max(4_096).describe('With https://.');
const sessionId = z.string().min(1).max(40).describe('From browser_open.');

export function browserTools(deps: BrowserDeps): AnyTool[] {
  return [
    openTool(deps),
    navigateTool(deps),
    contentTool(deps),
    interactTool(deps),
    screenshotTool(deps),
    closeTool(deps),
  ];
}

const common = ({ timeoutMs }: BrowserDeps) => ({
  group: 'web' as const,
  flow: { impersonal: true as const },
  display: { as: 'name' as const },
  timeoutMs: 2 * timeoutMs + MARGIN_MS,
});

function openTool(deps: BrowserDeps): AnyTool {
  return outsideTool({
    ...common(deps),
    name: 'browser_open',
    policy: { critique: true },
    does: ['web_read'],
    display: { as: 'name', asks: ({ url: address }) => (address === undefined ? undefined : [texts.asksToOpen]) },
    description:
      'Opens a browser for pages that need one: forms, shops, what web_fetch cannot show. Gives a session_id, which stays open for some minutes after your answer.',
    effect: 'fetch',
    effectOf: ({ url: address }) => (address === undefined ? SENDS_NOTHING : 'fetch'),
    input: z.object({ url: url.optional() }),
    flow: { impersonal: true, targets: ({ url: address }) => (address === undefined ? [] : [address]) },
    async run({ url: address }, ctx) {
      const session = await deps.sessions.open(ctx, ctx.signal);
      if ('ok' in session) return session;
      const opened = texts.opened(session.id);
      if (address === undefined) return done(opened, { material: `session_id: ${session.id}` });
      const result = await session.calls.run(() => goTo(deps, session, address));
      if (result.ok)
        return {
          ...result,
          text: `${opened} ${result.text}`,
          material: `session_id: ${session.id}\n${result.material ?? ''}`,
        };
      return { ...result, message: `${opened} ${result.message}` };
    },
  });
}

function navigateTool(deps: BrowserDeps): AnyTool {
  return outsideTool({
    ...common(deps),
    name: 'browser_navigate',
    policy: { critique: true, mayRepeat: true },
    does: ['web_read'],
    display: { as: 'name', asks: () => [texts.asksToOpen] },
    description: 'Shows another address in an open browser.',
    effect: 'fetch',
    input: z.object({ session_id: sessionId, url }),
    flow: { impersonal: true, targets: ({ url: address }) => [address] },
    run: ({ session_id, url: address }, ctx) =>
      inSession(deps, session_id, ctx, (session) => goTo(deps, session, address)),
  });
}

function contentTool(deps: BrowserDeps): AnyTool {
  return outsideTool({
    ...common(deps),
    name: 'browser_get_content',
    does: ['web_read'],
    description:
      'Reads the page in an open browser: its text, and what can be used as lines [role] "name" → locator. Pass a locator to browser_interact.',
    effect: 'fetch',
    effectOf: () => SENDS_NOTHING,
    input: z.object({ session_id: sessionId }),
    run: ({ session_id }, ctx) => inSession(deps, session_id, ctx, shownPage),
  });
}

function interactTool(deps: BrowserDeps): AnyTool {
  return outsideTool({
    ...common(deps),
    name: 'browser_interact',
    display: {
      as: 'name',
      text: ({ action }) => texts.doing(action),
      asks: ({ session_id, action, selector }, ctx) => {
        const page = deps.sessions.get(session_id, ctx)?.page.url();
        return [texts.asks(action, page !== undefined), { what: nameIn(selector), page }];
      },
    },
    policy: {
      critique: true,
      mayRepeat: true,
      // A page that has gone elsewhere since is another one than the sentence names.
      binds: async ({ session_id }, ctx) => deps.sessions.get(session_id, ctx)?.page.url() ?? noSession(),
    },
    description:
      'Clicks, types into or selects in what browser_get_content has shown. `selector` is what stands behind its arrow; `type` clears the field first.',
    // Typing alone sends nothing that the person has not said (`types`); a click may do anything.
    effect: 'external',
    effectOf: ({ action }) => (action === 'click' ? 'external' : 'fetch'),
    input: z.object({
      session_id: sessionId,
      action: z.enum(['click', 'type', 'select']),
      selector: z.string().min(1).max(1_000),
      value: z.string().max(10_000).optional().describe('What to type, or which option to select.'),
    }),
    flow: { impersonal: true, targets: ({ value }) => (value === undefined ? [] : [value]), types: true, picks: true },
    record: { redact: privately('value'), unstored: ['value'] },
    run: ({ session_id, action, selector, value }, ctx) =>
      inSession(deps, session_id, ctx, (session) => interact(deps, session, { action, selector, value })),
  });
}

function screenshotTool(deps: BrowserDeps): AnyTool {
  return outsideTool({
    ...common(deps),
    name: 'browser_screenshot',
    does: ['web_read'],
    description: 'Takes a picture of what an open browser shows, and gives it to the person.',
    effect: 'fetch',
    effectOf: () => SENDS_NOTHING,
    input: z.object({ session_id: sessionId }),
    run: ({ session_id }, ctx) =>
      inSession(deps, session_id, ctx, async ({ page }) => {
        const bytes = await page.screenshot({ timeout: deps.timeoutMs, animations: 'disabled' });
        const { hash, size } = await deps.artifacts.put(bytes);
        const picture = { name: 'screenshot.png', type: 'image/png', size, hash };
        return done(texts.shot(hostOf(page.url())), { files: [picture], pictures: [picture], tainted: true });
      }),
  });
}

function closeTool(deps: BrowserDeps): AnyTool {
  return outsideTool({
    ...common(deps),
    name: 'browser_close',
    does: ['web_read'],
    description: 'Closes an open browser.',
    effect: 'fetch',
    effectOf: () => SENDS_NOTHING,
    input: z.object({ session_id: sessionId }),
    async run({ session_id }, ctx) {
      const session = deps.sessions.get(session_id, ctx);
      if (session) await deps.sessions.close(session);
      return done(texts.closed);
    },
  });
}

const noSession = () => failed('NOT_FOUND', texts.noSession, { remedy: texts.noSessionRemedy });

/** Does one thing in the session; what playwright throws is a failure that is told. */
async function inSession(
  { sessions }: BrowserDeps,
  id: string,
  ctx: CallContext,
  task: (session: Session) => Promise<ToolResult>,
): Promise<ToolResult> {
  const session = sessions.get(id, ctx);
  if (!session) return noSession();
  return session.calls.run(async () => {
    ctx.signal.throwIfAborted();
    try {
      return await task(session);
    } catch (error) {
      ctx.signal.throwIfAborted();
      return failed('UNAVAILABLE', texts.unreached(hostOf(session.page.url()), whyOf(error)), {
        remedy: texts.unreachedRemedy,
      });
    }
  });
}

async function goTo({ egress, timeoutMs }: BrowserDeps, session: Session, address: string): Promise<ToolResult> {
  // The proxy would refuse it as well; here it is said why.
  const target = await egress.check(address);
  if (!target.ok) return target;
  try {
    await session.goTo(address, timeoutMs);
  } catch (error) {
    return failed('UNAVAILABLE', texts.unreached(target.url.host, whyOf(error)), { remedy: texts.unreachedRemedy });
  }
  await session.waitUntilQuiet();
  return shownPage(session);
}

async function shownPage(session: Session): Promise<ToolResult> {
  const read = await readPage(session);
  if (!read) return failed('UNREADABLE', texts.unreadable, { remedy: texts.unreachedRemedy });
  const { title, address, lines } = read;
  const material = [`Page: ${title}`, `URL: ${address}`, '', ...session.takeNotices(), ...lines].join('\n');
  const text = texts.read(title, hostOf(address), session.locators.size);
  return done(text, { material, address: session.askedFor(address), tainted: true });
}

async function readPage(session: Session) {
  const { page } = session;
  try {
    const tree = (await page.ariaSnapshotJSON({ mode: 'ai', timeout: READ_MS })) as unknown as (AriaNode | string)[];
    const { lines, locators } = contentOf(tree);
    session.locators = locators;
    // Playwright asks a page that leads on for ever for its title for ever.
    const title = await withTimeout(READ_MS, page.title());
    session.isRestless = title === undefined;
    return title === undefined ? undefined : { lines, title, address: page.url() };
  } catch {
    session.isRestless = true;
    return undefined;
  }
}

interface Interaction {
  action: 'click' | 'type' | 'select';
  selector: string;
  value: string | undefined;
}

async function interact(
  deps: BrowserDeps,
  session: Session,
  { action, selector, value }: Interaction,
): Promise<ToolResult> {
  if (action !== 'click' && value === undefined) return failed('INVALID_INPUT', texts.needsValue);
  // A page that has drawn itself anew since it was read has other elements under the same names.
  await readPage(session);
  const ref = session.locators.get(selector.trim());
  if (ref === undefined) return failed('NOT_FOUND', texts.noElement(selector), { remedy: texts.noElementRemedy });
  const element = session.page.getByRef(ref);
  const { timeoutMs: timeout } = deps;
  try {
    if (action === 'click') await element.click({ timeout });
    else if (action === 'type') await element.fill(value ?? '', { timeout });
    else await element.selectOption(value ?? '', { timeout });
  } catch (error) {
    return notDone(selector, error);
  }
  await session.waitUntilQuiet();
  const result = await shownPage(session);
  const notice = { click: texts.clicked, type: texts.typed, select: texts.selected }[action](selector);
  return result.ok ? { ...result, text: `${notice} ${result.text}` } : result;
}

/** `button "Place the order"` → `Place the order`: the words that a person sees on the page. */
const nameIn = (selector: string): string => /^[a-z]+ "([^"\\]+)"$/.exec(selector)?.[1] ?? selector;

function notDone(selector: string, error: unknown): Failed {
  return failed('FAILED', texts.notDone(selector, whyOf(error)), { remedy: texts.notDoneRemedy });
}

const hostOf = (address: string) => (isUrl(address) ? new URL(address).host || address.slice(0, 40) : '');

// A page as text with locators, from its accessibility tree. Pure.

/** A node of the tree, as playwright gives it. Names and texts are the page's. */
interface AriaNode {
  role: string;
  name?: string;
  ref?: string;
  text?: string;
  url?: string;
  checked?: boolean | 'mixed';
  disabled?: boolean;
  expanded?: boolean;
  selected?: boolean;
  pressed?: boolean | 'mixed';
  children?: (AriaNode | string)[];
}

interface Content {
  lines: string[];
  locators: Map<string, string>;
}

const INTERACTIVE_ROLES = new Set(
  `button link textbox searchbox combobox listbox checkbox radio switch slider spinbutton tab menuitem
   menuitemcheckbox menuitemradio option treeitem`.split(/\s+/),
);
/** Hold what a person has typed: that is shown to nobody. */
const FILLED = new Set(['textbox', 'searchbox', 'spinbutton', 'combobox']);
const ANNOUNCED_ROLES = new Set([
  'heading',
  'img',
  'alert',
  'dialog',
  'status',
  'iframe',
  'row',
  'listitem',
  'cell',
  'columnheader',
]);
const LONGEST_NAME = 200;
const LONGEST_TEXT = 2_000;
const MOST_LINES = 2_000;
const DEEPEST = 100;

/** Each line `[role] "name" → locator` for what can be used, and the page's text between them. */
function contentOf(tree: readonly (AriaNode | string)[]): Content {
  const reading = new PageReading();
  for (const node of tree) reading.add(node, '', 0);
  return reading.toContent();
}

class PageReading {
  private readonly lines: string[] = [];
  private readonly locators = new Map<string, string>();
  private readonly frames = new Map<string, number>();
  private left = 0;

  add(node: AriaNode | string, frame: string, depth: number): void {
    if (depth > DEEPEST) return;
    if (typeof node === 'string') {
      this.say(clean(node, LONGEST_TEXT));
      return;
    }
    const { role, children = [], text } = node;
    const name = clean(node.name ?? '', LONGEST_NAME);
    const isActive = node.ref !== undefined && INTERACTIVE_ROLES.has(role);
    if (isActive) this.element(node, name, frame);
    else if (ANNOUNCED_ROLES.has(role) && name !== '') this.say(`[${role}] ${JSON.stringify(name)}`);
    else if (role === 'option') this.say(`[option] ${JSON.stringify(name)}${node.selected ? ' (selected)' : ''}`);
    const within = role === 'iframe' ? this.frame(name, frame) : frame;
    if (text !== undefined && !FILLED.has(role)) this.add(text, within, depth + 1);
    // The words of a button or a link are its name already.
    const isSaid = isActive && role !== 'combobox' && role !== 'listbox';
    for (const child of children) {
      if (isSaid && (typeof child === 'string' || child.role === 'text')) continue;
      this.add(child, within, depth + 1);
    }
  }

  toContent(): Content {
    if (this.left > 0) this.lines.push(texts.cut(this.left));
    return { lines: this.lines, locators: this.locators };
  }

  private element(node: AriaNode, name: string, frame: string): void {
    const { role, ref = '', url } = node;
    const label = `${role}${name === '' ? '' : ` ${JSON.stringify(name)}`}`;
    const locator = this.unique(`${frame}${label}`);
    this.locators.set(locator, ref);
    const to = url && !/^(?:javascript|data|blob):/i.test(url) ? ` <${clean(url, 300)}>` : '';
    this.say(`[${role}] ${JSON.stringify(name)}${stateOf(node)}${to} → ${locator}`);
  }

  private unique(label: string): string {
    if (!this.locators.has(label)) return label;
    let count = 2;
    while (this.locators.has(`${label} #${count}`)) count++;
    return `${label} #${count}`;
  }

  private frame(name: string, outer: string): string {
    const label = `${outer}frame${name === '' ? '' : ` ${JSON.stringify(name)}`}`;
    const count = (this.frames.get(label) ?? 0) + 1;
    this.frames.set(label, count);
    return `${label}${count > 1 ? ` #${count}` : ''} > `;
  }

  private say(line: string): void {
    if (line === '') return;
    if (this.lines.length < MOST_LINES) this.lines.push(line);
    else this.left++;
  }
}

function stateOf(node: AriaNode): string {
  const states = [
    FILLED.has(node.role) && node.text ? texts.filled : '',
    node.checked === true ? '(checked)' : '',
    node.selected ? '(selected)' : '',
    node.expanded === true ? '(open)' : '',
    node.disabled ? '(disabled)' : '',
  ];
  return states
    .filter(Boolean)
    .map((state) => ` ${state}`)
    .join('');
}

function clean(text: string, most: number): string {
  const plain = text
    .replace(/[\p{Cc}\p{Cf}\p{Co}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}
