/** `coda skills activate`: a draft is offered from now on, as its files are. */

import { type Inquest, trustTexts } from '../../trust/index.ts';
import { withVerbs } from '../ask.ts';
import type { ActivateFlags } from '../flags.ts';
import { usage } from '../texts.ts';

/** Shows what a draft may do; with `--approval approved` it is approved as its files are, and offered from now on. */
export async function skillsActivate(flags: ActivateFlags, io: NodeJS.Process): Promise<number> {
  const [typed = ''] = flags.args;
  return withVerbs(flags, io, async (ask) => {
    const found = (await ask('skills-inquire', { name: typed })) as string | Inquest;
    if (typeof found === 'string') throw usage(found, '"coda skills list" shows what there is.');
    const { name } = found.id;
    io.stdout.write(`${trustTexts.inquest(found).replaceAll('**', '')}\n`);
    if (flags.approval !== 'approved')
      throw usage(
        `${name} is not activated without a yes.`,
        `Read that, then: coda skills activate ${name} --approval approved`,
      );
    const { approvalToken: token } = flags;
    const asked = { name, hash: found.pin.hash, ...(token !== undefined && { token }) };
    if ((await ask('skills-activate', asked)) !== true)
      throw usage(`The files of ${name} have changed meanwhile.`, 'Look at them again with the same command.');
    io.stdout.write(`${name} is offered from now on, as its files are.\n`);
    return 0;
  });
}
