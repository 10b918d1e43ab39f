/** What a conversation has of skills among its settings: which are off, and which are in use. */

import type { Json } from '../../base/json.ts';

/** The setting of a skill that is switched off in a conversation is `false`. */
export const settingOf = (name: string): string => `skill:${name}`;

/** The names of the skills in use, with the conversation's beginning that they belong to. */
export const ACTIVE = 'skills';

type Settings = Readonly<Record<string, Json>>;

export function offIn(settings: Settings): ReadonlySet<string> {
  const names = Object.entries(settings).flatMap(([key, value]) =>
    key.startsWith('skill:') && value === false ? [key.slice('skill:'.length)] : [],
  );
  return names.length === 0 ? NONE : new Set(names);
}

const NONE: ReadonlySet<string> = new Set();

/** The skills in use since the conversation began (afresh), in the order of their activation. */
export function activeIn(settings: Settings, epoch: number): readonly string[] {
  const active = settings[ACTIVE];
  if (typeof active !== 'object' || active === null || Array.isArray(active) || active.epoch !== epoch) return [];
  return Array.isArray(active.names) ? active.names.filter((name): name is string => typeof name === 'string') : [];
}
