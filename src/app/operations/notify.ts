import { z } from 'zod';
import { omitUndefined } from '../../base/json.ts';
import { operation } from '../../chat/operation.ts';
import { type NoticeOutcome, notify as tell } from '../../delivery/index.ts';
import type { ServedParts } from './parts.ts';

/** A message to one person, written down when this returns and said as soon as a coda runs. */
const notice = operation({
  name: 'notify',
  example: 'coda notify "The build is green." --to discord:123456789012345678 --key build-42',
  input: z.object({
    text: z.string(),
    to: z.string().meta({ description: 'by id, by account such as discord:123, or by name', value: 'person' }),
    key: z.string().optional().describe('what is said under the same key is said once'),
    tainted: z.boolean().optional().meta({ isHidden: true }),
  }),
  args: ['text'],
  json: 'line',
  // Its words are the person's, and not the log's.
  audit: ({ to: person }, notified: NoticeOutcome) => ({ to: person, ...notified }),
  run({ app: { database, jobs }, world }: ServedParts, { to: person, text, key, tainted }, { besides }) {
    const words = { to: person, text, ...omitUndefined({ key, tainted: tainted || undefined }) };
    return tell({ database, jobs, world }, words, besides);
  },
  route: {
    paths: ['/v1/notify'],
    scope: 'notify',
    tag: 'notify',
    summary: 'Has a person told something in their direct conversation, once for each key.',
    body: z.strictObject({
      to: z.string().trim().min(1).max(200).describe('An account such as discord:123, a name, or an id.'),
      text: z.string().trim().min(1).max(8_000),
      key: z.string().min(1).max(200).optional(),
    }),
    answers: {
      202: {
        description: 'It is written down and will be said; or was asked for before under this key.',
        schema: z.object({ outcome: z.enum(['accepted', 'duplicate']), key: z.string() }),
      },
    },
    // A program's words are not the person's own: they taint. `Idempotency-Key` counts as a key.
    input: (_, body, header) => ({
      ...(body as { to: string; text: string }),
      tainted: true,
      key: (body.key as string | undefined) ?? (header('idempotency-key') || undefined),
    }),
    answer: (notified) => ({ status: 202, json: notified }),
  },
  show: ({ outcome }, { to: person }) =>
    outcome === 'duplicate' ? `${person} was told under this key before.\n` : `${person} will be told.\n`,
});

export const notify = [notice];
