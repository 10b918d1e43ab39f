/** Entries of a conversation, as a page shows them. */

import { z } from 'zod';
import { Pace } from '../../../base/async.ts';
import type { Instant } from '../../../base/clock.ts';
import { omitUndefined } from '../../../base/json.ts';
import type { FileRef } from '../../../delivery/index.ts';
import { partId } from '../chat/places.ts';
import { fileOut, type PartOut, partOut, partShown } from '../chat/shapes.ts';
import { toMarkup } from './markup.ts';
import type { RecordedMessage, TurnOfMessage } from './store.ts';
import type { VersionedRow } from './versions.ts';

export const entryOut = partOut.omit({ kind: true }).extend({
  id: z.string().describe('An entry with the same id takes the place of the one before.'),
  at: z.iso.datetime(),
  by: z.enum(['you', 'assistant']),
  kind: z.enum(['message', ...partOut.shape.kind.options]),
  blocks: z
    .array(z.unknown())
    .optional()
    .describe('The Markdown of an answer: texts, and elements [tag, attributes, …children].'),
  state: z.string().optional().describe('Of a message: running, waiting, done, failed, expired or cancelled.'),
  replyTo: z.string().optional().describe('The id of the message that it answers.'),
  work: z
    .object({ turn: z.string(), calls: z.int(), ms: z.int(), model: z.string().optional() })
    .optional()
    .describe(
      'The turn that answers this message, how many calls of tools were made in it, and the model that answered.',
    ),
  again: z
    .literal(true)
    .optional()
    .describe('Of a message: POST /v1/chats/:id/again makes another version of its answer.'),
  versions: z
    .array(z.string())
    .optional()
    .describe('Of a message: those that asked for each version of its answer, itself first; any of them can be shown.'),
  version: z.int().optional().describe('Of a message: the version of its answer that is shown, counted from 1.'),
  ofVersion: z
    .int()
    .optional()
    .describe('Of an answer: a version that is not shown. It is here for its buttons, which take back what it did.'),
  unread: z.literal(true).optional(),
  files: z.array(fileOut).optional(),
});

export type EntryOut = z.output<typeof entryOut>;

/** Characters of Markdown that are parsed for one request, from the newest entry on: what is beyond is shown as it is. */
const MOST_PARSED = 500_000;

/** The entries of rows that come the newest first, the oldest first. Other work of the process runs between two of them. */
export async function entriesOf<T>(
  rows: readonly T[],
  entryOf: (row: T, render: typeof toMarkup) => EntryOut,
): Promise<EntryOut[]> {
  const pace = new Pace();
  const entries: EntryOut[] = [];
  let parsed = 0;
  const render: typeof toMarkup = (markdown, options) => {
    parsed += markdown.length;
    return parsed > MOST_PARSED ? [['p', {}, markdown]] : toMarkup(markdown, options);
  };
  for (const row of rows) {
    if (pace.isUp) await pace.rest();
    entries.push(entryOf(row, render));
  }
  return entries.reverse();
}

export function entryOf(
  { row, group, ofVersion }: VersionedRow,
  turns: ReadonlyMap<string, TurnOfMessage>,
  render: typeof toMarkup,
): EntryOut {
  const { channel, messageId, key, text = '', files, state, content, at, isUnread, replyTo } = row;
  if (content) {
    const entry = entryOfPart(partShown(partId(channel, key), content, state === 'draft'), at, replyTo, render);
    return { ...entry, ...omitUndefined({ unread: isUnread ? (true as const) : undefined, ofVersion }) };
  }
  const id = messageId ?? key;
  const turn = turns.get(group?.ids[group.shown] ?? id);
  return {
    id,
    text,
    at: at.toISOString(),
    by: 'you',
    kind: 'message',
    state: state === 'received' ? 'running' : state,
    ...omitUndefined({
      files: files.length > 0 ? files.map(fileShown) : undefined,
      work: turn?.turn ? workOf(turn, turn.turn) : undefined,
      versions: group && [...group.ids],
      version: group && group.shown + 1,
    }),
  };
}

const workOf = ({ calls, elapsedMs, model }: TurnOfMessage, turn: string) => ({
  turn,
  calls,
  ms: elapsedMs,
  ...omitUndefined({ model: model ?? undefined }),
});

export function entryOfPart(part: PartOut, at: Instant, replyTo: string | undefined, render = toMarkup): EntryOut {
  return {
    ...part,
    at: at.toISOString(),
    by: 'assistant',
    blocks: render(part.text, { folds: part.kind === 'approval' }),
    ...(replyTo !== undefined && { replyTo }),
  };
}

export function entryOfRecord({ id, role, text, at }: RecordedMessage, render: typeof toMarkup): EntryOut {
  const base = { id, text, at: at.toISOString() };
  if (role === 'user') return { ...base, by: 'you', kind: 'message', state: 'done' };
  return { ...base, by: 'assistant', kind: 'answer', blocks: render(text) };
}

const fileShown = ({ hash, name, type, size }: FileRef) => ({
  id: hash,
  name,
  type,
  size,
  url: `/v1/artifacts/${hash}`,
});
