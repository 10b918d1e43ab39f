import { z } from 'zod';
import { plural, shorten } from '../../base/text.ts';
import { idOf, operation, usage } from '../../chat/operation.ts';
import type { OperationParts, ServedParts } from './parts.ts';

const SHOWN_CHARACTERS = 60;

const list = operation({
  name: 'outbox list',
  summary: 'show what could not be delivered, newest first',
  isDefault: true,
  example: 'coda outbox list --json',
  input: z.object({}),
  json: 'indented',
  run: ({ app }: OperationParts) => app.delivery.outbox.deadLetters(),
  show({ letters, total }, _, { at }) {
    if (total === 0) return 'Everything could be delivered.\n';
    const lines = letters.map(({ id, adapter, channel, text, error, created_at }) => {
      const words = shorten(text.replace(/\s+/g, ' '), SHOWN_CHARACTERS);
      return `${id}  ${at(created_at)}  ${adapter} ${channel}  “${words}”  ${error ?? ''}\n`;
    });
    const again = '"coda outbox resend [id]" sends them again.\n';
    return `${plural(total, 'message')} could not be delivered:\n${lines.join('')}${again}`;
  },
});

const resend = operation({
  name: 'outbox resend',
  summary: 'send one of them, or all, again',
  example: 'coda outbox resend',
  input: z.object({ id: idOf('a message', '"coda outbox" shows them.').optional() }),
  args: ['id'],
  audit: (input) => input,
  run: ({ app }: ServedParts, { id }, { besides }) => app.delivery.outbox.revive(id, besides),
  route: {
    paths: ['/v1/undelivered/:id/resend'],
    scope: 'admin',
    tag: 'activity',
    summary: 'Sends a dead letter again.',
    params: z.object({ id: z.uuid() }),
    conflict: (count) => (count === 0 ? 'It was sent again already.' : undefined),
  },
  show: (count) => `${plural(count, 'message')} will be sent again.\n`,
});

const discard = operation({
  name: 'outbox discard',
  summary: 'give one of them up: it is listed no more',
  example: 'coda outbox discard 018f2c1e-8a52-7cc4-9d2e-3f6a1b2c4d5e',
  input: z.object({ id: idOf('a message', '"coda outbox" shows them.') }),
  args: ['id'],
  audit: (input) => input,
  run: ({ app }: ServedParts, { id }, { besides }) => app.delivery.outbox.discard(id, besides),
  route: {
    paths: ['/v1/undelivered/:id/discard'],
    scope: 'admin',
    tag: 'activity',
    summary: 'Gives a dead letter up: it is listed no more.',
    params: z.object({ id: z.uuid() }),
    conflict: (count) => (count === 0 ? 'It is not there any more.' : undefined),
  },
  show(count, { id }) {
    if (count === 0) throw usage(`No message ${id} could not be delivered.`, '"coda outbox" shows them.');
    return 'It is given up.\n';
  },
});

export const outbox = [list, resend, discard];
