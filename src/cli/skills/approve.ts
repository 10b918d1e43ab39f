/** `coda skills approve`: by the daemon when one runs, else on its storage. */

import { createInterface } from 'node:readline/promises';
import { openAgentSkills } from '../../app/index.ts';
import type { World } from '../../base/world.ts';
import type { Config } from '../../config/index.ts';
import { type AgentSkill, approveSkill, type Inquest, inquestText, inquire } from '../../skills/agent-skills/index.ts';
import { callDaemon } from '../daemon.ts';
import type { ApproveFlags } from '../flags.ts';
import { prepare } from '../serve.ts';
import { usage } from '../texts.ts';
import { withDatabase } from './deprecate.ts';

/** Shows what a skill may do, and approves exactly those files when the answer is yes. Exit status 1 when it is no. */
export async function skillsApprove(flags: ApproveFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const [name = ''] = flags.args;
  const found =
    (await callDaemon(config.dataDir, 'skills-inquire', { name })) ?? (await inquireHere(config, world, name));
  if (typeof found === 'string') throw usage(found, '"coda skills list" shows what there is.');
  const inquest = found as unknown as Inquest;
  const { pin, before } = inquest;
  if (before?.state === 'approved' && before.pinned.hash === pin.hash) {
    io.stdout.write(`${name} is approved as it is now.\n`);
    return 0;
  }
  io.stdout.write(`${inquestText(inquest).replaceAll('**', '')}\n`);
  if (!flags.yes && !(await isMeant(io))) {
    io.stdout.write('Nothing was changed.\n');
    return 1;
  }
  const answer = await callDaemon(config.dataDir, 'skills-approve', { name, hash: pin.hash });
  const isDone = answer === undefined ? await approveHere(config, world, name, pin.hash) : answer === true;
  if (!isDone) throw usage(`The files of ${name} have changed meanwhile.`, 'Look at them again with the same command.');
  io.stdout.write(`${name} may be used as its files are now.\n`);
  return 0;
}

/** Where nobody can be asked nothing is approved. */
async function isMeant(io: NodeJS.Process): Promise<boolean> {
  if (!io.stdin.isTTY) {
    throw usage('Nobody can be asked here.', 'Give --yes once somebody has read what "coda skills audit NAME" finds.');
  }
  const asking = createInterface({ input: io.stdin, output: io.stdout });
  try {
    return /^y(es)?$/i.test((await asking.question('Approve it? [y/N] ')).trim());
  } finally {
    asking.close();
  }
}

async function skillOf(config: Config, world: World, name: string): Promise<AgentSkill | undefined> {
  const catalog = openAgentSkills(config, world.env);
  await catalog.rescan();
  return catalog.current().skills.get(name);
}

async function inquireHere(config: Config, world: World, name: string): Promise<Inquest | string> {
  const skill = await skillOf(config, world, name);
  if (!skill) return `There is no skill ${name}.`;
  return withDatabase(config, world, (database) =>
    inquire({ query: (sql, params) => database.read(sql, params) }, skill),
  );
}

async function approveHere(config: Config, world: World, name: string, hash: string): Promise<boolean> {
  const skill = await skillOf(config, world, name);
  if (!skill) return false;
  const by = { personId: undefined, now: world.clock.now() };
  return withDatabase(config, world, (database) =>
    database.tx('skills.approve', (tx) => approveSkill(tx, skill, hash, by)),
  );
}
