import { expect, test } from 'vitest';
import { capabilitiesOf, type Effect } from '../../src/agent/index.ts';
import { isAllowed, isForbidden, type ToolLabel } from '../../src/agent/tools/forbidden.ts';

const tool = (name: string, effect: Effect, does?: ToolLabel['does']): ToolLabel => ({
  name,
  effect,
  ...(does && { does }),
});

const code = tool('code_execute', 'external', ['code']);
const page = tool('page_read', 'fetch', ['web_read']);
const unknown = tool('gadget_use', 'external');
const note = tool('note_save', 'write');

test.each([
  'Bash',
  'bash',
  'Bash(git:*)',
  'run_shell_command',
  'execute_python',
  'ExecuteCode',
  'mcp__ide__executeCode',
  'Terminal',
  'computer-use',
  'ba*',
  '*_command',
  'my_bash_*',
])('a forbidden %s forbids whatever runs code, by whatever name', (name) => {
  expect(isForbidden(code, [name])).toBe(true);
  expect(isForbidden(unknown, [name])).toBe(true);
  expect(isForbidden(note, [name])).toBe(false);
});

test('what says what it does is forbidden for that alone', () => {
  expect(isForbidden(page, ['Bash', 'WebSearch', 'Write'])).toBe(false);
  expect(isForbidden(page, ['WebFetch'])).toBe(true);
  expect(isForbidden(tool('page_read', 'fetch'), ['WebSearch'])).toBe(true);
  expect(isForbidden(tool('skill_read_resource', 'read', ['file_read']), ['Read'])).toBe(true);
});

test('a name that nobody knows takes nothing away from the others, and stays forbidden', () => {
  expect(isForbidden(code, ['Frobnicate', 'Bash'])).toBe(true);
  expect(isForbidden(page, ['Frobnicate'])).toBe(false);
  expect(isForbidden(tool('frobnicate', 'read'), ['Frobnicate'])).toBe(true);
  expect(isForbidden(note, ['*'])).toBe(true);
});

test('an allowed name is no more than the tool itself, or what says that it does the same', () => {
  expect(isAllowed(code, ['Bash(git:*)'])).toBe(true);
  expect(isAllowed(unknown, ['Bash'])).toBe(false);
  expect(isAllowed(note, ['note_save'])).toBe(true);
  expect(isAllowed(note, ['note_*'])).toBe(false);
});

test('coda’s own names are taken for nobody else’s', () => {
  const own = [
    'note_search',
    'reminder_create',
    'skill_delegate',
    'skill_search',
    'result_read',
    'conversation_search',
  ];
  expect(own.flatMap(capabilitiesOf)).toEqual([]);
});
