/** `coda skills optimize`: variants of a skill, what came of their runs, and the best one in its place. */

import { homedir } from 'node:os';
import { expandHome } from '../../base/folders/home.ts';
import { plural } from '../../base/text.ts';
import { LEAST_RUNS, type OptimizeAct, type Optimized, resultIn, variantIn } from '../../skills/agent-skills/index.ts';
import { withVerbs } from '../ask.ts';
import type { OptimizeFlags } from '../flags.ts';
import { usage } from '../texts.ts';

/** Compares variants; with `--approval approved` the winner is used from now on, or with `--trial` all are. */
export async function skillsOptimize(flags: OptimizeFlags, io: NodeJS.Process): Promise<number> {
  const [skill = ''] = flags.args;
  const act = actOf(flags);
  const variants = (flags.variant ?? []).map((text) => readVariant(text, io.env.HOME || homedir()));
  const results = (flags.result ?? []).map(readResult);
  const least = readLeast(flags.minRuns);
  const asked = { skill, variants, results, least };
  return withVerbs(flags, io, async (ask) => {
    const { approvalToken: token } = flags;
    const optimize = async (now: OptimizeAct) =>
      (await ask('skills-optimize', { ...asked, act: now, ...(token !== undefined && { token }) })) as Optimized;
    if (flags.trial && !isApproved(flags)) {
      const before = await optimize('compare');
      for (const inquest of before.inquests) io.stdout.write(`${inquest.replaceAll('**', '')}\n`);
      throw usage(
        `No variant of ${before.skill} is tried without a yes.`,
        'Read that, then the same command with --approval approved.',
      );
    }
    const state = await optimize(act);
    io.stdout.write(flags.json ? `${JSON.stringify(state, null, 2)}\n` : told(state));
    return 0;
  });
}

const isApproved = ({ approval }: OptimizeFlags): boolean => approval === 'approved';

function actOf(flags: OptimizeFlags): OptimizeAct {
  const { approval, trial, stop, undo } = flags;
  if (approval !== undefined && !isApproved(flags))
    throw usage(`${approval} is no approval.`, 'An owner says: --approval approved');
  if ([trial, stop, undo].filter(Boolean).length > 1)
    throw usage('Only one of --trial, --stop and --undo can be done at once.', 'Say one of them.');
  if (stop) return 'stop';
  if (undo) return 'undo';
  if (trial) return 'trial';
  return isApproved(flags) ? 'swap' : 'compare';
}

function readVariant(text: string, home: string): { name: string; folder?: string } {
  const variant = variantIn(text);
  if (!variant) throw usage(`${JSON.stringify(text)} is no variant.`, 'It is NAME, or NAME=DIR with its files.');
  return variant.folder === undefined
    ? variant
    : { name: variant.name, folder: expandHome(variant.folder, home, process.cwd()) };
}

function readResult(text: string) {
  const result = resultIn(text);
  if (!result)
    throw usage(
      `${JSON.stringify(text)} is no result.`,
      'It is NAME:success or NAME:failure, and several at once NAME:success:12.',
    );
  return result;
}

function readLeast(text: string | undefined): number {
  if (text === undefined) return LEAST_RUNS;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw usage(`--min-runs ${text} is no number of runs.`, 'It is 1 or more.');
  return Number(text);
}

function told(state: Optimized): string {
  const { skill, variants, winner, open, min_runs: least, in_use: used, done } = state;
  const width = Math.max(0, ...variants.map(({ name }) => name.length));
  const lines = variants.map(
    ({ name, hash, runs, well, lower_bound: bound, on_trial: onTrial, in_use: inUse }) =>
      `${name.padEnd(width)}  ${hash.slice(0, 12)}  ${well} of ${plural(runs, 'run')} well, at least ${bound.toFixed(3)}` +
      `${onTrial ? ', on trial' : ''}${inUse ? ', in use' : ''}`,
  );
  const verdict = winner === null ? `None has won: ${open}.` : `${winner} has the highest lower bound.`;
  return `${[...lines, `${ending(state)}${done === 'compare' ? verdict : ''}`, ...next(skill, winner, used, done)]
    .filter((line) => line !== '')
    .join('\n')}\nLower bounds of Wilson's 95 % interval; each variant needs ${plural(least, 'run')}.\n`;
}

function ending({ skill, done, in_use: used }: Optimized): string {
  const files = used === null ? 'its own files' : `the files of ${used}`;
  if (done === 'swap' || done === 'undo') return `${skill} is used with ${files} from now on.`;
  if (done === 'trial') return `Runs of ${skill} are shared among them from now on.`;
  return done === 'stop' ? `Runs of ${skill} are no longer shared; it is used with ${files}.` : '';
}

function next(skill: string, winner: string | null, used: string | null, done: OptimizeAct): string[] {
  if (done === 'swap') return [`To take it back: coda skills optimize ${skill} --undo`];
  if (done !== 'compare' || winner === null || winner === used) return [];
  return ['To use it from now on: the same command with --approval approved'];
}
