/** The page follows from values: what can be done from acts, the fields of a form from what coda describes of a thing. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { delivery } from '../../src/skills/reminders/fields/fields.ts';
import { planFields, tellingFields } from '../../src/skills/scheduler/watch/fields.ts';

const root = join(packageRoot(), 'src/web');

/** Buttons that stand by themselves, and why. What is pressed in a conversation and before a sign-in has no list of actions. */
const BY_THEMSELVES: readonly (readonly [file: string, button: string, reason: string])[] = [
  ['activity/approvals.tsx', 'cancel', 'of a form'],
  ['notes/note.tsx', 'onClose', 'of a form'],
  ['people/about-you.tsx', '() => chooseTheme(each as Theme)', 'a choice'],
  ['people/about-you.tsx', '() => press(id)', 'an answer to what is offered, in its words'],
  ['system/costs.tsx', '() => {', 'a choice'],
];

test('what can be done on a page is an act, so that keys, help and list know it', async () => {
  const files = (await readdir(root, { recursive: true })).filter((file) =>
    /^(?!app|api|parts|chat|sign-in).*\.tsx$/.test(file),
  );
  expect(files.length).toBeGreaterThan(25);
  const buttons = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(root, file), 'utf8');
      return [...text.matchAll(/<Button\b[\s\S]*?onClick=\{(.*?)(?:\}|$)/gm)].map(([, run = '']) => [file, run]);
    }),
  );
  expect(buttons.flat().sort()).toEqual(BY_THEMSELVES.map(([file, button]) => [file, button]));
});

test('fields that coda describes are not said again by the page', async () => {
  const files = (await readdir(root, { recursive: true })).filter((file) => /(?<!\.d)\.tsx?$/.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
  // One or two words, such as "Name", stand elsewhere, too.
  const labels = [delivery, planFields, tellingFields].flatMap(({ form }) =>
    form.flatMap(({ label, choices = {} }) =>
      [label, ...Object.values(choices)].filter((words) => words.split(' ').length > 2),
    ),
  );
  expect(labels.length).toBeGreaterThan(10);
  expect(labels.filter((words) => texts.some((text) => text.includes(words)))).toEqual([]);
});
