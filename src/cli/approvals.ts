import type { Decided, ListedApproval } from '../agent/index.ts';
import { plural } from '../base/text.ts';
import { approvalToken } from './approval-token.ts';
import { ask, instantsFor } from './ask.ts';
import type { Flags } from './flags.ts';
import { usage } from './texts.ts';

/** `coda approvals`: what waits for a decision, oldest first. */
export async function approvalsList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const open = (await ask(flags, io, 'approvals', {})) as ListedApproval[];
  if (flags.json) io.stdout.write(`${JSON.stringify(open, null, 2)}\n`);
  else if (open.length === 0) io.stdout.write('Nothing waits for a decision.\n');
  else {
    const on = instantsFor(flags, io);
    io.stdout.write(`${plural(open.length, 'call')} wait${open.length === 1 ? 's' : ''} for a decision:\n`);
    for (const { id, tool, shown, person, place, at, expiresAt } of open) {
      const until = expiresAt === undefined ? 'now' : on(expiresAt);
      io.stdout.write(`${id}  ${tool}  for ${person} in ${place}, asked ${on(at)}, until ${until}\n`);
      io.stdout.write(`${shown.replace(/^/gm, '  ')}\n`);
    }
    io.stdout.write('"coda approvals approve <id>" or "deny <id>" decides one.\n');
  }
  return 0;
}

/** `coda approvals approve|deny <id>`: decides one call, as its person could. */
export function approvalsDecide(approved: boolean) {
  return async (flags: Flags & { args: string[] }, io: NodeJS.Process): Promise<number> => {
    const [id = ''] = flags.args;
    if (!/^[0-9a-f]{8,64}$/.test(id)) throw usage(`${id} is no id of a question.`, '"coda approvals" shows them.');
    const args = { id, approved, ...approvalToken(flags) };
    const came = (await ask(flags, io, 'approvals-decide', args)) as Decided;
    if (came !== 'done') throw usage(REFUSED[came], '"coda approvals" shows what is open.');
    io.stdout.write(approved ? 'Approved: it runs now, or as soon as coda runs.\n' : 'Not approved.\n');
    return 0;
  };
}

const REFUSED: Readonly<Record<Exclude<Decided, 'done'>, string>> = {
  gone: 'That question is not open any more.',
  several: 'Several questions begin with that id.',
  token: 'The running coda has another access.approval_token.',
};
