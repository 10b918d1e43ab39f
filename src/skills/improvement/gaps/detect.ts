/** Detects gaps in a month of calls, scores and answers. */
import { DAY_MS, type Instant } from '../../../base/clock.ts';
import type { Deps } from '../part.ts';
import type { Proposing } from '../proposals.ts';
import { unservedAmong } from './ask.ts';
import { type Gap, gapsIn } from './cluster.ts';
import { lackingIn, unservedTool } from './signals.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

/** Proposals of the category. */
export const CATEGORY = 'capability_gap';
const DAYS = 30;
const MOST_CALLS = 2_000;
const MOST_SCORES = 1_000;
const MOST_ANSWERS = 180;
/** A tool that fails so often, on so many days, does not serve. */
const FEWEST_CALLS = 3;
const FEWEST_DAYS = 2;
/** So many requests make a gap a matter of high priority. */
const MANY = 8;

/** The gaps of the last days, as they are proposed. */
export async function detect(deps: Deps, now: Instant, signal: AbortSignal): Promise<Proposing[]> {
  const { database } = deps;
  const since = new Date(now.getTime() - DAYS * DAY_MS);
  const [calls, scored, answers, owners] = await Promise.all([
    store.failedCalls(database, since, MOST_CALLS),
    store.scoredAsLacking(database, 'missing_capability', since, MOST_SCORES),
    store.answersAlone(database, since, MOST_ANSWERS),
    store.owners(database),
  ]);
  const named = [...scored, ...(await unservedAmong(deps, answers, signal))];
  const unserved = [
    ...calls
      .filter(({ code }) => code === 'UNKNOWN_TOOL')
      .map(({ personId, at, tool }) => ({ personId, at, ...unservedTool(tool) })),
    ...named.flatMap(({ personId, at, lacking }) => {
      const found = lackingIn(lacking);
      return found ? [{ personId, at, ...found }] : [];
    }),
  ];
  const gaps = gapsIn(
    unserved.sort((a, b) => a.at.getTime() - b.at.getTime()),
    new Set(owners),
  );
  return [...gaps.map(gapProposal), ...outOfOrder(calls.filter(({ code }) => code !== 'UNKNOWN_TOOL'))];
}

function gapProposal(gap: Gap): Proposing {
  const { terms, tools, requests, days, people } = gap;
  return {
    category: CATEGORY,
    title: texts.title(gap),
    description: texts.description(gap, DAYS),
    priority: requests >= MANY ? 2 : 3,
    payload: { tools: tools.slice(0, 5), words: [...gap.words], requests, days, people },
    fingerprint: tools[0] ?? [...terms].sort().join(' '),
  };
}

/** Tools that are there and fail for want of something that an owner sets up. */
function outOfOrder(calls: readonly store.FailedCall[]): Proposing[] {
  const kinds = new Map<string, store.FailedCall[]>();
  for (const call of calls) {
    const key = `${call.tool} ${call.code}`;
    kinds.set(key, [...(kinds.get(key) ?? []), call]);
  }
  return [...kinds.values()].flatMap((failed) => {
    const [first] = failed;
    const days = new Set(failed.map(({ at }) => at.toISOString().slice(0, 10))).size;
    if (!first || failed.length < FEWEST_CALLS || days < FEWEST_DAYS) return [];
    const people = new Set(failed.map(({ personId }) => personId)).size;
    return [
      {
        category: CATEGORY,
        title: texts.toolTitle(first),
        description: texts.toolDescription(failed.length, days, DAYS),
        priority: 3,
        payload: { tools: [first.tool], words: [], requests: failed.length, days, people },
        fingerprint: `${first.tool} ${first.code}`,
      },
    ];
  });
}
