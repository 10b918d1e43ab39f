/** The tools that a model is shown: the same few always, then those that the conversation's state or a call has brought. Pure. */
import { z } from 'zod';
import { groupBy } from '../../base/async.ts';
import type { Json } from '../../base/json.ts';
import { wordsOf } from '../../vectors/index.ts';
import { shortTool } from '../context/fit.ts';
import { tokensIn } from '../context/tokens.ts';
import type { ToolSpec } from '../inference/model.ts';
import * as texts from '../texts.ts';
import { dataTool, done, failed, isAlwaysShown, isUnshown } from './tool.ts';

/** Share of the window that all tools may take, and that those which came have in any case. */
const SHARE = 0.28;
const LEAST_SHARE = 0.08;
/** Tokens, as counted from above, that tools of servers take before somebody has asked for one. */
const MOST_UNASKED = 800;
const MOST_FOUND = 8;
const MOST_KEPT = 256;
/** Windows below this cannot bear a list that grows: there a form comes as the result of the call that asked for it. Tokens. */
const GROWING_WINDOW = 12_000;

const MORE_TOOLS = 'more_tools';
const TOOL_SEARCH = 'tool_search';

/** True of a call whose result names tools and nothing else. */
export const isToolList = ({ name }: { name: string }): boolean => name === MORE_TOOLS || name === TOOL_SEARCH;

export interface OfferQuery {
  /** Names of tools that came to this conversation, in that order; undefined: none has. */
  kept: readonly string[] | undefined;
  /** The conversation's first words: tools of servers that are near to them come first. */
  words: string;
  /** The window in tokens. */
  context: number;
  /** True of a turn that a schedule has begun: the tools for it stand at the end. */
  isPlanned?: boolean;
}

export interface OfferedTools {
  tools: ToolSpec[];
  /** Names of the tools among them that are not shown always, in their order. */
  names: readonly string[];
  /** Number of servers' tools that are not among them. */
  hidden: number;
}

/** True if the list of tools may grow in a window of so many tokens. */
export const growsIn = (context: number): boolean => context >= GROWING_WINDOW;

/**
 * The tools that are shown always, those of servers where they are few, then what came to the conversation. It keeps what it
 * was shown, and more only comes at the end, so that the request stays a prefix of the next.
 */
export function offerTools(
  tools: readonly ToolSpec[],
  { kept, words, context, isPlanned = false }: OfferQuery,
): OfferedTools {
  const guests = tools.filter(isGuest);
  const always = alwaysOf(tools);
  const room = Math.max(context * SHARE - sizeOf(always), context * LEAST_SHARE);
  const unasked = Math.min(room, MOST_UNASKED);
  const fits = sizeOf(guests) <= unasked;
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const names = [...new Set(kept ?? [])];
  const broughtTools = names.flatMap((name) => byName.get(name) ?? []).filter((tool) => !isAlwaysShown(tool));
  const isChosen = growsIn(context) && broughtTools.some(isGuest);
  const sized = guests.map((tool) => sizedTool(fits ? tool : shortTool(tool)));
  const formOf = (tool: ToolSpec) => (isGuest(tool) && !fits ? shortTool(tool) : tool);
  const first = fits ? sized : isChosen ? [] : chosenOf(sized, words);
  const shownFirst = toolsWithin(first, unasked);
  const isFirst = new Set(shownFirst.map(({ name }) => name));
  const later = broughtTools.filter(({ name }) => !isFirst.has(name)).map((tool) => sizedTool(formOf(tool)));
  // The tools that came last are the ones wanted now.
  const shownLater = growsIn(context) ? toolsWithin([...later].reverse(), room - sizeOf(shownFirst)).reverse() : [];
  const shownTools = [...shownFirst, ...shownLater];
  const passing = isPlanned ? tools.filter(({ group }) => group === 'planned') : [];
  return {
    tools: [...always, ...shownTools, ...passing],
    names: shownTools.map(({ name }) => name),
    hidden: guests.length - shownTools.filter(isGuest).length,
  };
}

const isGuest = ({ by }: ToolSpec): boolean => by !== undefined;

/** The same array for the same tools: what is made of it is made once. */
const alwaysBy = new WeakMap<readonly ToolSpec[], ToolSpec[]>();

function alwaysOf(tools: readonly ToolSpec[]): ToolSpec[] {
  const cachedTools = alwaysBy.get(tools);
  if (cachedTools) return cachedTools;
  const alwaysTools = tools.filter(isAlwaysShown).filter(({ name }) => name !== MORE_TOOLS);
  const more = tools.filter(({ name }) => name === MORE_TOOLS && tools.some(isBehind));
  const all = [...alwaysTools, ...more];
  alwaysBy.set(tools, all);
  return all;
}

const isBehind = (tool: ToolSpec): boolean => tool.by !== undefined || !(isAlwaysShown(tool) || isUnshown(tool));

interface SizedTool {
  by: string | undefined;
  tool: ToolSpec;
  size: number;
}

const sizedTool = (tool: ToolSpec): SizedTool => ({ by: tool.by, tool, size: sizeOf([tool]) });

const sizeOf = (tools: readonly ToolSpec[]): number => tokensIn(JSON.stringify(tools));

