import { z } from 'zod';
import { expandHome } from '../../base/folders/home.ts';
import { homeFolder } from '../../base/root.ts';
import { plural } from '../../base/text.ts';
import { approvalFlags, operation, text, usage, type Wire } from '../../chat/operation.ts';
import { LEAST_RUNS } from './store.ts';
import {
  type OptimizeAct,
  type OptimizedSkill,
  Optimizer,
  optimizeArguments,
  resultIn,
  type VariantsDeps,
  variantIn,
} from './variants.ts';

export interface TrialParts extends VariantsDeps {
  /** Throws where an operation that approves files does not carry the token that the configuration asks for. */
  checkToken(token: string | undefined): void;
}

const optimize = operation({
  name: 'skills optimize',
  input: optimizeArguments,
  audit: ({ act }, { skill, winner, variants }: OptimizedSkill) => {
    return { skill, act, winner, variants: variants.map(({ name }) => name) };
  },
  run({ checkToken, ...deps }: TrialParts, asked, { besides, token }) {
    if (asked.act === 'swap' || asked.act === 'trial') checkToken(token);
    return new Optimizer(deps).optimize(asked, besides);
  },
});

const least = text(
  (count) => /^[1-9]\d{0,5}$/.test(count),
  (count) => `--min-runs ${count} is no number of runs.`,
  'It is 1 or more.',
);

const input = z.object({
  id: z.string(),
  variant: z.array(z.string()).optional().meta({
    description: "one of them; with a folder its files are kept; own: the skill's own files",
    value: 'name[=dir]',
  }),
  result: z.array(z.string()).optional().meta({
    description: 'one more outcome, for this comparison: success or failure',
    value: 'name:success',
  }),
  minRuns: least.optional().meta({
    description: 'runs that each variant needs before one can win; default: 20',
    value: 'n',
  }),
  trial: z.boolean().optional().describe('share the runs among them from now on'),
  stop: z.boolean().optional().describe('end that'),
  undo: z.boolean().optional().describe('use what was used before the last one was'),
  ...approvalFlags,
});

type Input = z.output<typeof input>;

/** Compares variants; with a yes the winner is used from now on, or with `--trial` all are. */
const optimizing = operation({
  name: 'skills optimize',
  summary: 'compare variants of a skill by what came of their runs, and use the best one',
  example: 'coda skills optimize search --variant own --variant v2=search-v2 --result v2:success',
  input,
  args: ['id'],
  json: 'indented',
  async conduct(ask, flags, { io, json, approves }) {
    const act = actOf(flags, approves);
    const variants = (flags.variant ?? []).map((argument) => readVariant(argument, homeFolder(io.env)));
    const results = (flags.result ?? []).map(readResult);
    const asked = { skill: flags.id, variants, results, least: Number(flags.minRuns ?? LEAST_RUNS) };
    if (flags.trial && !approves()) {
      const before = await ask(optimize, { ...asked, act: 'compare' });
      for (const inquest of before.inquests) io.stdout.write(`${inquest.replaceAll('**', '')}\n`);
      throw usage(
        `No variant of ${before.skill} is tried without a yes.`,
        'Read that, then the same command with --approval approved.',
      );
    }
    const state = await ask(optimize, { ...asked, act });
    return json ? `${JSON.stringify(state, null, 2)}\n` : showTrial(state);
  },
});

export const trialOperations = [optimize, optimizing];

function actOf({ trial, stop, undo }: Input, approves: () => boolean): OptimizeAct {
  if ([trial, stop, undo].filter(Boolean).length > 1)
    throw usage('Only one of --trial, --stop and --undo can be done at once.', 'Say one of them.');
  if (stop) return 'stop';
  if (undo) return 'undo';
  if (trial) return 'trial';
  return approves() ? 'swap' : 'compare';
}

function readVariant(argument: string, home: string): { name: string; folder?: string } {
  const variant = variantIn(argument);
  if (!variant) throw usage(`${JSON.stringify(argument)} is no variant.`, 'It is NAME, or NAME=DIR with its files.');
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

function showTrial(state: Wire<OptimizedSkill>): string {
  const { skill, variants, winner, open, min_runs: least, in_use: used, done } = state;
  const width = Math.max(0, ...variants.map(({ name }) => name.length));
  const lines = variants.map(
    ({ name, hash, runs, well, lower_bound: lowerBound, on_trial: onTrial, in_use: inUse }) =>
      `${name.padEnd(width)}  ${hash.slice(0, 12)}  ${well} of ${plural(runs, 'run')} well, at least ${lowerBound.toFixed(3)}` +
      `${onTrial ? ', on trial' : ''}${inUse ? ', in use' : ''}`,
  );
  const verdict = winner === null ? `None has won: ${open}.` : `${winner} has the highest lower bound.`;
  return `${[...lines, `${endingLine(state)}${done === 'compare' ? verdict : ''}`, ...next(skill, winner, used, done)]
    .filter((line) => line !== '')
    .join('\n')}\nLower bounds of Wilson's 95 % interval; each variant needs ${plural(least, 'run')}.\n`;
}

function endingLine({ skill, done, in_use: used }: Wire<OptimizedSkill>): string {
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
