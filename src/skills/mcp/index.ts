/** Tools of others, over the Model Context Protocol. */
import { forOwners } from '../../agent/index.ts';
import { type Skill, verbsOf } from '../../chat/index.ts';
import { commands, serversCheck, toolsCheck } from './check.ts';
import { config, type Settings } from './config.ts';
import { mcpOperations } from './operations.ts';
import type { Servers } from './servers.ts';
import { callbackRoute } from './sign-in/sign-in.ts';
import { deletionRules, mergeRules } from './store.ts';
import { texts } from './texts.ts';
import { approveTool, promptCall, serverTools, toolServers } from './tools.ts';

export { config as mcpConfig } from './config.ts';
export { mcpOperations } from './operations.ts';
export { Servers as McpServers } from './servers.ts';

/** Offered also by a coda that does not run. */
export const mcpSetup = async () => (await import('./setup.ts')).setup;

export const mcp = (servers: Servers): Skill<Settings> => ({
  name: 'mcp',
  config,
  ports: { provides: () => ({ servers: toolServers(servers) }) },
  tools: () => forOwners(() => texts.ownersApprove, [approveTool(servers)]),
  acts: {
    liveTools: () => ({
      current: (takenNames) => servers.current(takenNames, serverTools),
      whenKnown: (name) => servers.whenSettled(name),
    }),
    callNamed: (_, name, rest) => (name.toLowerCase() === 'mcp-prompt' ? promptCall(servers, rest) : undefined),
    verbs: (deps) => verbsOf(mcpOperations, servers.signIns, deps.world),
  },
  work: { onStart: () => servers.start() },
  commands: () => commands(servers),
  views: {
    setup: mcpSetup,
    routes: () => (servers.signIns.isOn ? [callbackRoute(servers.signIns)] : []),
    checks: (_, toolbox) => [
      serversCheck(servers),
      ...(servers.listAll().length > 0 ? [toolsCheck(toolbox, servers)] : []),
    ],
  },
  data: {
    deletionRules,
    mergeRules,
  },
});
