/** Keeps variants of skills, compares them by what came of their runs, and puts the best one in the skill's place. */
import { z } from 'zod';
import {
  type AgentSkill,
  folderOf,
  type SkillHost,
  type SkillSnapshot,
  skillMeant,
  stepsOf,
} from '../../agent-skills/index.ts';
import type { Clock } from '../../base/clock.ts';
import { CodaError } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { didYouMean } from '../../base/text.ts';
import { shareWithin } from '../../proposals/index.ts';
import { type Database, type Queryable, readerOf, type Transaction, type WritesBesides } from '../../storage/index.ts';
import {
  approveLooked,
  type Folder,
  type InspectedFolder,
  inquire,
  lookForApproval,
  trustTexts,
} from '../../trust/index.ts';
import { keepFiles, variantSkill } from './files.ts';
import * as store from './store.ts';
import { LEAST_RUNS, winnerOf } from './store.ts';
import * as texts from './texts.ts';

const OWN_FILES = 'own';

export interface VariantsDeps {
  database: Pick<Database, 'read' | 'tx'>;
  clock: Clock;
  host: Pick<SkillHost, 'catalog' | 'rescan' | 'installed'>;
}

const MOST_VARIANTS = 20;
const MOST_RESULTS = 1_000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const optimizeArguments = z.object({
  /** As a person typed it. */
  skill: z.string().min(1).max(200),
  /** Variants that are compared; empty: all that are kept. With a folder its files are kept under the name. */
  variants: z
    .array(z.object({ name: z.string().regex(NAME), folder: z.string().optional() }))
    .max(MOST_VARIANTS)
    .default([]),
  /** Outcomes from elsewhere, which count in this call alone. */
  results: z
    .array(z.object({ variant: z.string(), isWell: z.boolean(), count: z.int().min(1).max(1_000_000) }))
    .max(MOST_RESULTS)
    .default([]),
  /** Runs that each variant needs before one can win. */
  least: z.int().min(1).max(1_000_000).default(LEAST_RUNS),
  /** `swap` and `trial` need an owner's approval. */
  act: z.enum(['compare', 'swap', 'trial', 'stop', 'undo']).default('compare'),
});

export type Optimize = z.output<typeof optimizeArguments>;
export type OptimizeAct = Optimize['act'];

export interface VariantState {
  name: string;
  hash: string;
  runs: number;
  well: number;
  lower_bound: number;
  on_trial: boolean;
  in_use: boolean;
}

export interface OptimizedSkill {
  skill: string;
  min_runs: number;
  variants: VariantState[];
  winner: string | null;
  open: string | null;
  in_use: string | null;
  inquests: string[];
  done: OptimizeAct;
}

interface ComparedSkill {
  key: store.SkillKey;
  skill: AgentSkill;
  variants: store.Variant[];
}

export class Optimizer {
  private readonly deps: VariantsDeps;
  private readonly reader: Queryable;

  constructor(deps: VariantsDeps) {
    this.deps = deps;
    this.reader = readerOf(deps.database);
  }

  /** Reads the folders before, and again after what was decided. */
  async optimize(asked: Optimize, besides?: WritesBesides<OptimizedSkill>): Promise<OptimizedSkill> {
    const { host } = this.deps;
    await host.rescan();
    const state = await this.decide(skillNamed(host.catalog.current(), asked.skill), asked, besides);
    await host.rescan();
    return state;
  }

  private async decide(
    skill: AgentSkill,
    asked: Optimize,
    besides?: WritesBesides<OptimizedSkill>,
  ): Promise<OptimizedSkill> {
    const key = { skill: skill.name, source: skill.source.kind };
    if (asked.act === 'undo' || asked.act === 'stop')
      return this.takeBack(asked, { key, skill, variants: [] }, besides);
    const variants = await this.variantsMeant(asked, skill, key);
    const compared = { key, skill, variants };
    const state = await this.state(asked, compared);
    if (asked.act === 'compare') return state;
    if (asked.act === 'swap' && state.winner === null)
      throw wrong(texts.noWinner(skill.name, state.open ?? ''), texts.noWinnerRemedy());
    const candidates = asked.act === 'swap' ? variants.filter(({ name }) => name === state.winner) : variants;
    await this.approve(asked, compared, candidates, (tx) => besides?.(tx, state));
    return { ...(await this.state(asked, compared)), done: asked.act };
  }

