/** The tools that a model is shown where servers of others bring more of them than fit. Pure. */
import { z } from 'zod';
import { groupBy } from '../../base/async.ts';
import type { Json } from '../../base/json.ts';
import { wordsOf } from '../../vectors/index.ts';
import { fittingTools, shortTool } from '../context/fit.ts';
import { tokensIn } from '../context/tokens.ts';
import type { ToolSpec } from '../inference/model.ts';
import * as texts from '../texts.ts';
import { dataTool, done } from './tool.ts';

/** Share of the window that all tools may take, and that those of servers have in any case. */
const SHARE = 0.28;
const LEAST_SHARE = 0.08;
/** Share that tools of servers may take when some were found that nobody chose at first. */
const MOST_SHARE = 0.2;
const MOST_FOUND = 8;
const MOST_KEPT = 256;

export const TOOL_SEARCH = 'tool_search';

export interface OfferQuery {
  /** Names of servers' tools that this conversation was shown, in that order; undefined: none has been chosen yet. */
  kept: readonly string[] | undefined;
  /** The conversation's first words: tools that are near to them come first. */
  words: string;
  /** The window in tokens. */
  context: number;
}

export interface OfferedTools {
  tools: ToolSpec[];
  /** Names of the servers' tools among them, in their order. */
  names: readonly string[];
  /** Number of servers' tools that are not among them. */
  hidden: number;
}

/**
 * The tools of coda, then those of servers: all of them where they fit, else a fair share of each server, its nearest tools
 * first. A conversation keeps what it was shown, and more only comes at the end, so that the request stays a prefix of the next.
 */
export function offerTools(tools: readonly ToolSpec[], { kept, words, context }: OfferQuery): OfferedTools {
  const guests = tools.filter(({ by }) => by !== undefined);
  const own = tools.filter(({ by, name }) => by === undefined && (guests.length > 0 || name !== TOOL_SEARCH));
  const ownForm = fittingTools(own, context);
  const used = sizeOf(ownForm);
  const room = Math.max(context * SHARE - used, context * LEAST_SHARE);
  const form = guests.reduce((sum, tool) => sum + sizeOf([tool]), 0) <= room ? (tool: ToolSpec) => tool : shortTool;
  const sized = guests.map((tool) => ({ by: tool.by, tool: form(tool), size: sizeOf([form(tool)]) }));
  const all = sized.reduce((sum, { size }) => sum + size, 0) <= room;
  const most = kept === undefined || all ? room : Math.max(room, context * MOST_SHARE);
  const known = kept && keptOf(sized, kept);
  // A larger window may have room for all: those that were not shown come behind.
  const order = all ? [...new Set([...(known ?? []), ...sized])] : (known ?? chosenOf(sized, words));
  // The tools found last are the ones wanted now.
  const shown = kept === undefined ? toolsWithin(order, most) : toolsWithin([...order].reverse(), most).reverse();
  const hidden = guests.length - shown.length;
  const withSearch = hidden > 0 ? ownForm : ownForm.filter(({ name }) => name !== TOOL_SEARCH);
  return { tools: [...withSearch, ...shown], names: shown.map(({ name }) => name), hidden };
}

interface SizedTool {
  by: string | undefined;
  tool: ToolSpec;
  size: number;
}

const sizeOf = (tools: readonly ToolSpec[]): number => tokensIn(JSON.stringify(tools));

function toolsWithin(sized: readonly SizedTool[], room: number): ToolSpec[] {
  let left = room;
  return sized.flatMap(({ tool, size }) => {
    if (size > left) return [];
    left -= size;
    return [tool];
  });
}

function keptOf(sized: readonly SizedTool[], kept: readonly string[]): SizedTool[] {
  const byName = new Map(sized.map((each) => [each.tool.name, each]));
  return kept.flatMap((name) => byName.get(name) ?? []);
}

