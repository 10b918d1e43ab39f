/** `coda skills feedback`: another skill was meant, and requests like that one find it sooner from now on. */

import { withVerbs } from '../ask.ts';
import type { FeedbackFlags } from '../flags.ts';
import { usage } from '../texts.ts';

export async function skillsFeedback(flags: FeedbackFlags, io: NodeJS.Process): Promise<number> {
  const [name = ''] = flags.args;
  const { expected, query, space } = flags;
  const where = space === undefined ? {} : { space };
  return withVerbs(flags, io, async (ask) => {
    if (flags.reset) {
      const count = (await ask('skills-feedback-reset', where)) as number;
      io.stdout.write(`What was learned of ${count} skills is forgotten.\n`);
      return 0;
    }
    if (expected === undefined)
      throw usage('It is not said which skill was meant.', 'Try: coda skills feedback ID --expected OTHER');
    const asked = { name, expected, ...(query !== undefined && { query }), ...where };
    if ((await ask('skills-feedback', asked)) !== true)
      throw usage(
        `Nobody knows for which request ${name} was chosen.`,
        `Say it: coda skills feedback ${name} --expected ${expected} --query "…"`,
      );
    io.stdout.write(`Requests like that find ${expected} sooner, and ${name} later.\n`);
    return 0;
  });
}
