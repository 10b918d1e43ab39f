/** Sources that a person may look at. */
import { expect, test } from 'vitest';
import { ABSENT_PORTS } from '../../../src/chat/index.ts';
import { Gate } from '../../../src/people/gate.ts';
import { refusalOf } from '../../../src/skills/scheduler/watch/allowed.ts';
import { source } from '../../../src/skills/scheduler/watch/rule.ts';

const policies = {
  roles: new Map(),
  permissions: [
    { pattern: 'web/web_fetch', required: ['web:read'] },
    { pattern: 'mcp/ci_secret', required: ['ci:read'] },
  ],
  approvals: ['mcp/ci_asked', 'skills/skill_read_resource'],
};
const effects: Record<string, 'fetch' | 'external' | 'dangerous'> = { post: 'external', drop: 'dangerous' };
const servers = {
  skill: 'mcp',
  has: () => true,
  findTool: (server: string, tool: string) => ({ name: `${server}_${tool}`, effect: effects[tool] ?? 'fetch' }),
  call: async () => ({ ok: true as const, text: '' }),
};
const pages = { ...ABSENT_PORTS.pages, tool: { name: 'web_fetch', skill: 'web' } };
const scripts = { ...ABSENT_PORTS.scripts, fileTool: { name: 'skill_read_resource', skill: 'skills' } };
const why = (gate: Gate, looked: object) =>
  refusalOf({ gate, servers, pages, scripts }, source.parse(looked), { personId: 'p', spaceId: 's', role: 'member' })
    ?.message;
const url = 'https://x.test';
const tool = (name: string) => ({ kind: 'mcp', server: 'ci', tool: name });

test.each([
  [{ kind: 'web_watch', url }, /may not use web_fetch/],
  [{ kind: 'feed', url }, /may not use web_fetch/],
  [{ kind: 'appointment', url }, /may not use web_fetch/],
  [{ kind: 'file', skill: 'a', path: 'b' }, /ask first/],
  [tool('secret'), /may not use ci_secret/],
  [tool('asked'), /ask first/],
  [tool('post'), /does more than read/],
  [tool('drop'), /does more than read/],
])('%j is refused by policy, and by what it does', (looked, expected) => {
  expect(why(new Gate(() => policies), looked)).toMatch(expected);
});

test.each([[{ kind: 'web_watch', url }], [tool('status')], [{ kind: 'hook', hook: 'a', field: 'b' }]])(
  '%j may be looked at where no policy says otherwise',
  (looked) => {
    expect(why(new Gate(), looked)).toBeUndefined();
  },
);
