/** `coda skills approve`: by the daemon when one runs, else on its storage. */

import { controlSkills } from '../../app/index.ts';
import { type Inquest, trustTexts } from '../../trust/index.ts';
import { approvalToken } from '../approval-token.ts';
import { callDaemon } from '../daemon.ts';
import type { ApproveFlags } from '../flags.ts';
import { isMeant } from '../meant.ts';
import { prepare } from '../serve.ts';
import { usage } from '../texts.ts';
import { withSkills } from './deprecate.ts';

/** Shows what a skill may do, and approves exactly those files when the answer is yes. Exit status 1 when it is no. */
export async function skillsApprove(flags: ApproveFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const [name = ''] = flags.args;
  const found =
    (await callDaemon(config.dataDir, 'skills-inquire', { name })) ??
    (await withSkills(config, world, (skills) => skills.inquire(name)));
  if (typeof found === 'string') throw usage(found, '"coda skills list" shows what there is.');
  const inquest = found as unknown as Inquest;
  const { pin } = inquest;
  if (inquest.isApproved) {
    io.stdout.write(`${name} is approved as it is now.\n`);
    return 0;
  }
  io.stdout.write(`${trustTexts.inquest(inquest).replaceAll('**', '')}\n`);
  if (!flags.yes && !(await isMeant(io, 'somebody has read what "coda skills audit NAME" finds'))) {
    io.stdout.write('Nothing was changed.\n');
    return 1;
  }
  const asked = { name, hash: pin.hash, ...approvalToken(flags) };
  const answer = await callDaemon(config.dataDir, 'skills-approve', asked);
  const approveHere = () =>
    withSkills(config, world, (skills) => controlSkills(skills, world).approveSkill({ name, hash: pin.hash }));
  const isDone = (answer ?? (await approveHere())) === true;
  if (!isDone) throw usage(`The files of ${name} have changed meanwhile.`, 'Look at them again with the same command.');
  io.stdout.write(`${name} may be used as its files are now.\n`);
  return 0;
}
