/** Turns that told of what was forgotten: memories, summaries and passages are derived from others alone. */
import type { Clock, Instant } from '../../base/clock.ts';
import { uuid } from '../../base/ids.ts';
import { lexemesOf } from '../../base/lexemes.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';

/** Something that was deleted, or whose making was undone. */
export interface ForgottenThing {
  text: string;
  /** When it was made: the message before that told of it. */
  at?: Instant | undefined;
  /** The identity of the message that told of it, where that is known. */
  message?: string | undefined;
  /** The thing was to be done, and is no fact: its few words stand in much else that is said. */
  isAct?: true;
}

/** The call that forgets. */
interface Forgetting {
  tx: Transaction;
  person: { id: string; name: string };
  request: { id?: string };
  clock: Clock;
}

/** A person's newest messages, among which the telling ones are looked for: those before have been looked through. */
const MOST_LOOKED_AT = 60;
const LONGEST = 2_000;
/** Share of a thing's telling words from which a message tells of it; of the one just before it was made less will do. */
const TELLS_FROM = 0.66;
const MADE_FROM = 0.3;
/** Lexemes: an act of fewer is told by a message with no more than so many others. */
const FEW_WORDS = 3;
const MORE_WORDS = 2;
const MADE_WITHIN_MS = 10 * 60_000;

interface Telling {
  turn: string;
  text: string;
  at: Instant;
}

/**
 * Keeps what is derived later from what told of these things: the turns that made them, those whose words say the same, and
 * the one that forgets them.
 */
export async function buryTellings(
  { tx, person, request, clock }: Forgetting,
  things: readonly ForgottenThing[],
): Promise<void> {
  if (things.length === 0) return;
  const { rows } = await tx.query<Telling>(
    // In turn: for the newest of many the planner would read all of them, until it knows how many there are.
    `with recursive newest as (
       (select seq, turn_id, conversation_id, content, at, role, 1 as n from messages
         where person_id = $1 order by seq desc limit 1)
       union all
       select m.*, w.n + 1 from newest w cross join lateral (
         select seq, turn_id, conversation_id, content, at, role from messages
          where person_id = $1 and seq < w.seq order by seq desc limit 1) m
        where w.n < ${MOST_LOOKED_AT})
     select m.turn_id as turn, left(m.content ->> 'text', ${LONGEST}) as text, m.at from newest m
      where m.role = 'user' and m.turn_id is not null
        and m.conversation_id in (select id from conversations where person_id = $1 and kind = 'dm')
      order by m.seq desc`,
    [person.id],
  );
  const names = new Set(lexemesOf(person.name));
  const tellings = rows.map((row) => ({ ...row, words: new Set(lexemesOf(row.text)) }));
  const turns = new Set(request.id === undefined ? [] : [request.id]);
  const keys = things.flatMap(({ message }) => message ?? []);
  if (keys.length > 0) {
    // A turn has the id of the row of the inbox that it answers.
    const { rows: inboxRows } = await tx.query<{ id: string }>('select id from inbox where key = any($1)', [keys]);
    for (const { id } of inboxRows) turns.add(id);
  }
  for (const { text, at, isAct } of things) {
    const words = lexemesOf(text.slice(0, LONGEST)).filter((word) => !names.has(word));
    const maker = at && tellings.find((each) => each.at <= at);
    for (const each of tellings) {
      const share = words.length === 0 ? 0 : words.filter((word) => each.words.has(word)).length / words.length;
      const isMaker = at && each === maker && at.getTime() - each.at.getTime() <= MADE_WITHIN_MS;
      const isAbout = !isAct || words.length >= FEW_WORDS || each.words.size <= words.length + MORE_WORDS;
      const tells = (share >= TELLS_FROM && isAbout) || (isMaker && (words.length === 0 || share >= MADE_FROM));
      if (tells) turns.add(each.turn);
    }
  }
  await hideShown(tx, person.id, things);
  // A turn that is under way looks for such a row: what it was shown before does not stay.
  if (turns.size === 0) turns.add(uuid(clock.now()));
  await tx.query(
    `insert into forgotten_turns (id, person_id, at) select id, $2, $3 from unnest($1::uuid[]) id on conflict (id) do nothing`,
    [[...turns], person.id, clock.now()],
  );
}

/** Messages beside which something that was forgotten may still stand. */
const MOST_SHOWN = 150;
/** Characters of each that are looked at, and of all: what is more is taken away unseen. */
const LONGEST_LOOKED_AT = 20_000;
const MOST_LOOKED_THROUGH = 300_000;

/** Conversations that nobody else reads: beside a message of another place only the time stands. */
const ALONE = `conversation_id in (select id from conversations where person_id = $1 and kind = 'dm')`;
/** In a text of JSON a break of a line would make one word of its letter and the next. */
const ESCAPE = /\\[bfnrt"\\/]/g;

/** Takes away what stood beside earlier messages, with the calls and results, where it tells of one of the things. */
async function hideShown(tx: Transaction, personId: string, things: readonly ForgottenThing[]): Promise<void> {
  const { rows } = await tx.query<{ turn: string; seq: number; text: string; length: number }>(
    `select turn_id as turn, seq, left(shown::text, ${LONGEST_LOOKED_AT}) as text, length(shown::text) as length
       from messages where person_id = $1 and shown is not null and ${ALONE} order by seq desc limit ${MOST_SHOWN}`,
    [personId],
  );
  const wanted = things.map(({ text }) => lexemesOf(text.slice(0, LONGEST)));
  let remaining = MOST_LOOKED_THROUGH;
  const telling = rows.filter(({ text, length }) => {
    remaining -= length;
    if (length > LONGEST_LOOKED_AT || remaining < 0) return true;
    const words = new Set(lexemesOf(text.replace(ESCAPE, ' ')));
    return wanted.some((thing) => thing.filter((word) => words.has(word)).length >= thing.length * TELLS_FROM);
  });
  // All rows of a turn together: what was said in the middle of it stands among the steps of its answer.
  await tx.query(
    `update messages set shown = null
      where person_id = $1 and shown is not null and ${ALONE} and (turn_id = any($2::uuid[]) or seq < $3)`,
    [personId, telling.map(({ turn }) => turn), rows.length < MOST_SHOWN ? 0 : (rows.at(-1)?.seq ?? 0)],
  );
}

/** True of a message, by its column of the turn. */
export const IS_FORGOTTEN = (turn: string) => `exists (select from forgotten_turns f where f.id = ${turn})`;

export async function forgottenAmong(db: Queryable, turns: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>('select id from forgotten_turns where id = any($1::uuid[])', [turns]);
  return new Set(rows.map(({ id }) => id));
}

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from forgotten_turns where person_id = $1' }];

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update forgotten_turns set person_id = $2 where person_id = $1' },
];
