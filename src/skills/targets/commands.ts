import { type Call, failed } from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import { texts } from './texts.ts';

const KINDS: Readonly<Record<string, string>> = { here: 'place', person: 'person', hook: 'hook', push: 'push' };

export const targetsCommand: Command = {
  name: 'targets',
  topic: 'By itself',
  summary: 'Show where what is planned is told, allow a place, or take it back.',
  overtakes: 'bare',
  usage: '[here|person|hook|push|allow|remove|private name]',
  options: [
    { name: 'what', description: 'here, person, hook, push, allow, remove or private; nothing to see all' },
    { name: 'name', description: 'Its name or id' },
  ],
  private: true,
  writes: () => ({}),
  run: async (rest) => {
    if (rest === '') return { tool: 'target_list', input: {} };
    const [, what = '', name = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
    return callOf(what.toLowerCase(), name.trim().slice(0, 200)) ?? failed('INVALID_INPUT', texts.usage);
  },
};

function callOf(what: string, name: string): Call | undefined {
  const kind = KINDS[what];
  if (kind !== undefined) return { tool: 'target_add', input: { kind, name } };
  if (name === '') return undefined;
  if (what === 'allow') return { tool: 'target_decide', input: { id: name, yes: true } };
  if (what === 'remove') return { tool: 'target_remove', input: { name } };
  if (what !== 'private') return undefined;
  const [which = '', ...allowed] = name.split(/[\s,]+/).filter(Boolean);
  return { tool: 'target_private', input: { name: which, allows: allowed.filter((each) => each !== 'none') } };
}
