import { createInterface } from 'node:readline/promises';
import { usage } from './texts.ts';

/** Asks whether to approve what was shown. Where nobody can be asked nothing is approved; `once`: when to give --yes. */
export async function isMeant(io: NodeJS.Process, once: string): Promise<boolean> {
  if (!io.stdin.isTTY) throw usage('Nobody can be asked here.', `Give --yes once ${once}.`);
  const asking = createInterface({ input: io.stdin, output: io.stdout });
  try {
    return /^y(es)?$/i.test((await asking.question('Approve it? [y/N] ')).trim());
  } finally {
    asking.close();
  }
}
