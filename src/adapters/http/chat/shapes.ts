/** Zod schemas of the chat API; the OpenAPI document is made from them. */

import { z } from 'zod';
import { base64 } from '../../../base/input.ts';
import { omitUndefined } from '../../../base/json.ts';
import type { Content } from '../../../delivery/index.ts';

export const conversationName = z.string().regex(/^[\w.-]{1,64}$/, { error: 'expected letters, digits, _ . and -' });
export const messageId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, { error: 'expected up to 200 visible characters of ASCII' });

/** An instant that every part of coda can hold: of the years 1 to 9999. */
export const instantIn = z.iso
  .datetime()
  .refine((text) => !text.startsWith('0000'), { error: 'expected a year from 1' });

const fileIn = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(255)
    .regex(/^\P{Cc}*$/u, { error: 'expected text without control characters' }),
  content_type: z
    .string()
    .max(127)
    .regex(/^[\w.+-]+\/[\w.+-]+$/, { error: 'expected a type such as image/png' })
    .default('application/octet-stream'),
  data: base64.describe('The content in base64.'),
  voice: z.literal(true).optional().describe('Spoken for this message by whom it is from: its words are their own.'),
});

export const waitIn = z.coerce
  .number()
  .min(0)
  .max(600)
  .default(60)
  .describe('Seconds to wait for the answer; what takes longer is fetched later.');

/** A form has texts only, of which each but the empty one would be true. */
const streamIn = z
  .preprocess((flag) => (typeof flag === 'string' ? !/^(?:false|no|off|0)?$/i.test(flag) : flag), z.coerce.boolean())
  .default(false)
  .meta({ type: 'boolean', default: false, description: 'Answer as text/event-stream, as Accept would.' });

export const messageIn = z.strictObject({
  text: z.string().max(100_000).default('').describe('What is said. A text is never consent; a command works.'),
  conversation: conversationName.default('main').describe('Where: made when something is first said there.'),
  files: z.array(fileIn).max(10).default([]),
  stream: streamIn,
  wait: waitIn,
});

const buttonOut = z.object({
  id: z.string(),
  label: z.string(),
  style: z.enum(['primary', 'danger']).optional(),
  asks: z.literal(true).optional().describe('It wants a line of words: values of its press.'),
});

export const fileOut = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.int(),
  url: z.string(),
});

export const partOut = z.object({
  id: z.string().describe('A part with the same id replaces the one before.'),
  kind: z.enum(['answer', 'reminder', 'approval', 'notice', 'error']),
  text: z.string().describe('Markdown.'),
  buttons: z.array(buttonOut).optional(),
  files: z.array(fileOut).optional(),
  growing: z.literal(true).optional(),
});

export const answerOut = z.object({
  id: z.string(),
  conversation: z.string(),
  status: z.enum(['running', 'waiting', 'done', 'failed', 'expired', 'cancelled']),
  text: z.string().describe('The texts of all parts.'),
  parts: z.array(partOut),
});

export type PartOut = z.output<typeof partOut>;

export function partShown(id: string, content: Content, isGrowing = false): PartOut {
  const inline = content.inline?.map(({ name, text }) => `\n\n${name}:\n\n${text}`).join('') ?? '';
  return {
    id,
    kind: content.kind,
    text: content.text + inline,
    ...omitUndefined({
      buttons: content.buttons?.length
        ? content.buttons.map(({ id: button, label, style, asks }) => ({
            id: button,
            label,
            ...omitUndefined({ style, asks }),
          }))
        : undefined,
      files: content.files?.length
        ? content.files.map(({ hash, name, type, size }) => ({
            id: hash,
            name,
            type,
            size,
            url: `/v1/artifacts/${hash}`,
          }))
        : undefined,
      growing: isGrowing ? (true as const) : undefined,
    }),
  };
}
