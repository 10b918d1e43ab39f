/** The sandbox, and what skills have of it. */
import { randomUUID } from 'node:crypto';
import { type SkillHost, skillsInUse } from '../agent-skills/index.ts';
import type { World } from '../base/world.ts';
import type { SkillDeps } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import type { Delivery } from '../delivery/index.ts';
import { type Egress, openProxy } from '../egress/index.ts';
import { installationOf, isLive } from '../jobs/index.ts';
import { openSandbox, type Sandbox, Workspaces } from '../sandbox/index.ts';
import type { Artifacts, Database } from '../storage/index.ts';

interface SandboxParts {
  config: Config;
  world: World;
  database: Database;
  artifacts: Artifacts;
  egress: Egress;
  delivery: Delivery;
  gate: SkillDeps['people']['gate'];
  skills: SkillHost;
}

/** Connections a minute that the code of one session may make. */
const CODE_CONNECTIONS = 120;

function proxyForCode(execution: Config['execution'], egress: Egress, { clock, log }: World) {
  return openProxy(egress, {
    allowed: execution.allowed_hosts,
    limits: { bytes: execution.max_network_size, perMinute: CODE_CONNECTIONS, clock },
    onConnect: (host) => log.info({ host }, 'code connects to a host'),
    onRefuse: ({ code, message }) => log.info({ code, why: message }, 'code was kept from an address'),
  });
}

/** Builds the sandbox. Nothing is asked of Docker before it is started, or used. */
export async function openSkillSandbox(
  parts: SandboxParts,
): Promise<{ sandbox: Sandbox; forSkills: SkillDeps['sandbox'] }> {
  const { config, world, database, artifacts, egress, delivery, gate, skills: host } = parts;
  const { execution } = config;
  // Without a running sandbox the doctor opens a container, too; should it die, a later process removes that.
  const apart = randomUUID();
  const sandbox = openSandbox(
    {
      execution,
      installation: await installationOf(database),
      instance: () => (delivery.hasStarted ? delivery.self.id : apart),
      isLive: (id) => isLive(database, id),
      isOwnImage: (id) => host.images.isOwn(id),
      proxy: () => proxyForCode(execution, egress, world),
    },
    world,
  );
  const workspaces = new Workspaces({
    sandbox,
    keep: (content) => artifacts.put(content, { maxBytes: execution.max_output_size }),
    lastingMs: execution.max_sandbox_timeout,
    timeouts: execution.sandbox_timeouts,
    hasNetwork: execution.network_enabled,
  });
  const hasImage = (id: string) => sandbox.hasImage(id);
  const forSkills: SkillDeps['sandbox'] = {
    workspaces,
    settings: execution,
    hasImage,
    inUse: skillsInUse({ host, gate, database, settings: execution, hasImage }),
    facts: (signal) => sandbox.facts(signal),
    program: (spec, signal) => sandbox.program(spec, signal),
    detached: sandbox.detached,
  };
  return { sandbox, forSkills };
}
