import { withTimeout } from '../../base/async.ts';
import type { HealthCheck, Verdict } from '../../chat/index.ts';
import { stateOf } from './commands.ts';
import type { Server, Servers } from './servers.ts';
import { texts } from './texts.ts';

/** A check has ten seconds. */
const SETTLED_MS = 8_000;

/** True if every server that is configured can be used, and completely. */
export function serversCheck(servers: Servers): HealthCheck {
  return {
    name: 'mcp',
    async check() {
      const all = servers.all();
      if (all.length === 0) return { ok: true, severity: 'off', says: texts.none };
      await withTimeout(SETTLED_MS, Promise.all(all.map(([, { connection }]) => connection.settled())));
      const now = servers.all();
      const [first, ...also] = now.flatMap(([name, server]) => verdictsOf(name, server));
      const tools = now.reduce((sum, [, { offers }]) => sum + offers.length, 0);
      return first ? { ...first, also } : { ok: true, says: texts.allReady(now.length, tools) };
    },
  };
}

function verdictsOf(name: string, server: Server): Verdict[] {
  const { state } = server.connection;
  const wrong = { ok: false, remedy: texts.checkRemedy } as const;
  if (state.kind === 'refused') return [{ ...wrong, code: 'MCP_REFUSED', says: state.why, remedy: state.remedy }];
  if (state.kind === 'signed-out')
    return [{ ...wrong, code: 'MCP_SIGN_IN', says: `${name}: ${state.why}`, remedy: state.remedy }];
  if (state.kind === 'away') {
    return [
      { ...wrong, code: 'MCP_AWAY', says: `${name}: ${state.why}`, ...(state.remedy && { remedy: state.remedy }) },
    ];
  }
  if (state.kind === 'connecting')
    return [{ ...wrong, code: 'MCP_AWAY', severity: 'notice', says: `${name}: ${stateOf(server)}` }];
  const waits: Verdict = {
    ...{ ok: false, code: 'MCP_CHANGED', severity: 'warning', says: `${name}: ${stateOf(server)}` },
    remedy: `An owner says /mcp approve ${name}.`,
  };
  return [
    ...(server.waiting.length > 0 ? [waits] : []),
    ...server.problems.map(
      (problem): Verdict => ({ ...wrong, code: 'MCP_TOOL', severity: 'notice', says: `${name}: ${problem}` }),
    ),
  ];
}
