/** What a server answers, as a result of coda's: untrusted, and no longer than a turn can use. */
import { z } from 'zod';
import { done, type ToolResult } from '../../agent/index.ts';
import type { Secrets } from '../../base/log.ts';
import { shorten } from '../../base/text.ts';
import type { FileRef } from '../../delivery/index.ts';
import { isPicture } from '../../sandbox/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import { cleaned } from './offer.ts';
import { texts } from './texts.ts';

export interface Answered {
  server: string;
  /** What was called, for people. */
  tool: string;
  artifacts: Pick<Artifacts, 'put'>;
  secrets: Secrets;
}

/** A result of `tools/call`, read without trust. */
export const callResult = z.looseObject({
  content: z.array(z.unknown()).max(1_000).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
});

const text = z.object({ text: z.string() });
const bytes = z.object({ data: z.base64(), mimeType: z.string().max(100).default('application/octet-stream') });
const blob = z.object({ blob: z.base64(), mimeType: z.string().max(100).default('application/octet-stream') });
const link = z.object({ uri: z.string() });
const embedded = z.object({ resource: z.unknown() });

const MOST_FILES = 4;
const LONGEST = 150_000;

/** The result of a call. */
export async function resultOf(answered: Answered, raw: z.output<typeof callResult>): Promise<ToolResult> {
  const { server, tool } = answered;
  const { content, structuredContent, isError } = raw;
  const parts = content.map(partOf);
  const said = parts.flatMap((part) => ('text' in part ? [part.text] : []));
  if (said.length === 0 && structuredContent !== undefined) said.push(JSON.stringify(structuredContent));
  const made = parts.flatMap((part) => ('bytes' in part ? [part] : []));
  const files = await Promise.all(made.slice(0, MOST_FILES).map((part, index) => fileOf(answered, part, index)));
  if (made.length > MOST_FILES) said.push(texts.tooManyFiles(made.length - MOST_FILES));
  for (const { name, size } of files) said.push(texts.file(name, size));
  const material = materialOf(answered, said);
  const head = isError ? texts.reported(server, tool) : headOf(answered, material.length);
  return done(head, {
    tainted: true,
    ...(material !== '' && { material }),
    ...(files.length > 0 && { kept: files, pictures: files.filter(({ name }) => isPicture(name)) }),
  });
}

/** Text of a server as a model is shown it: without what nobody sees, and without secrets of the configuration. */
export function materialOf({ secrets }: Pick<Answered, 'secrets'>, said: readonly string[]): string {
  const whole = secrets.hide(cleaned(said.join('\n\n')));
  return whole.length <= LONGEST ? whole : `${whole.slice(0, LONGEST)}\n${texts.cut(whole.length - LONGEST)}`;
}

function headOf({ server, tool }: Answered, characters: number): string {
  return characters === 0 ? texts.nothing(server, tool) : texts.answered(server, tool, characters);
}

type Part = { text: string } | { bytes: string; type: string };

/** A piece of a result or a resource; what is none of the known kinds is shown as it is. */
export function partOf(value: unknown): Part {
  const inside = embedded.safeParse(value);
  if (inside.success) return partOf(inside.data.resource);
  const plain = text.safeParse(value);
  if (plain.success) return { text: plain.data.text };
  const file = bytes.safeParse(value);
  if (file.success) return { bytes: file.data.data, type: file.data.mimeType };
  const binary = blob.safeParse(value);
  if (binary.success) return { bytes: binary.data.blob, type: binary.data.mimeType };
  const linked = link.safeParse(value);
  return { text: linked.success ? linked.data.uri : shorten(JSON.stringify(value) ?? '', 1_000) };
}

async function fileOf(
  { artifacts, tool }: Answered,
  { bytes: data, type }: { bytes: string; type: string },
  index: number,
): Promise<FileRef> {
  const stored = await artifacts.put(Buffer.from(data, 'base64'));
  const ending = /^image\/(png|jpeg|gif|webp)$/.exec(type)?.[1] ?? 'bin';
  const name = `${tool.replace(/[^\w-]/g, '_').slice(0, 80)}-${index + 1}.${ending}`;
  return { name, type, size: stored.size, hash: stored.hash };
}
