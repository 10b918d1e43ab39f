import { describe, expect, test } from 'vitest';
import { type AccessPolicies, Gate, may, type RoleHolder, readPolicies, type Thing } from '../../src/people/index.ts';

const PERMISSIONS = `{
  "roles": { "admin": ["admin:read", "admin:write"], "viewer": ["admin:read"] },
  "policies": [
    { "skill_id": "admin/*", "required_permissions": ["admin:read"] },
    { "skill_id": "admin/delete_records", "required_permissions": ["admin:write"] }
  ]
}`;
const APPROVALS = '{ "policies": [{ "skill_id": "finance/close_books", "requires_approval": true }] }';

function policiesOf(
  permissions: string | undefined,
  approvals: string | undefined = undefined,
  roles: Record<string, string[]> = {},
) {
  return readPolicies(
    { roles, policies: [] },
    { permissions: { file: 'p.json', text: permissions }, approvals: { file: 'a.json', text: approvals } },
  );
}

const tool = (id: string): Thing => {
  const [skill = '', name = ''] = id.split('/');
  return { kind: 'tool', name, skill };
};
const member = (...roles: string[]): RoleHolder => ({ role: 'member', roles });
const guest: RoleHolder = { role: 'guest' };

describe('what a role may use', () => {
  const { policies, problems } = policiesOf(PERMISSIONS, APPROVALS);

  test.each<[RoleHolder, string, boolean]>([
    [member(), 'admin/read_records', false],
    [member(), 'notes/note_create', true],
    [member('viewer'), 'admin/read_records', true],
    // A narrower pattern adds to a wider one.
    [member('viewer'), 'admin/delete_records', false],
    [member('admin'), 'admin/delete_records', true],
    [member('viewer', 'nobody'), 'admin/delete_records', false],
    [{ role: 'owner' }, 'admin/delete_records', true],
    [guest, 'notes/note_create', false],
    [guest, 'admin/read_records', false],
  ])('%j, %s: %s', (who, id, expected) => {
    expect(problems).toEqual([]);
    expect(may(policies, who, tool(id))).toBe(expected);
    const [skill, name = ''] = id.split('/');
    expect(may(policies, who, { kind: 'command', name, skill })).toBe(expected);
  });

  test('a skill of instructions is kept by the patterns of its name', () => {
    expect(may(policies, member(), { kind: 'skill', name: 'admin' })).toBe(false);
    expect(may(policies, member('viewer'), { kind: 'skill', name: 'admin' })).toBe(true);
    expect(may(policies, member(), { kind: 'skill', name: 'travel' })).toBe(true);
  });

  test('an owner holds what roles.owner says, where it says something', () => {
    const { policies: strict } = policiesOf(PERMISSIONS, undefined, { owner: ['admin:read'] });
    expect(may(strict, { role: 'owner' }, tool('admin/read_records'))).toBe(true);
    expect(may(strict, { role: 'owner' }, tool('admin/delete_records'))).toBe(false);
    expect(may(strict, { role: 'owner' }, tool('notes/note_create'))).toBe(true);
  });

  test('a guest may use what is granted to guests, and nothing otherwise', () => {
    const { policies: open } = policiesOf(undefined, undefined, { guest: ['notes/note_list', 'basics/*'] });
    const gate = new Gate(() => open);
    expect(gate.hears(guest)).toBe(true);
    expect(new Gate(() => policies).hears(guest)).toBe(false);
    expect(
      ['notes/note_list', 'basics/time', 'notes/note_create', 'coda/help'].map((id) => gate.may(guest, tool(id))),
    ).toEqual([true, true, false, false]);
    expect(gate.may(guest, { kind: 'tool', name: 'x', skill: 'notes', always: true })).toBe(true);
    expect(new Gate(() => policies).may(guest, { kind: 'tool', name: 'x', always: true })).toBe(false);
  });

  test('a permission of guests opens what asks for it, as far as it goes', () => {
    const { policies: open } = policiesOf(PERMISSIONS, undefined, { guest: ['admin:read'] });
    expect(may(open, guest, tool('admin/read_records'))).toBe(true);
    expect(may(open, guest, tool('admin/delete_records'))).toBe(false);
    expect(may(open, guest, tool('notes/note_create'))).toBe(false);
  });

  test('what is for owners is for owners, whatever somebody holds', () => {
    const { policies: open } = policiesOf(undefined, undefined, { member: ['*'], guest: ['*'] });
    for (const who of [guest, member('admin')])
      expect(may(open, who, { ...tool('coda/doctor'), ownerOnly: true })).toBe(false);
  });

  test('what asks first asks whoever uses it', () => {
    const gate = new Gate(() => policies);
    expect(gate.asksFirst(tool('finance/close_books'))).toBe(true);
    expect(gate.asksFirst(tool('finance/open_books'))).toBe(false);
  });
});

describe('a policy file', () => {
  test.each<[string, string, string]>([
    ['a word that is none', '{\n  "roles": {},\n "policies": nothing }', 'p.json:3: is not valid JSON'],
    ['a byte order mark', '\ufeff{}', 'p.json:1: is not valid JSON'],
    ['nothing in it', '', 'p.json:1: is not valid JSON'],
    ['too many brackets', '['.repeat(100_000), 'p.json:1: is not valid JSON'],
    ['a missing brace', '{\n  "roles": {\n', 'p.json:3: is not valid JSON'],
    ['a comma too many', '{\n  "roles": {},\n  "policies": [],\n}', 'p.json:4: is not valid JSON'],
    ['an unknown key', '{\n  "rolls": {}\n}', 'p.json:1: unknown key "rolls"'],
    [
      'a wrong type',
      '{\n "policies": [\n  { "skill_id": "a/b", "required_permissions": [] },\n  { "skill_id": "a/b",\n    "required_permissions": "x" }\n ]\n}',
      'p.json:5: policies.1.required_permissions: expected a list, got text',
    ],
    [
      'a missing field',
      '{\n "policies": [\n  {\n   "skill_id": "a/b" }\n ]\n}',
      'p.json:3: policies.0.required_permissions:',
    ],
    ['a wrong permission', '{ "roles": {\n "admin": [\n "a b" ] } }', 'p.json:3: roles.admin.0: expected admin:read'],
    ['a key twice', '{ "roles": { "a": ["*"],\n "a": [] } }', 'p.json:2: roles.a: is there twice'],
    ['no object', '[]', 'p.json:1: expected a group of keys, got a list'],
    ['a tab and a comment', '{\n\t// no\n}', 'p.json:2: is not valid JSON'],
  ])('with %s is told with its line', (_, text, expected) => {
    const { problems } = policiesOf(text);
    expect(problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n')).toContain(expected);
  });

  test('may have anything in its strings', () => {
    const text =
      '{ "roles": { "admin": ["a:b"] }, "policies": [ { "skill_id": "x/*",\t"required_permissions": ["a:b", "c:d"] }, {"skill_id":"*","required_permissions":[]} ] }';
    const { policies, problems } = policiesOf(text);
    expect(problems).toEqual([]);
    expect((policies as AccessPolicies).permissions).toEqual([
      { pattern: 'x/*', required: ['a:b', 'c:d'] },
      { pattern: '*', required: [] },
    ]);
  });
});
