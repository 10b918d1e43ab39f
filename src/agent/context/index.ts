/** The request to a model: a stable beginning, the moving part, and the conversation, within the model's limits. */

import { z } from 'zod';
import { messageOf } from '../../base/errors.ts';
import { lineOfSpeaker } from '../../base/frames.ts';
import { omitUndefined } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { Place } from '../../delivery/index.ts';
import type { JobHandler, JobQueue } from '../../jobs/index.ts';
import { type Database, type Queryable, readerOf } from '../../storage/index.ts';
import { addDays, beginningOf, formatMinute } from '../../time/index.ts';
import { type Embedders, embedJob, embedSoon, Nearest, type NearText } from '../../vectors/index.ts';
import type { ModelMessage } from '../inference/model.ts';
import { type AnyTool, type CallContext, dataTool, done, failed, LONGEST_SHOWN, privately } from '../tools/tool.ts';
import { shrunkCall } from './fit.ts';
import type { PastOf } from './past/store.ts';
import * as past from './past/store.ts';
import * as store from './store.ts';
import { source } from './store.ts';

export { type Compacting, compact, isDue } from './compact.ts';
export { type AttachedFiles, addPictures, attachedTo, NOTHING, pastPictures, type ShowFile } from './files.ts';
export { clockLine, fittingTools, identity } from './fit.ts';
export { lookAt, Scaler } from './pictures/index.ts';
export {
  bareText,
  type FilledPart,
  type Limits,
  type Plan,
  type PlanInput,
  planRequest,
  type Sections,
} from './plan.ts';
export { quotedFrames, rememberedQuotes } from './quoted.ts';
export type { PastPictures, ShownMessage, Situation } from './shown.ts';
export {
  addSummary,
  completeHistory,
  type HistoryEntry,
  KnownMessages,
  type RecalledContext,
  readBetween,
  readRecalled,
  recall,
  taintingTools,
  withoutForgotten,
} from './store.ts';
export { tokensIn, toolTokens } from './tokens.ts';

/** The same in a small window: characters for each of its tokens. */
const SHOWN_OF_WINDOW = 0.4;
/** Length of one page of a result: with its own frame it stays below the limit of a result. */
const PAGE = 7_500;
const HANDLE = LONGEST_SHOWN - PAGE;

/**
 * Results and calls as the model is shown them, always in the same words: what is too long is cut, and says how to go on.
 * `turn` is the turn's id, and with a nested one `/` and its path; `window` the tokens that the model takes in.
 */
export function shortenResults(turn: string, messages: readonly ModelMessage[], window: number): ModelMessage[] {
  const most = Math.min(LONGEST_SHOWN, Math.floor(window * SHOWN_OF_WINDOW));
  return messages.map((message) => {
    if (message.role === 'assistant' && message.calls) {
      return { ...message, calls: message.calls.map((call) => shrunkCall(call, most)) };
    }
    if (message.role !== 'tool' || message.text.length <= most) return message;
    const page = Math.max(most - HANDLE, HANDLE);
    const remaining = message.text.length - page;
    const handle = `${turn}/${message.callId}`;
    const note = `[… ${plural(remaining, 'more character')}. Read on: result_read {"handle": "${handle}", "from": ${page}}]`;
    return { ...message, text: `${message.text.slice(0, page)}\n${note}` };
  });
}

/** The address of a message on its platform, or of its place; undefined where it has none. */
export type MessageLinks = (place: Place, messageId: string | undefined) => string | undefined;

/** Alone a person is shown all that they have said and were answered; where others read, the words of that place. */
function reachOf({ place, private: isPrivate, person, conversationId }: CallContext): PastOf {
  return isPrivate && place.kind === 'dm' ? { personId: person.id } : { conversationId };
}

function whereSaid(location: past.FoundPlace | undefined, links: MessageLinks): string {
  if (!location) return '';
  const { place, title, messageId } = location;
  return [place.adapter, title, links(place, messageId)].filter((part) => part !== undefined).join(', ');
}

