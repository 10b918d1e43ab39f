import { isNewer, newestVersion } from '../../app/index.ts';
import { version } from '../../base/root.ts';
import type { VersionFlags } from '../flags.ts';
import { prepare } from './serve.ts';

/** `coda version [--check]`: nobody is asked for newer versions without `--check`. */
export async function showVersion(flags: VersionFlags, io: NodeJS.Process): Promise<number> {
  const own = version();
  if (!flags.check) {
    io.stdout.write(flags.json ? `${JSON.stringify({ version: own })}\n` : `${own}\n`);
    return 0;
  }
  const newest = await newestVersion(prepare(flags, io).config);
  const isOld = isNewer(newest, own);
  const sentence = isOld
    ? `There is coda ${newest}; this is ${own}. docs/operating.md says how to upgrade.`
    : `This is coda ${own}; there is none newer.`;
  io.stdout.write(flags.json ? `${JSON.stringify({ version: own, newest, newer: isOld })}\n` : `${sentence}\n`);
  return 0;
}
