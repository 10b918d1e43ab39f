/** Earlier messages, by words and by meaning: of one conversation, or a person's own in all of theirs. */
import type { Instant } from '../../../base/clock.ts';
import { coverage, lexemesOf, top } from '../../../base/lexemes.ts';
import type { Place } from '../../../delivery/index.ts';
import type { Queryable } from '../../../storage/index.ts';
import type { NearText } from '../../../vectors/index.ts';
import { IS_LEFT_OUT } from '../../versions/store.ts';

/** The messages that are looked through: of one conversation, or a person's own and the answers to them everywhere. */
export type PastOf = { conversationId: string } | { personId: string };

export interface PastFilter {
  from?: Instant | undefined;
  to?: Instant | undefined;
  /** Speaker: the one who asks, coda, or the name of somebody else. */
  who?: string | undefined;
  /** Name of a platform, a conversation, a channel or a target. */
  place?: string | undefined;
  /** Not in conversations that their person has put away. */
  isShown?: boolean;
}

export interface FoundMessage {
  id: string;
  role: 'user' | 'assistant';
  text: string;
  at: Instant;
  tainted: boolean;
}

export interface FoundPlace {
  conversationId: string;
  place: Place;
  title: string | undefined;
  /** The platform's id of the message; undefined where it is not kept any more. */
  messageId: string | undefined;
}

/** Messages with each word that are ranked: of more, the newest. */
const MOST_OF_A_WORD = 200;
const MOST_WORDS = 20;
const LONGEST_RANKED = 4_000;
/** The newest messages are looked through; a word that so many of them have is not looked for in older ones. */
const NEWEST = 1_000;
const COMMON = 4;
/** Words that so many of them have, and no other ones, are not looked for together either. */
const OFTEN = 50;
/** Messages counted to weigh words by; more make no difference. */
const MOST_COUNTED = 2_000;

/** Weight of words beside meaning, where a message covers all of the query's words. */
const WORDS = 0.5;
/** Least similarity of a message with none of the words. */
const CLOSE = 0.3;

/** Conversations of person $1 of which nothing is to be found elsewhere, and that hold something; asked once for a statement. */
const TEMPORARY = `array(select c.id from conversations c where c.temporary_at is not null and c.person_id = $1
                            and exists (select from messages m where m.conversation_id = c.id))`;

/** The indexed words of a message (0271): its own, its conversation and its person. Word for word as the index has it. */
const INDEXED = `(to_tsvector('simple', searchable(content ->> 'text')) || array_to_tsvector(
  array['/c' || conversation_id::text] || case when person_id is null then '{}'::text[] else array['/p' || person_id::text] end))`;

/**
 * Messages with any of these words in any English form, or near them in meaning, best first, of equals the newest. `near`
 * comes from the conversations of `of` alone.
 */
export async function searchMessages(
  db: Queryable,
  of: PastOf,
  words: string,
  most: number,
  { near = [], filter = {} }: { near?: readonly NearText[]; filter?: PastFilter } = {},
): Promise<FoundMessage[]> {
  const scope = scopeOf(of, filter);
  const covering = await withAnyWord(db, scope, words);
  const close = await nearOnes(db, scope, near);
  const scores = new Map(covering.map(({ message, share }) => [message.id, { message, score: WORDS * share }]));
  for (const { similarity, ...message } of close) {
    const words = scores.get(message.id)?.score;
    if (words !== undefined || similarity >= CLOSE) {
      scores.set(message.id, { message, score: similarity + (words ?? 0) });
    }
  }
  const matches = [...scores.values()].sort(
    (a, b) => b.score - a.score || b.message.at.getTime() - a.message.at.getTime(),
  );
  return matches.slice(0, most).map(({ message }) => message);
}

interface Scope {
  /** Condition on a row of `messages`, with `params`. */
  where: string;
  params: (string | Instant)[];
  term: string;
  order: string;
}

function scopeOf(of: PastOf, { from, to, who, place, isShown }: PastFilter): Scope {
  const isPerson = 'personId' in of;
  const params: (string | Instant)[] = [isPerson ? of.personId : of.conversationId];
  const add = (value: string | Instant) => `$${params.push(value)}`;
  const conditions = [`${isPerson ? 'person_id' : 'conversation_id'} = $1`, `role in ('user', 'assistant')`];
  if (isPerson) conditions.push(`conversation_id <> all (${TEMPORARY})`);
  if (from) conditions.push(`at >= ${add(from)}`);
  if (to) conditions.push(`at < ${add(to)}`);
  if (who !== undefined) conditions.push(speaks(who, add));
  if (place !== undefined) conditions.push(`conversation_id in (${CONVERSATIONS_NAMED(add(place))})`);
  if (isShown) {
    conditions.push(`not exists (select from conversations c where c.id = conversation_id and at <= c.hidden_at)`);
  }
  conditions.push(`not ${IS_LEFT_OUT('messages.turn_id')}`);
  return {
    where: conditions.join(' and '),
    params,
    term: `'/${isPerson ? 'p' : 'c'}${params[0]}'`,
    order: isPerson ? 'seq desc' : 'epoch desc, seq desc',
  };
}

