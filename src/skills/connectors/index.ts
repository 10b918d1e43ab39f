/** Connectors: HTTP services that skills and models call with keys that they never see. */
import type { AnyTool } from '../../agent/index.ts';
import { type HealthCheck, routesOf, type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import type { SkillSecrets } from '../../secrets/index.ts';
import type { CallDeps } from './call.ts';
import { config, type Settings } from './config.ts';
import { ConnectorFolders, type FoundConnectors } from './folder.ts';
import { calling } from './operations.ts';
import { texts } from './texts.ts';
import { connectorTools } from './tools.ts';

export { config as connectorsConfig } from './config.ts';
export { connectorOperations } from './operations.ts';

export interface ConnectorHost {
  /** The folders of skills that the owner keeps, absolute, in rising priority. */
  roots(): readonly string[];
  secrets: Pick<SkillSecrets, 'valuesFor'>;
}

export function connectors(host: ConnectorHost): Skill<Settings> {
  const folders = new ConnectorFolders(host.roots);
  let last: { found: FoundConnectors; tools: readonly AnyTool[] } | undefined;
  const callDeps = ({ config: { env: allowed }, world, egress }: SkillDeps<Settings>): CallDeps => {
    const secrets = world.secrets;
    return { folders, egress, secrets, values: { store: host.secrets, env: world.env, allowed, secrets } };
  };
  return {
    name: 'connectors',
    config,
    acts: {
      liveTools: (deps) => ({
        current() {
          const listing = folders.read();
          if (last?.found !== listing) last = { found: listing, tools: connectorTools(callDeps(deps), listing) };
          return last.tools;
        },
        whenKnown: async () => {},
      }),
      verbs: (deps) => verbsOf(calling, callDeps(deps), deps.world),
    },
    views: {
      routes: (deps) => routesOf(calling, callDeps(deps), { ...deps.world, gate: deps.people.gate }),
      checks: () => [check(folders)],
    },
  };
}

function check(folders: ConnectorFolders): HealthCheck {
  return {
    name: 'connectors',
    async check() {
      const { connectors: all, broken } = folders.read();
      const [first, ...more] = broken.map(({ file, why }) => ({
        ok: false,
        severity: 'warning' as const,
        says: texts.checkBroken(file, why),
        remedy: texts.checkRemedy,
      }));
      if (first) return { ...first, also: more };
      return { ok: true, says: all.size === 0 ? texts.checkNone : texts.checkOk(all.size) };
    },
  };
}
