import { randomUUID } from 'node:crypto';
import type { World } from '../base/world.ts';
import type { SkillDeps } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import type { Delivery } from '../delivery/index.ts';
import { installationOf, isLive } from '../jobs/index.ts';
import { openSandbox, type Sandbox, Workspaces } from '../sandbox/index.ts';
import { isSkillImage, type SkillHost, skillsInUse } from '../skills/agent-skills/index.ts';
import { browserConfig } from '../skills/browser/index.ts';
import { type Artifacts, type Database, readerOf } from '../storage/index.ts';

interface SandboxParts {
  config: Config;
  world: World;
  database: Database;
  artifacts: Artifacts;
  delivery: Delivery;
  gate: SkillDeps['gate'];
  skills: SkillHost;
}

/** Builds the sandbox. Nothing is asked of Docker before it is started, or used. */
export async function sandboxOf(parts: SandboxParts): Promise<{ sandbox: Sandbox; forSkills: SkillDeps['sandbox'] }> {
  const { config, world, database, artifacts, delivery, gate, skills: host } = parts;
  const { execution } = config;
  const browser = config.block(browserConfig);
  // Without a running sandbox the doctor opens a container, too; should it die, a later process removes that.
  const apart = randomUUID();
  const sandbox = openSandbox(
    {
      execution,
      installation: await installationOf(database),
      instance: () => (delivery.hasStarted ? delivery.self.id : apart),
      isLive: (id) => isLive(database, id),
      hasPrograms: browser.enabled && browser.mode === 'docker',
      isOwnImage: (id) => isSkillImage(readerOf(database), id),
    },
    world,
  );
  const workspaces = new Workspaces({
    sandbox,
    keep: (content) => artifacts.put(content, { maxBytes: execution.max_output_size }),
    lastingMs: execution.max_sandbox_timeout,
    timeouts: execution.sandbox_timeouts,
  });
  const hasImage = (id: string) => sandbox.hasImage(id);
  const forSkills: SkillDeps['sandbox'] = {
    ...{ workspaces, settings: execution, hasImage },
    inUse: skillsInUse({ host, gate, database, settings: execution, hasImage }),
    facts: (signal) => sandbox.facts(signal),
    program: (spec, signal) => sandbox.program(spec, signal),
    detached: sandbox.detached,
  };
  return { sandbox, forSkills };
}
