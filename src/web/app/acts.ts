/** Acts as values: buttons, menus, keys, the help and the list of Ctrl-K follow from the same ones. */
import { computed, signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { IconName } from '../parts/icon.tsx';

export interface Act {
  label: string;
  /** On its button, where the label says of which thing, too. */
  short?: string | undefined;
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
  /** The act that a person most likely wants here. */
  isFirst?: boolean | undefined;
  /** True while it is under way. */
  isBusy?: boolean | undefined;
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

/** Acts by the part of the page that shows them: its title, the head of a section, that of a thing. */
const actsByPart = signal<ReadonlyMap<object, readonly Act[]>>(new Map());

/** The acts of the page that is shown; those of its rows aside. */
export const pageActs = computed(() => [...actsByPart.value.values()].flat());

export function setPartActs(part: object, acts: readonly Act[]): void {
  if (acts.length === 0 && !actsByPart.peek().has(part)) return;
  const parts = new Map(actsByPart.peek());
  if (acts.length > 0) parts.set(part, acts);
  else parts.delete(part);
  actsByPart.value = parts;
}

/** Has the keys, the help and Ctrl-K know acts while the part that shows them is there. */
export function useActs(acts: readonly Act[]): void {
  const { current: part } = useRef({});
  useLayoutEffect(() => setPartActs(part, acts));
  useEffect(() => () => setPartActs(part, []), [part]);
}

const rowActs = new WeakMap<Element, readonly Act[]>();

export function setRowActs(row: Element, acts: readonly Act[]): void {
  rowActs.set(row, acts);
}

export const actsOfRow = (row: Element | undefined): readonly Act[] => (row && rowActs.get(row)) ?? [];

/** The rows of a page that j and k go through; those within a closed list aside. */
export const listRows = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>('main [data-row]')].filter((row) => row.checkVisibility());

export const rowInFocus = (): HTMLElement | undefined => listRows().find((row) => row.contains(document.activeElement));