  private async takeBack(
    asked: Optimize,
    compared: ComparedSkill,
    besides?: WritesBesides<OptimizedSkill>,
  ): Promise<OptimizedSkill> {
    const { key } = compared;
    const before = await this.state(asked, { ...compared, variants: await store.variantsOf(this.reader, key) });
    await this.deps.database.tx('skills.variant', async (tx) => {
      if (asked.act === 'undo' && (await store.dropChoice(tx, key)) === undefined)
        throw wrong(texts.nothingToUndo(key.skill), texts.sameRemedy());
      if (asked.act === 'stop' && (await store.setTrial(tx, key, [])) === 0)
        throw wrong(texts.nothingToStop(key.skill), texts.sameRemedy());
      besides?.(tx, before);
    });
    return this.state(asked, { ...compared, variants: await store.variantsOf(this.reader, key) });
  }

  /** Approves these variants as they were kept, and has them used. */
  private async approve(
    { act }: Optimize,
    { key, skill }: ComparedSkill,
    candidates: readonly store.Variant[],
    besides: (tx: Transaction) => void,
  ): Promise<void> {
    const { database, clock } = this.deps;
    const looked: { folder: Folder; at: InspectedFolder }[] = [];
    for (const { name, hash } of candidates) {
      const folder = await this.folder(skill, hash);
      const at = folder && (await lookForApproval(this.reader, folder, hash));
      if (!folder || !at) throw wrong(texts.changedMeanwhile(name), texts.changedRemedy(key.skill, name));
      looked.push({ folder, at });
    }
    const now = clock.now();
    await database.tx('skills.variant', async (tx) => {
      for (const { folder, at } of looked) await approveLooked(tx, folder, at, { personId: undefined, now });
      const [winner] = candidates;
      if (act === 'swap' && winner)
        await store.addChoice(tx, uuid(now), { ...key, name: winner.name, hash: winner.hash }, now);
      await store.setTrial(tx, key, act === 'trial' ? candidates.map(({ hash }) => hash) : []);
      besides(tx);
    });
  }

  private async variantsMeant(asked: Optimize, skill: AgentSkill, key: store.SkillKey): Promise<store.Variant[]> {
    const before = await store.variantsOf(this.reader, key);
    const names = asked.variants.map(({ name }) => name);
    for (const [index, { name, folder }] of asked.variants.entries()) {
      if (names.indexOf(name) !== index) throw wrong(texts.repeatedNotice(name), texts.sameRemedy());
      if (name === OWN_FILES && folder !== undefined) throw wrong(texts.ownFolder(), texts.tooFewRemedy(key.skill));
      if (name === OWN_FILES || folder !== undefined || before.some((each) => each.name === name)) continue;
      const near = didYouMean(
        name,
        before.map((each) => each.name),
      );
      throw wrong(texts.unknownVariant(key.skill, name), texts.unknownRemedy(key.skill, name, near));
    }
    const count = names.length > 0 ? names.length : before.length;
    if (count < 2) throw wrong(texts.tooFew(key.skill), texts.tooFewRemedy(key.skill));
    const other = asked.results.find(({ variant }) => names.length > 0 && !names.includes(variant));
    if (other) throw wrong(texts.resultOfOther(other.variant), texts.resultRemedy());
    await this.keep(asked, skill, key);
    const storedVariants = await store.variantsOf(this.reader, key);
    const variants = names.length === 0 ? storedVariants : storedVariants.filter(({ name }) => names.includes(name));
    for (const [index, { name, hash }] of variants.entries()) {
      const twin = variants.slice(0, index).find((each) => each.hash === hash);
      if (twin) throw wrong(texts.sameFiles(twin.name, name), texts.sameRemedy());
    }
    return variants;
  }

  private async keep({ variants }: Optimize, { directory = '' }: AgentSkill, key: store.SkillKey): Promise<void> {
    const copies: { name: string; hash: string }[] = [];
    for (const { name, folder } of variants) {
      const from = name === OWN_FILES ? directory : folder;
      if (from !== undefined) copies.push({ name, hash: await keepFiles(this.deps.host.installed, from) });
    }
    if (copies.length === 0) return;
    const now = this.deps.clock.now();
    await this.deps.database.tx('skills.variant.keep', async (tx) => {
      for (const each of copies) await store.putVariant(tx, { ...key, ...each }, now);
    });
  }