export function contextTools(index: Pick<MessageIndex, 'findNear'>, links: MessageLinks): AnyTool[] {
  const read = dataTool({
    name: 'result_read',
    group: 'unshown',
    description: 'Reads on in a long result that was shortened. Pass its handle and where to begin.',
    effect: 'read',
    display: { as: 'hidden' },
    flow: { readsOn: ({ handle, from }) => ({ handle, to: from + PAGE }) },
    input: z.object({ handle: z.string().max(200), from: z.int().min(0).default(0) }),
    async run({ handle, from }, { tx, person, request: { id: inboxId } }) {
      const [turnId = '', ...call] = handle.split('/');
      const result = await store.readResult(tx, person.id, turnId, call.join('/'));
      if (!result) return failed('NOT_FOUND', 'There is no result with that handle.');
      const text = result.text.slice(from, from + PAGE);
      const next = from + text.length;
      const more = next < result.text.length ? `\n[… ${result.text.length - next} more from ${next}]` : '\n[end]';
      // Results read in this turn were checked when they were read.
      const impersonal = turnId === inboxId;
      return done(`${text}${more}`, { tainted: result.tainted, ...(impersonal && { impersonal }) });
    },
  });
  const search = dataTool({
    name: 'conversation_search',
    group: 'always',
    form: { shows: ['words'] },
    description: 'Searches what was said before.',
    effect: 'read',
    flow: { ofPlace: true },
    record: { redact: privately('words') },
    input: z.object({
      words: z.string().min(1).max(200).describe('A few.'),
      most: z.int().min(1).max(20).default(8),
      who: z.string().max(100).optional().describe('Only of "me", "you", or a name.'),
      place: z.string().max(100).optional().describe('A platform, or a conversation by its name.'),
      since: z.iso.date().optional().describe('YYYY-MM-DD.'),
      until: z.iso.date().optional(),
    }),
    prepare: ({ words }, ctx) => index.findNear(reachOf(ctx), words),
    async run({ words, most, who, place: named, since, until }, ctx) {
      const { tx, person, when, prepared } = ctx;
      const filter = {
        who,
        place: named,
        ...omitUndefined({
          from: since === undefined ? undefined : beginningOf(since, when.zone),
          to: until === undefined ? undefined : beginningOf(addDays(until, 1), when.zone),
        }),
      };
      const of = reachOf(ctx);
      const hits = await past.searchMessages(tx, of, words, most, { near: prepared as readonly NearText[], filter });
      if (hits.length === 0) return done('Nothing was said with these words.');
      const isShared = 'conversationId' in of && ctx.place.kind !== 'dm';
      const others = isShared ? await past.ofOthers(tx, hits, person.id) : new Map<string, string>();
      const places = await past.placesOf(
        tx,
        hits.map(({ id }) => id),
      );
      const lines = hits.map(({ id, role, text, at }) => {
        const line = lineOfSpeaker(role === 'user' ? (others.get(id) ?? 'Person') : 'You', text.slice(0, 700));
        const where = whereSaid(places.get(id), links);
        return `${formatMinute(at, when)} ${line}${where && `\n  (${where})`}`;
      });
      return done(lines.join('\n'), { tainted: hits.some(({ id, tainted }) => tainted || others.has(id)) });
    },
  });
  return [read, search];
}

/** Messages of a person, and answers to them, with the words, best first; none of conversations that they have put away. */
export async function searchPast(db: Queryable, of: { personId: string }, words: string, most: number) {
  const hits = await past.searchMessages(db, of, words, most, { filter: { isShown: true } });
  const places = await past.placesOf(
    db,
    hits.map(({ id }) => id),
  );
  return hits.flatMap((message) => {
    const where = places.get(message.id);
    return where ? [{ ...message, ...where }] : [];
  });
}

/** Milliseconds that a search waits for the vector of its words; the first use loads the embedder. */
const PATIENCE_MS = 800;
const MOST_NEAR = 50;
/** Direct conversations of a person that are searched by meaning: the newest. */
const MOST_CONVERSATIONS = 5;

interface SaidDeps {
  database: Database;
  world: World;
  jobs: Pick<JobQueue, 'enqueue'>;
  embedders: Embedders;
}

/**
 * Index of a conversation's messages, by meaning. They get vectors once it is searched, and new ones with each later
 * search: nobody who never searches pays for them.
 */
export class MessageIndex {
  private readonly deps: SaidDeps;
  private readonly nearest: Nearest;

  constructor(deps: SaidDeps) {
    const { database, world, embedders } = deps;
    this.deps = deps;
    this.nearest = new Nearest('message', { database, world, embedders: embedders.embedders });
  }

  /** Messages of a conversation, or of a person's direct ones, that are near these words in meaning. */
  async findNear(of: PastOf, words: string): Promise<NearText[]> {
    const { database, world, jobs, embedders } = this.deps;
    if (!embedders.embedder) return [];
    const ids =
      'personId' in of
        ? await past.directOnes(readerOf(database), of.personId, MOST_CONVERSATIONS)
        : [of.conversationId];
    try {
      await database.tx('said.embed', async (tx) => {
        for (const id of ids) await embedSoon(jobs, tx, 'message', world.clock.now(), id);
      });
    } catch (error) {
      world.log.debug({ error: messageOf(error) }, 'vectors of messages were not asked for');
    }
    const near = await Promise.all(ids.map((id) => this.nearest.search(id, words, MOST_NEAR, PATIENCE_MS)));
    return near
      .flat()
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, MOST_NEAR);
  }

  job(): JobHandler {
    return embedJob({ ...this.deps, ...this.deps.embedders, source });
  }

  close(): void {
    this.nearest.close();
  }
}
