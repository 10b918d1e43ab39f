/** The lines that programs and coda exchange: what they may hold, and what each means. `docs/jsonl.md` is the manual. */

import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { base64, inputWords } from '../../base/input.ts';
import { parseJson } from '../../base/json.ts';
import type { Line } from '../../base/lines.ts';
import type { Content, ContentKind } from '../../delivery/index.ts';

/** Longer lines are passed over. A larger file is given by its path. */
export const MAX_LINE_BYTES = 1_000_000;
export const OWNER = 'owner';
export const MAIN = 'main';

const name = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, { error: 'expected text without control characters' });

const fileIn = z
  .object({
    name: name(255),
    type: name(127).default('application/octet-stream'),
    path: z.string().min(1).max(4096).optional(),
    base64: base64.optional(),
    voice: z.literal(true).optional(),
  })
  .refine(({ path, base64 }) => (path === undefined) !== (base64 === undefined), {
    error: 'expected either path or base64',
  });

const input = z
  .object({
    id: z.union([name(200), z.number().int().transform(String)]).optional(),
    text: z.string().optional(),
    press: name(200).optional(),
    values: z.record(z.string(), z.string()).optional(),
    user: name(100).optional(),
    role: z.enum(['owner', 'member']).optional(),
    conversation: name(200).optional(),
    files: z.array(fileIn).max(10).optional(),
    clock: z.iso.datetime({ offset: true, error: 'expected an ISO instant such as 2026-11-20T09:00:00Z' }).optional(),
  })
  .refine(({ text, press, clock, files }) => text?.trim() || files?.length || press !== undefined || clock, {
    error: 'expected text, press, files or clock',
  })
  .refine(({ text, press, files }) => press === undefined || (text === undefined && files === undefined), {
    error: 'expected either press or a message, not both',
  });

export type FileIn = z.output<typeof fileIn>;
export type Input = z.output<typeof input>;

/** A line, or what is wrong with it: `id` is what could still be read of whom to answer. */
export type ParsedLine = { input: Input } | { id: string | null; error: CodaError };

/** Reads one line. Fields that are not known are passed over, so that newer programs can speak to an older coda. */
export function parseInput(line: Line): ParsedLine {
  if ('problem' in line) {
    const what = line.problem === 'too_long' ? `is longer than ${MAX_LINE_BYTES} bytes` : 'is not valid UTF-8';
    return { id: null, error: invalid(line.number, what) };
  }
  let value: unknown;
  try {
    value = parseJson(line.text);
  } catch {
    return { id: null, error: invalid(line.number, 'is not valid JSON') };
  }
  const parsed = input.safeParse(value, { error: inputWords });
  if (parsed.success) return { input: parsed.data };
  const [issue] = parsed.error.issues;
  const at = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  return { id: idOf(value), error: invalid(line.number, `was not understood: ${at}${issue?.message}`) };
}

function idOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'string' ? value.id : null;
}

function invalid(line: number, what: string): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: `Line ${line} ${what}.`,
    remedy: 'Send one JSON object a line, such as {"text":"hello"}; docs/jsonl.md has them all.',
  });
}

export interface CommandHint {
  name: string;
  summary: string;
}

export interface FileOut {
  name: string;
  type: string;
  size: number;
  /** Absolute; the file is coda's and must not be changed. */
  path: string;
}

/** A part of what coda says. The `id` names it in later edits and deletes. */
export interface SaidPart {
  type: 'message' | 'edit' | 'reminder' | 'approval' | 'error';
  id: string;
  in_reply_to: string | null;
  conversation: string;
  text: string;
  buttons: { id: string; label: string }[];
  files: FileOut[];
  /** Said while nobody had a terminal open, and read nowhere else since. */
  unread?: true;
}

export type Output =
  | SaidPart
  | { type: 'ready'; name: string; version: string; hint: string; commands: CommandHint[] }
  | { type: 'typing'; conversation: string }
  | { type: 'delete'; id: string; conversation: string }
  | { type: 'error'; code: string; text: string; remedy: string; in_reply_to: string | null; line: number }
  | {
      type: 'done';
      in_reply_to: string | null;
      line: number;
      outcome: 'accepted' | 'duplicate' | 'refused' | 'invalid';
    };

const TYPES: Record<ContentKind, SaidPart['type']> = {
  answer: 'message',
  notice: 'message',
  reminder: 'reminder',
  approval: 'approval',
  error: 'error',
};

export function partLine(
  content: Content,
  at: { id: string; conversation: string; replyTo: string | undefined; files: FileOut[] },
): SaidPart {
  return {
    type: TYPES[content.kind],
    id: at.id,
    in_reply_to: at.replyTo ?? null,
    conversation: at.conversation,
    text: content.text,
    // A button that asks for words could only be pressed without them here, which would use the card up for nothing.
    buttons: (content.buttons ?? []).filter(({ asks }) => !asks).map(({ id, label }) => ({ id, label })),
    files: at.files,
  };
}
