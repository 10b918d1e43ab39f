import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { Jsonl, type Line } from '../support/jsonl.ts';

/** The examples of docs/jsonl.md, in their order: `>` is written, `<` is read. */
function examples(): { sent: boolean; json: string }[] {
  const page = readFileSync(join(packageRoot(), 'docs', 'jsonl.md'), 'utf8');
  const blocks = Array.from(page.matchAll(/```jsonl\n(.*?)```/gs), ([, block = '']) => block);
  return blocks
    .flatMap((block) => block.split('\n').filter(Boolean))
    .map((line) => ({ sent: line.startsWith('> '), json: line.slice(2) }));
}

/** What a documented line promises: its fields and labels, but not ids and wording, which are the skills' own. */
function promise(line: Line): object {
  const { id: _id, text, commands: _commands, version: _version, ...rest } = line;
  return {
    ...rest,
    ...(line.buttons && { buttons: line.buttons.map(({ label }) => label) }),
    ...(line.code !== undefined && { text }),
  };
}

test('the examples of the protocol happen as they are documented', async () => {
  await using coda = await Jsonl.start({ args: ['--test-clock', '2026-11-20T09:00:00Z'] });
  const ids = new Map<string, string>();
  let at = 0;
  for (const { sent, json } of examples()) {
    if (sent) {
      const named = Array.from(ids).reduce(
        (text, [name, id]) => text.replaceAll(`"${name}"`, JSON.stringify(id)),
        json,
      );
      coda.write(`${named}\n`);
      continue;
    }
    const documented: Line = JSON.parse(json);
    const heard = await coda.next(({ type }) => type === documented.type, at);
    at = coda.lines.indexOf(heard) + 1;
    expect(promise(heard)).toEqual(promise(documented));
    for (const [index, { id }] of (documented.buttons ?? []).entries()) {
      if (id !== '…') ids.set(id, heard.buttons?.[index]?.id ?? '');
    }
  }
});