function speaks(who: string, add: (value: string) => string): string {
  if (/^(?:you|coda|assistant)$/i.test(who)) return `role = 'assistant'`;
  return /^(?:me|i|person)$/i.test(who)
    ? `role = 'user'`
    : `role = 'user' and lower(content ->> 'name') = lower(${add(who)})`;
}

const CONVERSATIONS_NAMED = (name: string) => `
  select c.id from conversations c
   where c.adapter = lower(${name}) or c.channel = ${name} or lower(c.title) = lower(${name})
      or exists (select from targets t where t.conversation_id = c.id and ltrim(lower(t.name), '#') = ltrim(lower(${name}), '#'))`;

async function withAnyWord(
  db: Queryable,
  scope: Scope,
  words: string,
): Promise<{ message: FoundMessage; share: number }[]> {
  const terms = [...new Set(lexemesOf(words))];
  const forms = formsOf(words).slice(0, MOST_WORDS);
  if (forms.length === 0) return [];
  const newest = (await newestOf(db, scope)).map((row) => ({ row, tokens: tokensOf(row.text) }));
  const has = (tokens: readonly string[], each: readonly string[]) =>
    tokens.some((token) => each.some((form) => isForm(token, form)));
  const hits = (each: readonly string[]) => newest.filter(({ tokens }) => has(tokens, each)).length;
  const recent = newest.flatMap(({ row, tokens }) => (forms.some((each) => has(tokens, each)) ? [row] : []));
  const rare = forms.filter((each) => hits(each) < COMMON);
  const together = forms.length > 1 && forms.some((each) => hits(each) < OFTEN) ? [forms.map(anyOf).join(' & ')] : [];
  const others = await indexedWith(db, scope, [...rare.map(anyOf), ...together]);
  const rows = [...new Map([...recent, ...others].map((row) => [row.seq, row])).values()].sort((a, b) => a.seq - b.seq);
  const all = await countUpTo(db, scope, MOST_COUNTED);
  const postings = new Map<string, number[]>();
  for (const [place, { text }] of rows.entries()) {
    for (const term of new Set(lexemesOf(text.slice(0, LONGEST_RANKED)))) {
      const places = postings.get(term);
      if (places) places.push(place);
      else postings.set(term, [place]);
    }
  }
  const scores = coverage(terms, Math.max(all, rows.length), new Float32Array(rows.length), (term) =>
    postings.get(term),
  );
  return top(scores, rows.length, () => true).map((place) => ({
    message: rows[place] as FoundMessage,
    share: scores[place] as number,
  }));
}

type WordRow = FoundMessage & { seq: number };

const COLUMNS = `seq, id::text as id, role, content ->> 'text' as text, at, tainted`;

/** The newest messages. Their words are looked at here: 1,000 of them cost the server 50 ms, and this process 3. */
async function newestOf(db: Queryable, { where, params, order }: Scope): Promise<WordRow[]> {
  const { rows } = await db.query<WordRow>(
    `select seq, id::text as id, role, left(content ->> 'text', ${LONGEST_RANKED}) as text, at, tainted
       from messages where ${where} order by ${order} limit ${NEWEST}`,
    params,
  );
  return rows;
}

const tokensOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/**
 * The newest messages for each of these queries, out of the index of words. Materialized: for a limit the planner would go
 * through the messages from the newest on, which of 1,000,000 takes a second where a word is neither rare nor common.
 */
async function indexedWith(db: Queryable, scope: Scope, queries: readonly string[]): Promise<WordRow[]> {
  if (queries.length === 0) return [];
  // Planned for these words, in a transaction: the plan for any words takes 150 ms of 1,000,000 messages, this one 20.
  await db.query(`select set_config('plan_cache_mode', 'force_custom_plan', true)`);
  const { where, params, order } = scope;
  const names = queries.map((_, at) => `f${at}`);
  const parts = names.map(
    (name, at) => `${name} as materialized (select * from messages
                 where ${where} and ${INDEXED} @@ $${params.length + 1 + at}::tsquery)`,
  );
  const arms = names.map((name) => `(select ${COLUMNS} from ${name} order by ${order} limit ${MOST_OF_A_WORD})`);
  const { rows } = await db.query<WordRow>(
    `with ${parts.join(', ')} ${arms.join(' union all ')}`,
    paramsOf(scope, queries),
  );
  return rows;
}

