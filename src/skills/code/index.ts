import type { Skill, SkillDeps } from '../../chat/index.ts';
import { sandboxCheck } from './check.ts';
import { readTool } from './read.ts';
import { type CodeDeps, executeTool, hostsOf, writeTool } from './tools.ts';

export const code: Skill = {
  name: 'code',
  tools: (deps) => {
    const with_ = codeDeps(deps);
    return [executeTool(with_), writeTool(with_), readTool(with_)];
  },
  views: { checks: (deps) => [sandboxCheck(deps)] },
  work: {
    turnOver: ({ sandbox }, { how, turnKey, conversationId }) =>
      sandbox.workspaces.endTurn({ turn: turnKey, conversationId, parked: how === 'waiting' }),
  },
};

function codeDeps({ sandbox: { workspaces, settings, inUse }, storage: { artifacts }, database }: SkillDeps): CodeDeps {
  return {
    workspaces,
    artifacts,
    database,
    inUse,
    isOn: settings.enabled,
    hosts: hostsOf(settings),
    timeoutMs: settings.timeout,
    longestMs: settings.max_sandbox_timeout,
    lasts: (channel) => settings.lasting.includes(channel),
  };
}