function toolsWithin(sized: readonly SizedTool[], room: number): ToolSpec[] {
  let remaining = room;
  return sized.flatMap(({ tool, size }) => {
    if (size > remaining) return [];
    remaining -= size;
    return [tool];
  });
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
  const termSets = items.map((item) => termsOf(toolOf(item)));
  const weightOf = (term: string) =>
    Math.log(1 + items.length / (1 + termSets.filter((each) => each.has(term)).length));
  const weights = new Map(terms.map((term) => [term, weightOf(term)]));
  const score = (own: ReadonlySet<string>) =>
    [...weights].reduce((sum, [term, weight]) => {
      if (own.has(term)) return sum + weight;
      return sum + (synonyms?.get(term)?.some((other) => own.has(other)) ? weight * SYNONYM : 0);
    }, 0);
  return items
    .map((item, index) => ({ item, score: score(termSets[index] as Set<string>) }))
    .sort((a, b) => b.score - a.score);
}

const termsByTool = new WeakMap<ToolSpec, ReadonlySet<string>>();

function termsOf(tool: ToolSpec): ReadonlySet<string> {
  const cachedTerms = termsByTool.get(tool);
  if (cachedTerms) return cachedTerms;
  const name = tool.name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ');
  const terms = new Set(wordsOf(`${name} ${tool.description}`).terms);
  termsByTool.set(tool, terms);
  return terms;
}

/** Setting of a conversation: the tools that came to it, since `/new` began it. */
const SETTING = 'tools';
const setting = z.object({ epoch: z.number(), names: z.array(z.string()) });

export interface OfferState {
  settings: Readonly<Record<string, Json>>;
  epoch: number;
}

/** Names of the tools that came to a conversation; undefined: none did. */
export function keptTools({ settings, epoch }: OfferState): readonly string[] | undefined {
  // Most conversations have none, and an error of the schema for each message would cost more than all else here.
  if (settings[SETTING] === undefined) return undefined;
  const result = setting.safeParse(settings[SETTING]);
  return result.success && result.data.epoch === epoch ? result.data.names : undefined;
}

export function keptSetting(names: readonly string[], epoch: number): Record<string, Json> {
  return { [SETTING]: { epoch, names: names.slice(-MOST_KEPT) } };
}

/** Names of a group's tools, in the order of `tools`. */
export const namesIn = (tools: readonly ToolSpec[], group: string): string[] =>
  tools.filter((tool) => tool.group === group && tool.by === undefined).map(({ name }) => name);

/** A tool on one line: its name, what it does, and its fields in words; `?`: may be left out. */
export function formLine({ name, description, schema }: ToolSpec): string {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, Record<string, unknown>>;
    required?: readonly string[];
  };
  const fields = Object.entries(properties).map(([field, { type, enum: values, description: words }]) => {
    const kind = Array.isArray(values) ? values.join('|') : typeof type === 'string' && type !== 'string' ? type : '';
    const says = [kind, words].filter((part) => typeof part === 'string' && part !== '').join('; ');
    return `${field}${required.includes(field) ? '' : '?'}${says === '' ? '' : ` (${says})`}`;
  });
  return `${name}: ${description}${fields.length === 0 ? '' : ` Fields: ${fields.join(', ')}.`}`;
}

const GROUPS = [
  'tasks',
  'schedules',
  'settings',
  'files',
  'memory',
  'skills',
  'specialists',
  'health',
  'web',
  'code',
  'servers',
] as const;

const inputOfMore = z.object({
  group: z
    .enum(GROUPS)
    .describe(
      'tasks: projects, steps. schedules: list, change. settings: time zone, live; language; quiet hours, night, disturb, ' +
        'alone; urgent, nag, miss. memory: correct, forget, not remember, keep nothing; notes whole. health: check, ' +
        'diagnose, log, calls, tools failed. specialists: experts, planner. web: weather, browser. servers: all else.',
    ),
  query: z.string().max(300).optional().describe('servers: what it is to do.'),
});

/** Brings the tools of a group, or of connected servers those nearest to some words. */
export const moreTools = dataTool({
  name: MORE_TOOLS,
  group: 'always',
  description: 'Brings further tools.',
  effect: 'read',
  callers: 'main-agent',
  policy: { always: true },
  flow: { impersonal: true },
  input: inputOfMore,
  async run({ group, query = '' }, { tools }) {
    const all = tools.offeredTools();
    const own = all.filter((tool) => tool.group === group && !isGuest(tool));
    const near = group === 'servers' ? foundIn(all, query) : [];
    const servers = serversIn(all);
    if (group === 'servers' && servers.length === 0) return failed('NOT_FOUND', texts.noServers());
    if (group === 'servers' && near.length === 0 && query.trim() !== '') return done(texts.noToolFound(query, servers));
    const broughtTools = [...near, ...own];
    if (broughtTools.length === 0) return failed('NOT_FOUND', texts.noToolsIn(group));
    return done(texts.toolsFound(broughtTools), { offers: broughtTools.map(({ name }) => name) });
  },
});

const serversIn = (tools: readonly ToolSpec[]): string[] => [...new Set(tools.flatMap(({ by }) => by ?? []))];

function foundIn(tools: readonly ToolSpec[], query: string): ToolSpec[] {
  return scoreItems(tools.filter(isGuest), query, (tool) => tool)
    .filter(({ score }) => score > 0)
    .slice(0, MOST_FOUND)
    .map(({ item }) => item);
}

/** The name that stored turns and skills know for a search among the tools of servers. */
export const toolSearch = dataTool({
  name: TOOL_SEARCH,
  group: 'unshown',
  description: 'Finds tools of connected servers.',
  effect: 'read',
  callers: 'main-agent',
  flow: { impersonal: true },
  input: moreTools.input,
  form: {
    short: {
      input: z.object({ query: z.string().min(1).max(300) }),
      standsFor: [MORE_TOOLS],
      call: (input) => ({ tool: MORE_TOOLS, input: { group: 'servers', ...(input as object) } }),
    },
  },
  run: async () => failed('INVALID_INPUT', texts.noServers()),
});
