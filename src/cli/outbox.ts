import type { DeadLetters } from '../app/index.ts';
import { plural, shorten } from '../base/text.ts';
import { ask, instantsFor } from './ask.ts';
import type { Flags } from './flags.ts';
import { usage } from './texts.ts';

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SHOWN_CHARACTERS = 60;

/** `coda outbox`: what could not be delivered, newest first. */
export async function outboxList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const answer = await ask(flags, io, 'outbox', {});
  const { letters, total } = answer as DeadLetters;
  if (flags.json) io.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (total === 0) io.stdout.write('Everything could be delivered.\n');
  else {
    const at = instantsFor(flags, io);
    io.stdout.write(`${plural(total, 'message')} could not be delivered:\n`);
    for (const { id, adapter, channel, text, error, created_at } of letters) {
      const words = shorten(text.replace(/\s+/g, ' '), SHOWN_CHARACTERS);
      io.stdout.write(`${id}  ${at(created_at)}  ${adapter} ${channel}  “${words}”  ${error ?? ''}\n`);
    }
    io.stdout.write('"coda outbox resend [id]" sends them again.\n');
  }
  return 0;
}

/** `coda outbox resend [id]`: sends one dead letter, or all, again. */
export async function outboxResend(flags: Flags & { args: string[] }, io: NodeJS.Process): Promise<number> {
  const [id] = flags.args;
  if (id !== undefined && !UUID.test(id)) throw usage(`${id} is no id of a message.`, '"coda outbox" shows them.');
  const count = await ask(flags, io, 'resend', id === undefined ? {} : { id });
  io.stdout.write(`${plural(count as number, 'message')} will be sent again.\n`);
  return 0;
}
