import type { Browser } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { ModelServer } from './model-server/index.ts';

/** A daemon says this in its log where nobody owns it. */
const SHOWN = /open (http:\/\/[\w.]+:\d+)\/ and enter the code ([A-Z2-9]{5}-[A-Z2-9]{5})/;

/** The address and the code that a log or a terminal shows at a first start; undefined as long as it shows none. */
export function shownIn(log: string): { url: string; code: string } | undefined {
  const [, url, code] = SHOWN.exec(log) ?? [];
  return url !== undefined && code !== undefined ? { url, code } : undefined;
}

/** A service of models that stands where Ollama does; it ends with the test. */
export async function ollama(): Promise<ModelServer> {
  const models = await ModelServer.start();
  onTestFinished(() => models.close());
  models.asksNoKey = true;
  models.models = [{ id: 'qwen3', object: 'model' }];
  models.ollama = { capabilities: ['completion', 'tools'], context: 32_768 };
  return models;
}

/** What a person does who has only a browser: the code, a name, the one question, and a first message, until its answer is there. */
export async function firstAnswer(
  browser: Browser,
  { url, code }: { url: string; code: string },
  models: ModelServer,
): Promise<void> {
  models.play({ when: { says: 'heavy' }, text: 'About 5,000 tons.' });
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel('Code').fill(code);
  await page.getByLabel('Your name').fill('Ana');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'Whom shall I ask?' }).waitFor();
  await page.getByLabel('qwen3, on this machine (Ollama)').waitFor();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.waitForURL('**/chat');
  await page.getByLabel('Message', { exact: true }).fill('How heavy is a cloud?');
  await page.keyboard.press('Enter');
  await page.getByText('About 5,000 tons.').waitFor();
}
