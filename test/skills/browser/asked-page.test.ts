/** A yes to a click is for the page that its sentence names. */
import { expect, test } from 'vitest';
import type { AnyTool, CallContext } from '../../../src/agent/index.ts';
import { type BrowserDeps, browserTools } from '../../../src/skills/browser/tools.ts';

test('a page that has gone elsewhere since is bound as another one, and so is one that is closed', async () => {
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
  expect(await bound()).not.toEqual(asked);
});
