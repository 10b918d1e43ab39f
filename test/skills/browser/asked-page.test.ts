/** A yes to a click is for the page that its sentence names. */
import { expect, test } from 'vitest';
import { callSentence } from '../../../src/agent/approvals/sentence.ts';
import type { AnyTool, CallContext } from '../../../src/agent/index.ts';
import { isLookedAt } from '../../../src/agent/tools/critique.ts';
import type { ValidCall } from '../../../src/agent/tools/toolbox.ts';
import { type BrowserDeps, browserTools } from '../../../src/skills/browser/tools.ts';

test('a page that has gone elsewhere since is bound as another one, and about one that is closed nobody is asked', async () => {
  let address: string | undefined = 'https://shop.example.org/cart';
  const page = { url: () => address };
  const sessions = { get: () => (address === undefined ? undefined : { page }) };
  const tools = browserTools({ sessions } as unknown as BrowserDeps);
  const click = tools.find(({ name }) => name === 'browser_interact') as AnyTool;
  const input = { session_id: 's1', action: 'click', selector: 'button "Place the order"' };
  const bound = () => click.policy?.binds?.(input, {} as CallContext);

  const asked = await bound();
  expect(await bound()).toEqual(asked);
  address = 'https://shop.example.org/other-cart';
  expect(await bound()).not.toEqual(asked);
  address = undefined;
  expect(await bound()).toMatchObject({ ok: false, code: 'NOT_FOUND' });
});

test('a click is looked at wherever calls that say so are', () => {
  const tool = browserTools({} as BrowserDeps).find(({ name }) => name === 'browser_interact') as AnyTool;
  const input = { session_id: 's1', action: 'click', selector: 'button "Place the order"' };
  const click = { tool, effect: 'external', input } as unknown as ValidCall;
  expect([isLookedAt(click, { mode: 'flagged' }), isLookedAt(click, { mode: 'off' })]).toEqual([true, false]);
});

test.each([
  ['button "Cancel" #2', "Click “button 'Cancel' #2” on the page “https://shop.example.org/cart”"],
  ['button "Place the order"', 'Click “Place the order” on the page “https://shop.example.org/cart”'],
])('a click on %s names what is clicked, and where', (selector, sentence) => {
  const page = { url: () => 'https://shop.example.org/cart' };
  const tools = browserTools({ sessions: { get: () => ({ page }) } } as unknown as BrowserDeps);
  const tool = tools.find(({ name }) => name === 'browser_interact');
  const input = { session_id: 's1', action: 'click', selector };
  const call = { id: '1', name: 'browser_interact', input };
  expect(callSentence({ tool, call, input }, {} as CallContext).plain).toBe(sentence);
});
