import { expect, test } from 'vitest';
import { type CommonDeps, equip } from '../../src/app/skills.ts';
import type { Skill } from '../../src/chat/index.ts';
import type { Config } from '../../src/config/index.ts';

const asking: Skill = { name: 'asking', ports: { needs: ['hookOwner'] } };

function portsOf(...skills: Skill[]) {
  const equipped = equip(skills, {} as Config, {} as CommonDeps);
  return Object.fromEntries(equipped.map(({ skill, deps }) => [skill.name, deps.ports as Record<string, unknown>]));
}

test('a port goes from the skill that provides it to those that need it, and to no other', async () => {
  const giving: Skill = { name: 'giving', ports: { provides: () => ({ hookOwner: async (hook) => `of ${hook}` }) } };
  const ports = portsOf(asking, giving, { name: 'idle' });
  const { hookOwner } = ports.asking as { hookOwner(hook: string): Promise<string> };
  expect(await hookOwner('door')).toBe('of door');
  expect(ports).toMatchObject({ giving: {}, idle: {} });
  expect(Object.keys(ports.asking ?? {})).toEqual(['hookOwner']);
});

test('without the skill that provides it a port says that there is nothing', async () => {
  const { hookOwner } = portsOf(asking).asking as { hookOwner(hook: string): Promise<unknown> };
  expect(await hookOwner('door')).toBeUndefined();
});

test('two skills that provide the same port are an error that names them', () => {
  const giving = (name: string): Skill => ({ name, ports: { provides: () => ({ hookOwner: async () => name }) } });
  expect(() => portsOf(giving('one'), giving('other'))).toThrow('one and other both provide the port hookOwner');
});
