/** Interfaces that everybody implements or is handed: a reader meets few members, and what is more stands in a group with a name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';

const MOST = 12;

interface Members {
  /** An interface that extends others shows theirs as well, which nobody counts here. */
  extends: number;
  required: string[];
  optional: string[];
}

function membersOf(text: string): Map<string, Members> {
  const found = new Map<string, Members>();
  for (const each of ts.createSourceFile('port.ts', text, ts.ScriptTarget.Latest).statements) {
    if (!ts.isInterfaceDeclaration(each)) continue;
    const names = (isOptional: boolean) =>
      each.members.flatMap(({ name, questionToken }) =>
        name && ts.isIdentifier(name) && (questionToken !== undefined) === isOptional ? [name.text] : [],
      );
    found.set(each.name.text, {
      extends: each.heritageClauses?.length ?? 0,
      required: names(false),
      optional: names(true),
    });
  }
  return found;
}

const readMembers = (file: string) => membersOf(readFileSync(join(packageRoot(), file), 'utf8'));

test('members are counted by the interface in which they stand', () => {
  const text = 'interface A extends B { one: string; two?(): void; }\ninterface C { three: number }';
  expect([...membersOf(text)]).toEqual([
    ['A', { extends: 1, required: ['one'], optional: ['two'] }],
    ['C', { extends: 0, required: ['three'], optional: [] }],
  ]);
});

test.each([
  'SkillDeps',
  'StorageDeps',
  'SpeechDeps',
  'WorkDeps',
  'ModelDeps',
  'PeopleDeps',
  'Skill',
  'SkillActs',
  'SkillWork',
  'SkillPrompt',
  'SkillViews',
  'SkillData',
  'SkillOwnPorts',
])('%s shows at most 12 members', (name) => {
  const members = readMembers('src/chat/skill.ts').get(name);
  expect(members?.extends).toBe(0);
  const names = [...(members?.required ?? []), ...(members?.optional ?? [])];
  expect(names.length).toBeGreaterThan(0);
  expect(names.length, names.join(', ')).toBeLessThanOrEqual(MOST);
});

test('a plain platform owes 8 members, and 12 that it may leave out are named in one line', () => {
  const file = 'src/delivery/adapter.ts';
  const { extends: inherited, required = [], optional = [] } = readMembers(file).get('ChatAdapter') ?? {};
  expect(inherited).toBe(0);
  expect(required).toEqual(['name', 'guarantees', 'start', 'send', 'edit', 'delete', 'find', 'close']);
  expect(optional.length).toBeLessThanOrEqual(MOST);
  const text = readFileSync(join(packageRoot(), file), 'utf8');
  const [, line = ''] = /^ \* Optional: (.*)\n \*\/\nexport interface ChatAdapter \{/m.exec(text) ?? [];
  expect(line.split(', ')).toEqual(optional);
});

test('a skill owes its name alone', () => {
  expect(readMembers('src/chat/skill.ts').get('Skill')?.required).toEqual(['name']);
});
