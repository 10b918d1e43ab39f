import { afterAll, expect, test } from 'vitest';
import { Reader } from '../../../src/skills/web/page/pages.ts';
import { markedIn, savedPages } from './saved-pages.ts';

const reader = new Reader();
afterAll(() => reader.close());

test('of sixty kinds of pages the content is kept, and what frames it is not', async () => {
  const { signal } = new AbortController();
  const found: Record<string, string> = {};
  for (const { name, html } of savedPages) {
    const { text } = await reader.read({ kind: 'html', html, url: 'https://saved.example/' }, signal);
    const [main, kept, frame] = [markedIn(html, 'm'), markedIn(text, 'm'), markedIn(text, 'b')];
    const share = kept.size / main.size;
    const boilerplate = frame.size / (frame.size + kept.size);
    if (share < 0.95 || boilerplate > 0.1)
      found[name] = `kept ${share.toFixed(2)}, boilerplate ${boilerplate.toFixed(2)}`;
  }
  expect(savedPages).toHaveLength(60);
  expect(found).toEqual({});
});
