/** `coda skills compose`: a skill that is made of others. */

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { openAgentSkills } from '../../app/index.ts';
import { CodaError } from '../../base/errors.ts';
import { listOf } from '../../base/text.ts';
import { parseSteps, resolveSteps } from '../../skills/agent-skills/index.ts';
import { callDaemon } from '../daemon/daemon.ts';
import { prepare } from '../daemon/serve.ts';
import type { ComposeFlags } from '../flags.ts';
import { addSkill } from './scaffold.ts';

export async function skillsCompose(flags: ComposeFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const [id = ''] = flags.args;
  const steps = parseSteps(flags.step);
  if (typeof steps === 'string') throw wrong(`There is ${steps}.`);
  if (steps.flat().includes(id)) throw wrong(`${id} cannot be a step of itself.`);
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  const resolved = resolveSteps(catalog.current(), steps);
  if (!Array.isArray(resolved)) throw wrong(resolved.message);
  const root = resolve(flags.root ?? join(world.env.HOME || homedir(), '.coda', 'skills'));
  const about = flags.description ?? `Runs ${listOf(flags.step)} one after another, where it is asked for by name.`;
  const folder = await addSkill(root, id, about, flags.step);
  await callDaemon(config.dataDir, 'skills-rescan');
  io.stdout.write(
    `Made ${join(folder, 'SKILL.md')}, a draft: ${flags.step.join(' > ')}.\n` +
      `It is run once it is activated: coda skills activate ${id} --approval approved\n`,
  );
  return 0;
}

const wrong = (message: string) =>
  new CodaError('INPUT_INVALID', { message, remedy: '"coda skills list" shows what can be a step.' });
