/** What changed between what was approved and what is there now, in plain words. */

import { listOf, plural } from '../../../base/text.ts';
import type { Capabilities } from './capabilities.ts';
import type { Pin } from './pin.ts';

/** The part of a pin that is stored. */
export type Pinned = Pick<Pin, 'hash' | 'files' | 'capabilities'>;

const NAMED = 5;

/**
 * Sentences without a full stop, what it may newly do first and the files last: `2 new scripts: scripts/a.py and
 * scripts/b.py`, `asks for the secret API_KEY now`. Without `before` all that it may do. Empty when the pins are alike.
 */
export function describeChange(before: Pinned | undefined, now: Pinned): string[] {
  if (before?.hash === now.hash) return [];
  const then = before?.capabilities;
  return [...gained(then, now.capabilities), ...lost(then, now.capabilities), ...changedFiles(before, now)];
}

/** `new`, `changed`: only when there was something before. */
function gained(then: Capabilities | undefined, now: Capabilities): string[] {
  const is = then === undefined ? '' : ' now';
  const list = (field: ListField) => without(now[field], then?.[field] ?? []);
  const say = (names: string[], words: (names: string[]) => string) => (names.length === 0 ? [] : [words(names)]);
  return [
    ...say(list('scripts'), (names) => `${plural(names.length, then ? 'new script' : 'script')}: ${named(names)}`),
    ...say(list('network'), (names) => `its scripts name ${named(names)}${is} (network)`),
    ...say(list('secrets'), (names) => `asks for the ${plural2(names, 'secret')} ${named(names)}${is}`),
    ...say(list('tools'), (names) => `asks for the ${plural2(names, 'tool')} ${named(names)}${is}`),
    ...say(list('packages'), (names) => `needs ${named(names)}${is}`),
    ...(now.image !== then?.image && now.image !== undefined ? [`runs in the image ${now.image}${is}`] : []),
    ...(now.agent !== then?.agent && now.agent !== undefined ? [`runs as an agent of its own${is}`] : []),
    ...(then
      ? say(without(then.forbiddenTools, now.forbiddenTools), (names) => `no longer gives up ${named(names)}`)
      : []),
  ];
}

function lost(then: Capabilities | undefined, now: Capabilities): string[] {
  if (then === undefined) return [];
  const fields: [ListField, string][] = [
    ['scripts', 'script'],
    ['secrets', 'secret'],
    ['tools', 'tool'],
    ['packages', 'package'],
  ];
  return fields.flatMap(([field, word]) => {
    const names = without(then[field], now[field]);
    return names.length === 0 ? [] : [`${plural(names.length, word)} less: ${named(names)}`];
  });
}

type ListField = 'scripts' | 'network' | 'secrets' | 'tools' | 'packages' | 'forbiddenTools';

function changedFiles(before: Pinned | undefined, now: Pinned): string[] {
  if (before === undefined) return [`${plural(Object.keys(now.files).length, 'file')} in all`];
  const changed = Object.keys(now.files).filter((path) => before.files[path] && before.files[path] !== now.files[path]);
  const added = without(Object.keys(now.files), Object.keys(before.files));
  const removed = without(Object.keys(before.files), Object.keys(now.files));
  const said: [string[], string][] = [
    [changed, 'changed'],
    [added, 'added'],
    [removed, 'removed'],
  ];
  const lines = said.flatMap(([paths, word]) =>
    paths.length === 0 ? [] : [`${plural(paths.length, 'file')} ${word}: ${named(paths)}`],
  );
  return lines.length > 0 ? lines : ['a run bit changed'];
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return names.filter((name) => !known.has(name));
}

function named(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return listOf(rest > 0 ? [...names.slice(0, NAMED), `${rest} more`] : names);
}

/** The noun alone, in the number of what follows. */
const plural2 = (names: readonly unknown[], noun: string) => (names.length === 1 ? noun : `${noun}s`);
