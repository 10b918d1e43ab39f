import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { openCatalog } from '../../src/agent-skills/catalog/catalog.ts';
import { validateSkills } from '../../src/agent-skills/catalog/validate.ts';
import { readBody } from '../../src/agent-skills/read/file.ts';
import { temporaryFolder, write } from './support.ts';

/** One small skill and what is expected of it. */
interface Case {
  is: string;
  /** The skill's folder; `a-skill` when left out. */
  folder?: string;
  /** The file's name; `SKILL.md` when left out. */
  file?: string;
  /** The file's content; `<<3 ab>>` stands for `ababab`. */
  text?: string;
  /** The same for what is no text. */
  base64?: string;
  name: string;
  description: string;
  usable: boolean;
  strict: boolean;
  codes: string[];
  /** Further fields of the skill, and `body`. */
  has?: Record<string, unknown>;
}

const SET = join(import.meta.dirname, 'set');
const groups = readdirSync(SET).map((file): [string, Case[]] => [
  file.replace('.yaml', ''),
  parse(readFileSync(join(SET, file), 'utf8')),
]);

const long = (text: string) =>
  text.replace(/<<(\d+) ([^>]+)>>/g, (_, count: string, piece: string) => piece.repeat(Number(count)));

/** What JSON keeps of a value: objects without prototypes and fields without a value look like any others. */
const plainly = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

test('the set holds at least 150 skills', () => {
  expect(groups.flatMap(([, cases]) => cases).length).toBeGreaterThanOrEqual(150);
});

for (const [group, cases] of groups) {
  test.each(cases)(`${group}: $is`, async (one) => {
    const root = temporaryFolder();
    const folder = long(one.folder ?? 'a-skill');
    const content = one.base64 === undefined ? long(one.text ?? '') : Buffer.from(one.base64, 'base64');
    write(root, join(folder, one.file ?? 'SKILL.md'), content);

    const [verdict, ...others] = await validateSkills([root]);
    expect(others).toEqual([]);
    const codes = [...new Set(verdict?.problems.map(({ code }) => code))].sort();
    const { usable, strict } = one;
    expect({ usable: verdict?.usable, strict: verdict?.strict, codes }).toEqual({ usable, strict, codes: one.codes });

    const catalog = openCatalog({ sources: [{ kind: 'configured', directory: root }] });
    await catalog.rescan();
    const { skills, invalid } = catalog.current();
    const [skill] = [...skills.values(), ...invalid];
    expect([...skills.keys()]).toEqual(usable ? [long(one.name)] : []);
    expect(skill?.name).toBe(long(one.name));
    expect(skill?.description).toBe(long(one.description));
    const body = skill === undefined ? undefined : await readBody(skill);
    for (const [field, value] of Object.entries(one.has ?? {})) {
      expect([field, plainly({ ...skill, body }[field as never])]).toEqual([field, value]);
    }
  });
}
