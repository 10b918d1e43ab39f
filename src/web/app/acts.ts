/** Acts as values: buttons, menus, keys, the help and the list of Ctrl-K follow from the same ones. */
import { signal } from '@preact/signals';
import type { IconName } from '../parts/icon.tsx';

export interface Act {
  label: string;
  /** Acts with an icon are listed by Ctrl-K. */
  icon?: IconName | undefined;
  /** As `event.key` names it: it holds on its page, and of a row while the row has the focus. */
  key?: string | undefined;
  /** False while it cannot be done: it is neither shown nor run. */
  when?: (() => boolean) | undefined;
  /** Undefined where `href` leads there. */
  run?: (() => void) | undefined;
  href?: string | undefined;
  isDanger?: boolean | undefined;
}

export const isOffered = ({ when }: Act): boolean => when?.() ?? true;

/** The act that a key runs: of the row in focus before that of the page, and that before those of every page. */
export const actOfKey = (key: string, ...groups: readonly (readonly Act[])[]): Act | undefined =>
  groups.flat().find((act) => act.key === key && isOffered(act));

/** Acts that a list shows for `words`, each once. */
export function actsFor(words: string, ...groups: readonly (readonly Act[])[]): Act[] {
  const query = words.trim().toLowerCase();
  const all = groups.flat().filter((act) => act.icon !== undefined && isOffered(act));
  return [...new Map(all.map((act) => [act.label, act])).values()].filter(({ label }) =>
    label.toLowerCase().includes(query),
  );
}

/** Keys with the words of the help; a key of several rows stands there once, also of a row where it has nothing to do now. */
export function keysOf(...groups: readonly (readonly Act[])[]): [key: string, does: string][] {
  const keys = new Map<string, string>();
  for (const { key, label } of groups.flat()) if (key !== undefined && !keys.has(key)) keys.set(key, label);
  return [...keys];
}

/** The acts of the page that is shown, beside its title. */
export const pageActs = signal<readonly Act[]>([]);

const rowActs = new WeakMap<Element, readonly Act[]>();

export function setRowActs(row: Element, acts: readonly Act[]): void {
  rowActs.set(row, acts);
}

export const actsOfRow = (row: Element | undefined): readonly Act[] => (row && rowActs.get(row)) ?? [];