const paramsOf = ({ params, term }: Scope, queries: readonly string[]) => [
  ...params,
  ...queries.map((query) => `(${query}) & ${term}`),
];

async function countUpTo(db: Queryable, { where, params }: Scope, most: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from (select from messages where ${where} limit ${most}) m`,
    params,
  );
  return rows[0]?.count ?? 0;
}

/** Each telling word with its stems, which may have lost or changed the last letter. */
function formsOf(words: string): string[][] {
  const tokens = words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(tokens)].flatMap((word) => {
    const stems = lexemesOf(word);
    const own = [word, ...stems.map((stem) => stem.replace(/[ie]$/, ''))];
    return stems.length === 0 ? [] : [[...new Set(own.filter((form) => /^[\p{L}\p{N}]+$/u.test(form)))]];
  });
}

/** A number is meant as it stands: 17 is not 1,700. */
const isNumber = (form: string): boolean => /^\p{N}+$/u.test(form);

const isForm = (token: string, form: string): boolean => (isNumber(form) ? token === form : token.startsWith(form));

/** Any word that begins with one of these, or is one of their numbers. */
const anyOf = (forms: readonly string[]): string =>
  `(${forms.map((form) => (isNumber(form) ? `'${form}'` : `'${form}':*`)).join(' | ')})`;

async function nearOnes(
  db: Queryable,
  { where, params }: Scope,
  near: readonly NearText[],
): Promise<(FoundMessage & { similarity: number })[]> {
  if (near.length === 0) return [];
  const { rows } = await db.query<FoundMessage>(
    `select id::text as id, role, content ->> 'text' as text, at, tainted from messages
      where ${where} and id = any($${params.length + 1}::uuid[])`,
    [...params, near.map(({ id }) => id)],
  );
  const messagesById = new Map(rows.map((row) => [row.id, row]));
  return near.flatMap(({ id, similarity }) => {
    const message = messagesById.get(id);
    return message ? [{ ...message, similarity }] : [];
  });
}

/** Direct conversations of a person, the newest first: those whose messages are looked at for their meaning, too. */
export async function directOnes(db: Queryable, personId: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id::text as id from conversations
      where person_id = $1 and kind = 'dm' and temporary_at is null order by created_at desc limit $2`,
    [personId, limit],
  );
  return rows.map(({ id }) => id);
}

/** Places of messages. */
export async function placesOf(db: Queryable, ids: readonly string[]): Promise<Map<string, FoundPlace>> {
  const { rows } = await db.query<{
    id: string;
    conversation_id: string;
    adapter: string;
    channel: string;
    space_id: string;
    kind: Place['kind'];
    title: string | null;
    message_id: string | null;
  }>(
    `select m.id::text as id, m.conversation_id::text as conversation_id, c.adapter, c.channel, c.space_id, c.kind, c.title, i.message_id
       from messages m join conversations c on c.id = m.conversation_id left join inbox i on i.id = m.turn_id
      where m.id = any($1::uuid[])`,
    [ids],
  );
  return new Map(
    rows.map(
      ({ id, conversation_id: conversationId, adapter, channel, space_id, kind, title, message_id: messageId }) => {
        const space = space_id.slice(adapter.length + 1);
        return [
          id,
          {
            conversationId,
            place: { adapter, channel, space, kind },
            title: title ?? undefined,
            messageId: messageId || undefined,
          },
        ];
      },
    ),
  );
}

/**
 * Messages of a shared place that are somebody else's than `reader`'s, or answers to them, with names. A
 * turn's answer stands behind what was said to it.
 */
export async function ofOthers(
  db: Queryable,
  messages: readonly Pick<FoundMessage, 'id'>[],
  reader: string,
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; name: string | null }>(
    `select m.id::text as id, asked.name
       from messages m
       left join lateral (
        select person_id, turn_id, content ->> 'name' as name from messages
         where conversation_id = m.conversation_id and epoch = m.epoch
           and seq <= m.seq - case when m.role = 'user' then 0 else 1 end
         order by seq desc limit 1) asked on true
      where m.id = any($1::uuid[])
        and (asked.person_id is distinct from $2 or asked.turn_id is distinct from m.turn_id)`,
    [messages.map(({ id }) => id), reader],
  );
  return new Map(rows.map(({ id, name }) => [id, `Another person (${name ?? 'unknown'})`]));
}
