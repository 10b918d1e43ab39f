import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

const PAGE = join(packageRoot(), 'docs/delivery.md');
const BEGIN = '<!-- statements: written by test/delivery/statements.test.ts with UPDATE_DOCS=1 -->';
const END = '<!-- /statements -->';

test('docs/delivery.md shows the two statements of a message as they are', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const shown = page.slice(page.indexOf(BEGIN), page.indexOf(END) + END.length);
  const statements = await statementsOfMessage(['inbox.accept', 'turn.finish']);
  const actual = [BEGIN, ...statements.map(([name, text]) => block(name, text)), END].join('\n\n');
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      PAGE,
      page.replace(shown, () => actual),
    );
  else expect(shown).toBe(actual);
});

/** The text of these transactions while a plain message is answered. */
async function statementsOfMessage(names: readonly string[]): Promise<[string, string][]> {
  await using coda = await play({ model: echo() });
  await (await coda.hear('ana', 'c1', 'hello')).settled;
  const texts = new Map<string, string>();
  const database = coda.database();
  const run = database.run.bind(database);
  database.run = (name, text, params) => {
    texts.set(name, text);
    return run(name, text, params);
  };
  await (await coda.hear('ana', 'c1', 'hello again')).settled;
  return names.map((name) => [name, texts.get(name) ?? '']);
}

function block(name: string, text: string): string {
  return `\`${name}\`:\n\n\`\`\`sql\n${dedented(text)}\n\`\`\``;
}

/** Without the indentation that all lines share and without blank lines. */
function dedented(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent).trimEnd()).join('\n');
}
