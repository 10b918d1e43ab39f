/** Hints to open pages: each names a kind that a page listens for, and a transaction that is made. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';

const src = join(packageRoot(), 'src');

async function sources(below: string, ending: RegExp): Promise<Map<string, string>> {
  const files = (await readdir(join(src, below), { recursive: true })).filter((file) => ending.test(file));
  const texts = files.map(async (file) => [join(below, file), await readFile(join(src, below, file), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

/** A hint as it is written in a room: `'reminders.fire': ['all', 'reminders']`. */
const HINT = /'(?<transaction>[a-z]+(?:\.[a-z]+)+)': \['(?:all|owners)', '(?<what>[a-z]+)'\]/g;
const CALLS = /changes: \{\s*calls: '([a-z]+)'/g;

test('a hint tells of a transaction of its own room, and of a kind that a page listens for', async () => {
  const rooms = await sources('', /(?<!\.d)\.ts$/);
  const pages = [...(await sources('web', /\.tsx?$/)).values()].join('\n');
  const hints = [...rooms].flatMap(([file, text]) =>
    [...text.matchAll(HINT)].map(({ groups = {} }) => ({ file, transaction: groups.transaction, what: groups.what })),
  );
  expect(hints.length).toBeGreaterThan(35);
  const kinds = [...rooms.values()].flatMap((text) => [...text.matchAll(CALLS)].map(([, kind]) => kind));
  expect(kinds).toEqual(expect.arrayContaining(['reminders', 'notes', 'memories', 'schedules', 'tasks', 'skills']));
  const unheard = [...hints.map(({ what }) => what), ...kinds].filter((kind) => !pages.includes(`'${kind}'`));
  expect(unheard, 'kinds that no page listens for').toEqual([]);
  const foreign = hints.filter(({ file, transaction }) => {
    const room = file
      .split('/')
      .slice(0, file.startsWith('skills/') ? 2 : 1)
      .join('/');
    return ![...rooms].some(
      ([other, text]) => other.startsWith(`${room}/`) && text.replaceAll(HINT, '').includes(`'${transaction}'`),
    );
  });
  expect(foreign, 'transactions of other rooms, or of none').toEqual([]);
});
