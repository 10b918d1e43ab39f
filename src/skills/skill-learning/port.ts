/** The port to agent skills, wired by `app/`. */

import type { SkillDeps } from '../../chat/index.ts';
import type { Improvement } from '../../proposals/index.ts';
import type { Transaction } from '../../storage/index.ts';

export interface ShelvedSkill {
  name: string;
  description: string;
  text: string;
  hash: string;
}

/** A skill that is there and cannot be changed by a copy: it belongs to a group, or stands in the configuration. */
export interface FixedSkill {
  isFixed: true;
  name: string;
}

export interface NearSkill {
  name: string;
  description: string;
  /** 0 to 1; 0.5 is enough for it to be offered. */
  fit: number;
  /** Nearness in meaning, -1 to 1; undefined where nobody can tell. */
  meaning: number | undefined;
}

export interface SkillCase {
  name: string;
  prompt?: string;
  found?: boolean;
  contains?: readonly string[];
}

export interface SkillDraft {
  name: string;
  text: string;
  /** Hash of the files that it changes; undefined: a new skill. */
  baseHash: string | undefined;
}

export interface PlayedCase {
  name: string;
  ok: boolean;
}

export interface Examined {
  hash: string;
  suspicions: readonly string[];
  /** Cases with the draft, and, in the same order, without it: the skill's own and those that were given. */
  played: readonly PlayedCase[];
  playedBefore: readonly PlayedCase[];
}

/** A skill whose files are in place and wait for the approval of exactly these. */
export interface Placed {
  approve(tx: Transaction, personId: string): Promise<boolean>;
}

export interface SkillShelf {
  /** A skill that may be used; undefined where there is none. */
  read(name: string): Promise<ShelvedSkill | FixedSkill | undefined>;
  /** Skills by words and meaning, the nearest first, at most 20. */
  nearest(words: string): Promise<NearSkill[]>;
  /** Skills whose descriptions the words fit; asks no embedder. */
  fitting(words: string): Promise<string[]>;
  isTaken(name: string): boolean;
  /** Looks at a draft without putting it anywhere; a string says why it is no skill. */
  examine(draft: SkillDraft, cases: readonly SkillCase[]): Promise<Examined | string>;
  /** Puts a draft in place, as one that nobody is offered before its approval; `changed`: the skill is not as it was. */
  place(draft: SkillDraft & { hash: string }): Promise<Placed | 'changed'>;
  /**
   * Takes a skill with these files back: what was before it is in its place. `changed`: its files are others by now, and
   * nothing was done.
   */
  takeBack(skill: { name: string; hash: string; before: string | null }): Promise<Placed | 'gone' | 'changed'>;
  /** Models are not offered it any more, or again. */
  rest(name: string, reason: string): Promise<void>;
  wake(name: string): Promise<void>;
  /** After a decision has committed. */
  decided(): void;
  standardAuto: 'on' | 'off' | 'ask';
}

export interface LearnedDeps extends SkillDeps<Improvement> {
  shelf: SkillShelf;
}
