import type { Notified } from '../delivery/index.ts';
import { ask } from './ask.ts';
import type { NotifyFlags } from './flags.ts';

/** `coda notify`: one message to one person, written down when this returns and said as soon as a coda runs. */
export async function notifyPerson(flags: NotifyFlags, io: NodeJS.Process): Promise<number> {
  const [text = ''] = flags.args;
  const { to, key } = flags;
  const answer = (await ask(flags, io, 'notify', { to, text, ...(key !== undefined && { key }) })) as Notified;
  if (flags.json) io.stdout.write(`${JSON.stringify(answer)}\n`);
  else if (answer.outcome === 'duplicate') io.stdout.write(`${to} was told under this key before.\n`);
  else io.stdout.write(`${to} will be told.\n`);
  return 0;
}
