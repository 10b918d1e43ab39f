/** Connectors: HTTP services that skills and models call with keys that they never see. */
import { z } from 'zod';
import type { AnyTool } from '../../agent/index.ts';
import { CodaError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { HealthCheck, Skill, SkillDeps } from '../../chat/index.ts';
import type { SkillSecrets } from '../../secrets/index.ts';
import { type CallDeps, callConnector } from './call.ts';
import { config, type Settings } from './config.ts';
import { secretsIn } from './definition.ts';
import { ConnectorFolders, type Found } from './folder.ts';
import { valuesOf } from './secrets.ts';
import { texts } from './texts.ts';
import { connectorTools } from './tools.ts';

export { config as connectorsConfig } from './config.ts';
export { CONNECTOR_NAME, connectorTemplate, parseConnector } from './definition.ts';
export { fileOf as connectorFile } from './folder.ts';

export interface ConnectorHost {
  /** The folders of skills that the owner keeps, absolute, in rising priority. */
  roots(): readonly string[];
  secrets: Pick<SkillSecrets, 'valuesFor'>;
}

/** A connector as `coda connectors list` shows it. */
export interface ListedConnector {
  name: string;
  base_url: string;
  file_root: string;
  /** Names of secrets that are not set for everybody. */
  missing: string[];
}

/** Calls HTTP services that the owner has described. */
export function connectors(host: ConnectorHost): Skill<Settings> {
  const folders = new ConnectorFolders(host.roots);
  let last: { found: Found; tools: readonly AnyTool[] } | undefined;
  const callDeps = ({ config: { env: allowed }, world, egress }: SkillDeps<Settings>): CallDeps => {
    const hidden = world.secrets;
    return { folders, egress, hidden, values: { store: host.secrets, env: world.env, allowed, hidden } };
  };
  return {
    name: 'connectors',
    config,
    liveTools: (deps) => {
      const found = folders.read();
      if (last?.found !== found) last = { found, tools: connectorTools(callDeps(deps), found) };
      return last.tools;
    },
    verbs: (deps) => ({
      'connectors-list': async () => (await listed(callDeps(deps))) as unknown as Json,
      'connectors-test': (args) => tested(callDeps(deps), args),
    }),
    checks: () => [check(folders)],
  };
}

/** Values of everybody: no person and no space has an empty id. */
const EVERYBODY = { personId: '00000000-0000-0000-0000-000000000000', spaceId: '' };

async function listed({ folders, values }: CallDeps) {
  const { connectors: all, broken } = folders.read();
  const shown: ListedConnector[] = [];
  for (const connector of all.values()) {
    const missing: string[] = [];
    for (const name of secretsIn(connector)) {
      const only = { ...connector, headers: { x: `secret:${name}` }, auth: undefined };
      if (!(await valuesOf(values, only, EVERYBODY)).ok) missing.push(name);
    }
    shown.push({ name: connector.name, base_url: connector.base_url, file_root: connector.root, missing });
  }
  return { connectors: shown, broken };
}

const asked = z.object({ name: z.string(), path: z.string().default('') });
const TEST_WITHIN_MS = 50_000;

/** One request that reads, as the tool would send it. Throws what keeps it from being sent. */
async function tested(deps: CallDeps, args: Record<string, Json>): Promise<Json> {
  const { name, path } = asked.parse(args);
  const asker = { ...EVERYBODY, signal: AbortSignal.timeout(TEST_WITHIN_MS) };
  const came = await callConnector(deps, name, { method: 'GET', path }, asker);
  if (came.ok) return { status: came.status, type: came.type, characters: came.text.length };
  const { code, message } = came;
  const { remedy = code === 'EGRESS_PRIVATE' ? texts.privateRemedy : texts.checkRemedy } = came;
  throw new CodaError(codeOf(code), { message, remedy });
}

function codeOf(code: string) {
  if (code === 'NOT_FOUND') return 'CONNECTOR_NOT_FOUND';
  if (code === 'MISSING_SECRET') return 'CONNECTOR_SECRET';
  const known = ['EGRESS_URL', 'EGRESS_PRIVATE', 'EGRESS_UNREACHABLE', 'EGRESS_TIMEOUT', 'EGRESS_TOO_LARGE'] as const;
  return known.find((each) => each === code) ?? (code === 'EGRESS_REDIRECTS' ? code : 'INPUT_INVALID');
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