/** In rounds, one tool of each server, the nearest first. */
function chosenOf(sized: readonly SizedTool[], words: string): SizedTool[] {
  const servers = groupBy(sized, ({ by }) => by);
  const ranked = [...servers.values()].map((of) => rankTools(of, words, ({ tool }) => tool));
  const rounds = Math.max(0, ...ranked.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => ranked.flatMap((of) => of[round] ?? [])).flat();
}

/** The items whose tools say most of the words first; equals keep their order. A rare word says more than a common one. */
function rankTools<T>(items: readonly T[], words: string, toolOf: (item: T) => ToolSpec): T[] {
  return scoreItems(items, words, toolOf).map(({ item }) => item);
}

/** Weight of a synonym beside the word itself. */
const SYNONYM = 0.4;

function scoreItems<T>(
  items: readonly T[],
  words: string,
  toolOf: (item: T) => ToolSpec,
): { item: T; score: number }[] {
  const { terms, synonyms } = wordsOf(words);
  const said = items.map((item) => termsOf(toolOf(item)));
  const weightOf = (term: string) => Math.log(1 + items.length / (1 + said.filter((each) => each.has(term)).length));
  const weights = new Map(terms.map((term) => [term, weightOf(term)]));
  const score = (own: ReadonlySet<string>) =>
    [...weights].reduce((sum, [term, weight]) => {
      if (own.has(term)) return sum + weight;
      return sum + (synonyms?.get(term)?.some((other) => own.has(other)) ? weight * SYNONYM : 0);
    }, 0);
  return items
    .map((item, index) => ({ item, score: score(said[index] as Set<string>) }))
    .sort((a, b) => b.score - a.score);
}

const termsByTool = new WeakMap<ToolSpec, ReadonlySet<string>>();

function termsOf(tool: ToolSpec): ReadonlySet<string> {
  const known = termsByTool.get(tool);
  if (known) return known;
  const name = tool.name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ');
  const terms = new Set(wordsOf(`${name} ${tool.description}`).terms);
  termsByTool.set(tool, terms);
  return terms;
}

/** Setting of a conversation: the servers' tools that it was shown, since `/new` began it. */
const SETTING = 'tools';
const setting = z.object({ epoch: z.number(), names: z.array(z.string()) });

export interface OfferState {
  settings: Readonly<Record<string, Json>>;
  epoch: number;
}

/** Names of the servers' tools that a conversation is shown; undefined: none has been chosen, since all fit or nothing was said. */
export function keptTools({ settings, epoch }: OfferState): readonly string[] | undefined {
  // Most conversations have none, and an error of the schema for each message would cost more than all else here.
  if (settings[SETTING] === undefined) return undefined;
  const kept = setting.safeParse(settings[SETTING]);
  return kept.success && kept.data.epoch === epoch ? kept.data.names : undefined;
}

export function keptSetting(names: readonly string[], epoch: number): Record<string, Json> {
  return { [SETTING]: { epoch, names: names.slice(-MOST_KEPT) } };
}

export const toolSearch = dataTool({
  name: TOOL_SEARCH,
  description:
    'Finds further tools, those of connected servers that are not shown here, by what they are to do. What it finds can be called from the next step on.',
  effect: 'read',
  callers: 'main-agent',
  flow: { impersonal: true },
  input: z.object({ query: z.string().min(1).max(300).describe('What the tool is to do, in a few words.') }),
  async run({ query }, { tools }) {
    const guests = tools.offeredTools().filter(({ by }) => by !== undefined);
    const found = scoreItems(guests, query, (tool) => tool)
      .filter(({ score }) => score > 0)
      .slice(0, MOST_FOUND)
      .map(({ item }) => item);
    if (found.length === 0) {
      const servers = [...new Set(guests.flatMap(({ by }) => by ?? []))];
      return done(texts.noToolFound(query, servers));
    }
    return done(texts.toolsFound(found), { offers: found.map(({ name }) => name) });
  },
});