  private async state(
    { results, least, act }: Optimize,
    { key, skill, variants }: ComparedSkill,
  ): Promise<OptimizedSkill> {
    await this.deps.database.tx('skills.variant.settle', (tx) => store.settleRuns(tx, key));
    const counts = await store.runCounts(this.reader, key);
    const choice = await store.choiceOf(this.reader, key);
    const stored = await store.variantsOf(this.reader, key);
    const states = variants.map(({ name, hash }): VariantState => {
      const ownResults = results.filter(({ variant }) => variant === name);
      const sum = (of: typeof ownResults) => of.reduce((all, { count }) => all + count, 0);
      const runs = (counts.get(hash)?.ended ?? 0) + sum(ownResults);
      const well = (counts.get(hash)?.well ?? 0) + sum(ownResults.filter(({ isWell }) => isWell));
      const onTrial = stored.some((each) => each.name === name && each.onTrial);
      const lowerBound = Math.round(shareWithin(well, runs).low * 1_000) / 1_000;
      return { name, hash, runs, well, lower_bound: lowerBound, on_trial: onTrial, in_use: choice?.hash === hash };
    });
    const tallies = states.map(({ name, well, runs }) => ({ name, well, ended: runs }));
    const winner = winnerOf(tallies, least);
    return {
      skill: key.skill,
      min_runs: least,
      variants: states,
      winner: 'name' in winner ? winner.name : null,
      open:
        'name' in winner
          ? null
          : 'equal' in winner
            ? texts.equal(winner.equal)
            : texts.lackingNotice(winner.lacking, least),
      in_use: choice?.name ?? null,
      inquests: await this.inquests(skill, variants),
      done: act,
    };
  }

  private async inquests(skill: AgentSkill, variants: readonly store.Variant[]): Promise<string[]> {
    const inquests: string[] = [];
    for (const { name, hash } of variants) {
      const folder = await this.folder(skill, hash);
      const looked = folder && (await lookForApproval(this.reader, folder, hash));
      if (!folder || !looked) continue;
      const inquest = await inquire(this.reader, folder, looked.pin);
      if (!inquest.isApproved)
        inquests.push(
          trustTexts.inquest({ ...inquest, id: { ...inquest.id, name: `${skill.name}, variant ${name}` } }),
        );
    }
    return inquests;
  }

  private async folder(skill: AgentSkill, hash: string): Promise<Folder | undefined> {
    const variant = await variantSkill(this.deps.host.installed, skill, hash);
    return variant && folderOf(variant);
  }
}

function skillNamed(snapshot: SkillSnapshot, typed: string): AgentSkill {
  const skill = skillMeant(snapshot, typed);
  if (!skill) {
    const near = didYouMean(typed, [...snapshot.skills.keys()]);
    throw new CodaError('SKILL_NOT_FOUND', {
      message: `There is no skill ${typed}.`,
      remedy: near ? `Did you mean ${near}?` : '"coda skills list" shows them.',
    });
  }
  if (skill.directory === undefined) throw wrong(texts.noFiles(skill.name), texts.sameRemedy());
  if (stepsOf(skill)) throw wrong(texts.isComposed(skill.name), texts.sameRemedy());
  return skill;
}

const wrong = (message: string, remedy: string): CodaError => new CodaError('INPUT_INVALID', { message, remedy });

/** `v1`, or `v1=DIR`; undefined: it is neither. */
export function variantIn(text: string): { name: string; folder?: string } | undefined {
  const at = text.indexOf('=');
  const [name, folder] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  if (!NAME.test(name) || folder === '') return undefined;
  return folder === undefined ? { name } : { name, folder };
}

/** `v1:success`, `v1:failure`, or several as `v1:success:12`; undefined: it is none of these. */
export function resultIn(text: string): { variant: string; isWell: boolean; count: number } | undefined {
  const [, variant = '', outcome, count = '1'] = /^([^:]+):(success|failure)(?::([1-9]\d{0,5}))?$/.exec(text) ?? [];
  return NAME.test(variant) ? { variant, isWell: outcome === 'success', count: Number(count) } : undefined;
}
