/** Requests that could not be served, put together where they lacked the same. Pure and deterministic. */
import { lexemesOf } from '../../../base/lexemes.ts';

export interface Gap {
  words: readonly string[];
  terms: readonly string[];
  tools: readonly string[];
  requests: number;
  days: number;
  people: number;
}

const SAME_GAP_FROM = 0.4;
/** A gap is asked for so often, on so many days. */
const FEWEST_REQUESTS = 3;
const FEWEST_DAYS = 2;
const MOST_COMPARED = 600;
const MOST_WORDS = 3;

/**
 * The gaps, the most asked for first. Requests of one person who is no owner show nothing by themselves: the owner, who
 * is told of gaps, would read what they asked for.
 */
export function gapsIn(unserved: readonly UnservedTurn[], owners: ReadonlySet<string>): Gap[] {
  const groups: UnservedTurn[][] = [];
  for (const request of unserved.slice(-MOST_COMPARED)) {
    const near = groups
      .map((group, at) => ({ at, likeness: likenessTo(group, request) }))
      .filter(({ likeness }) => likeness >= SAME_GAP_FROM)
      .sort((a, b) => b.likeness - a.likeness || a.at - b.at)[0];
    if (near) groups[near.at]?.push(request);
    else groups.push([request]);
  }
  return groups
    .filter((group) => isGap(group, owners))
    .map(gapOf)
    .sort((a, b) => b.requests - a.requests || (a.terms.join() < b.terms.join() ? -1 : 1));
}

function isGap(group: readonly UnservedTurn[], owners: ReadonlySet<string>): boolean {
  const people = new Set(group.map(({ personId }) => personId));
  const isTold = people.size > 1 || [...people].every((id) => owners.has(id));
  return group.length >= FEWEST_REQUESTS && daysOf(group) >= FEWEST_DAYS && isTold;
}

function likenessTo(group: readonly UnservedTurn[], { terms, tool }: UnservedTurn): number {
  const sum = group.reduce((all, other) => {
    if (tool !== undefined && other.tool === tool) return all + 1;
    const both = terms.filter((term) => other.terms.includes(term)).length;
    return all + both / Math.max(1, Math.min(terms.length, other.terms.length));
  }, 0);
  return sum / group.length;
}

const daysOf = (group: readonly UnservedTurn[]): number =>
  new Set(group.map(({ at }) => at.toISOString().slice(0, 10))).size;

function gapOf(group: readonly UnservedTurn[]): Gap {
  const shared = mostFrequent(group.flatMap(({ terms }) => [...new Set(terms)]))
    .filter(([, count]) => count >= group.length / 2)
    .slice(0, MOST_WORDS)
    .map(([term]) => term);
  const wordOf = (term: string) =>
    mostFrequent(group.flatMap(({ terms, words }) => words.filter((_, at) => terms[at] === term)))[0]?.[0] ?? term;
  return {
    terms: shared,
    words: shared.map(wordOf),
    tools: mostFrequent(group.flatMap(({ tool }) => tool ?? [])).map(([tool]) => tool),
    requests: group.length,
    days: daysOf(group),
    people: new Set(group.map(({ personId }) => personId)).size,
  };
}

function mostFrequent(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

// Requests that nothing could serve, by the name of what is lacking. Pure.

interface UnservedTurn {
  personId: string;
  at: Date;
  /** Stems of what is lacking, as the light model or the called tool names it. */
  terms: readonly string[];
  words: readonly string[];
  tool?: string;
}

/** Words of such a name that tell no capability from another. */
const GENERIC = new Set(
  lexemesOf('a an the any of for to with and need get make thing something way use using able tool access skill'),
);

/** Terms and words of the lacking capability in a name; undefined: nothing that could be told apart. */
export function lackingIn(name: string): Pick<UnservedTurn, 'terms' | 'words'> | undefined {
  const wordsByStem = new Map<string, string>();
  for (const word of name.toLowerCase().match(/\p{L}[\p{L}\p{M}'’]*/gu) ?? []) {
    const [stem] = lexemesOf(word);
    if (stem !== undefined && stem.length > 2 && !GENERIC.has(stem) && !wordsByStem.has(stem))
      wordsByStem.set(stem, word);
  }
  return wordsByStem.size === 0 ? undefined : { terms: [...wordsByStem.keys()], words: [...wordsByStem.values()] };
}

export function unservedTool(tool: string): Pick<UnservedTurn, 'terms' | 'words' | 'tool'> {
  return { terms: [], words: [], ...lackingIn(tool.replace(/[_-]+/g, ' ')), tool };
}
