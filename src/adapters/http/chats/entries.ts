/** Entries of a conversation, as a page shows them. */
import { z } from 'zod';
import type { Instant } from '../../../base/clock.ts';
import type { FileRef } from '../../../delivery/index.ts';
import { partId } from '../chat/places.ts';
import { fileOut, type PartOut, partOut, partShown } from '../chat/shapes.ts';
import type { SaidRow } from '../store.ts';
import { toMarkup } from './markup.ts';
import type { RecordedMessage, TurnOfMessage } from './store.ts';

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
    .object({ turn: z.string(), calls: z.int(), ms: z.int() })
    .optional()
    .describe('The turn that answers this message, and how many calls of tools were made in it.'),
  unread: z.literal(true).optional(),
  files: z.array(fileOut).optional(),
});

export type EntryOut = z.output<typeof entryOut>;

export function entryOf(said: SaidRow, turns: ReadonlyMap<string, TurnOfMessage>): EntryOut {
  const { channel, messageId, key, text = '', files, state, content, at, isUnread, replyTo } = said;
  if (content) {
    const entry = entryOfPart(partShown(partId(channel, key), content, state === 'draft'), at, replyTo);
    return isUnread ? { ...entry, unread: true } : entry;
  }
  const id = messageId ?? key;
  const turn = turns.get(id);
  return {
    id,
    text,
    at: at.toISOString(),
    by: 'you',
    kind: 'message',
    state: state === 'received' ? 'running' : state,
    ...(files.length > 0 && { files: files.map(fileShown) }),
    ...(turn?.turn && { work: { turn: turn.turn, calls: turn.calls, ms: turn.elapsedMs } }),
  };
}

export function entryOfPart(part: PartOut, at: Instant, replyTo: string | undefined): EntryOut {
  return {
    ...part,
    at: at.toISOString(),
    by: 'assistant',
    blocks: toMarkup(part.text, { folds: part.kind === 'approval' }),
    ...(replyTo !== undefined && { replyTo }),
  };
}

export function entryOfRecord({ id, role, text, at }: RecordedMessage): EntryOut {
  const said = { id, text, at: at.toISOString() };
  if (role === 'user') return { ...said, by: 'you', kind: 'message', state: 'done' };
  return { ...said, by: 'assistant', kind: 'answer', blocks: toMarkup(text) };
}

const fileShown = ({ hash, name, type, size }: FileRef) => ({
  id: hash,
  name,
  type,
  size,
  url: `/v1/artifacts/${hash}`,
});
