/** A server's answer as a result of coda's: untrusted, and no longer than a turn can use. */
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
  /** The called tool, for people. */
  tool: string;
  artifacts: Pick<Artifacts, 'put'>;
  secrets: Secrets;
}

/** A result of `tools/call`, read without trust. */
export const callResult = z.looseObject({
  // One piece alone is a list of one.
  content: z.preprocess(listed, z.array(z.unknown()).max(1_000)).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
});

function listed(content: unknown): unknown {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return typeof content === 'object' && !Array.isArray(content) ? [content] : content;
}

const text = z.object({ text: z.string() });
const empty = z.object({ type: z.literal('text'), text: z.undefined() });
const type = z.string().max(100).optional().catch(undefined);
const bytes = z.object({ data: z.string(), mimeType: type });
const blob = z.object({ blob: z.string(), mimeType: type });
const link = z.object({ uri: z.string() });
const embedded = z.object({ resource: z.unknown() });

const BASE64 = z.base64();
/** A file written as an address. */
const DATA_URL = /^\s*data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.-]+)*;base64,([A-Za-z0-9+/=\s]+)$/;

const MOST_FILES = 4;
const LONGEST = 150_000;

/** The result of a call. */
export async function resultOf(answered: Answered, raw: z.output<typeof callResult>): Promise<ToolResult> {
  const { server, tool } = answered;
  const { content, isError } = raw;
  const said = textsOf(raw);
  const made = content.map(partOf).flatMap((part) => ('bytes' in part ? [part] : []));
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

/** The texts of a result; without any, its structured content. */
export function textsOf({ content, structuredContent }: z.output<typeof callResult>): string[] {
  const said = content.map(partOf).flatMap((part) => ('text' in part ? [part.text] : []));
  return said.length === 0 && structuredContent !== undefined ? [JSON.stringify(structuredContent)] : said;
}

/** Text of a server as a model is shown it: without what nobody sees, and without secrets of the configuration. */
export function materialOf({ secrets }: Pick<Answered, 'secrets'>, said: readonly string[]): string {
  const whole = secrets.hide(cleaned(said.join('\n\n')));
  return whole.length <= LONGEST ? whole : `${whole.slice(0, LONGEST)}\n${texts.cut(whole.length - LONGEST)}`;
}

function headOf({ server, tool }: Answered, characters: number): string {
  return characters === 0 ? texts.nothing(server, tool) : texts.answered(server, tool, characters);
}

type Part = { text: string } | FilePart;

interface FilePart {
  bytes: string;
  type: string;
}

/** The file that a text holds in Base64, alone or as an address. */
function fileIn(data: string, mimeType?: string): FilePart | undefined {
  const [, named, inUrl] = DATA_URL.exec(data) ?? [];
  const written = (inUrl ?? data).replace(/\s+/g, '');
  if (!BASE64.safeParse(written).success) return undefined;
  return { bytes: written, type: named ?? mimeType ?? 'application/octet-stream' };
}

/** A piece of a result or a resource; what is none of the known kinds is shown as it is. */
export function partOf(value: unknown): Part {
  const inside = embedded.safeParse(value);
  if (inside.success) return partOf(inside.data.resource);
  const plain = text.safeParse(value);
  if (plain.success) return pictureIn(plain.data.text) ?? { text: plain.data.text };
  if (empty.safeParse(value).success) return { text: '' };
  const [data, binary] = [bytes.safeParse(value).data, blob.safeParse(value).data];
  const file = (data && fileIn(data.data, data.mimeType)) ?? (binary && fileIn(binary.blob, binary.mimeType));
  if (file) return file;
  const linked = link.safeParse(value).data;
  if (linked) return pictureIn(linked.uri) ?? { text: linked.uri };
  return { text: shorten(JSON.stringify(value) ?? '', 1_000) };
}

/** A picture that is written as an address; to read one as text helps nobody. */
function pictureIn(text: string): FilePart | undefined {
  return /^\s*data:image\//.test(text) ? fileIn(text) : undefined;
}

async function fileOf({ artifacts, tool }: Answered, { bytes: data, type }: FilePart, index: number): Promise<FileRef> {
  const stored = await artifacts.put(Buffer.from(data, 'base64'));
  const ending = /^image\/(png|jpeg|gif|webp)$/.exec(type.replace(/jpg$/, 'jpeg'))?.[1] ?? 'bin';
  const name = `${tool.replace(/[^\w-]/g, '_').slice(0, 80)}-${index + 1}.${ending}`;
  return { name, type, size: stored.size, hash: stored.hash };
}
