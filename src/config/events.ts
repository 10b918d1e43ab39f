/** The block of events: which programs hear what happens. */

import { z } from 'zod';
import { block } from './block.ts';
import { secret, url } from './fields.ts';

/** Names of webhook events. */
export const EVENT_NAMES = [
  'reminder.due',
  'turn.failed',
  'approval.waiting',
  'skill.degraded',
  'dead_letter',
  'job.dead',
  'improvement.run',
] as const;

export type EventName = (typeof EVENT_NAMES)[number];

const target = z.strictObject({
  url: url('https', 'http').meta({
    description: 'Where they are posted to, as JSON; reached as the block egress says.',
    example: 'https://example.com/coda',
  }),
  ...secret('secret', z.string().min(16, { error: 'expected at least 16 characters' }), {
    description: 'What they are signed with: HMAC-SHA256 in the header Coda-Signature (docs/webhooks.md).',
    file: 'events_secret',
    example: '${EVENTS_SECRET:-at-least-16-characters}',
  }),
  events: z
    .array(z.enum(EVENT_NAMES))
    .min(1)
    .default([...EVENT_NAMES])
    .describe('Which of them; all when left out.'),
});

export const events = block(
  'events',
  'Programs that are told what happens. docs/webhooks.md says what is sent and how it is signed.',
  z
    .strictObject({
      targets: z
        .record(
          z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'expected lower-case letters, digits and -' }),
          target,
        )
        .default({})
        .meta({ description: 'By a name of your choice.', example: 'home' }),
    })
    .prefault({}),
);
