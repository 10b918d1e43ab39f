import { expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import type { FileFacts } from '../../../src/media/index.ts';
import { GrowingText } from '../../../src/skills/files/growing-text.ts';

const piece = (length: number) => [{ place: 'page 1', text: 'x'.repeat(length) }];
const facts: FileFacts = { kind: 'text', says: 'a text', title: '' };

test('all who wait for the beginning of one file are told, each as soon as it has enough', async () => {
  const text = new GrowingText();
  const done = deferred<FileFacts>();
  text.done = done.promise;
  const told: string[] = [];
  const waits = [100, 100, 500].map((room, at) => text.waitForBeginning(room).then(() => told.push(`${at}`)));
  text.add(piece(60));
  text.add(piece(60));
  await Promise.all(waits.slice(0, 2));
  expect(told).toEqual(['0', '1']);

  // One that is shorter than a caller has room for is told with its facts.
  const rest = text.waitForBeginning(1_000);
  done.resolve(facts);
  await Promise.all(waits);
  expect(await rest).toEqual(facts);
});

test('comments and the like are no beginning', async () => {
  const text = new GrowingText();
  text.done = Promise.resolve(facts);
  text.add(piece(300).map((passage) => ({ ...passage, aside: 'comment' as const })));
  expect(await text.waitForBeginning(200)).toEqual(facts);
});
