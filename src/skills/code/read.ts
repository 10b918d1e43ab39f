import { z } from 'zod';
import { type AnyTool, done, failed, filesNamed, lookAt, outsideTool, type ToolResult } from '../../agent/index.ts';
import type { FileRef } from '../../delivery/index.ts';
import { isPicture, typeOf } from '../../sandbox/index.ts';
import * as texts from './texts.ts';
import { type CodeDeps, relative, workspaceOf } from './tools.ts';

/** Characters of a page. */
const PAGE = 6_000;
const MOST_READ_BYTES = 64 * 1024;
const MOST_PICTURE = 8 * 1024 * 1024;

export function readTool(deps: CodeDeps): AnyTool {
  const { artifacts, database } = deps;
  return outsideTool({
    name: 'file_read',
    group: 'code',
    description:
      'Reads a text file of /workspace, shows you a picture there, or reads on in kept output by its name. Where the answer is truncated, read on from `next` (a byte).',
    effect: 'fetch',
    effectOf: () => 'read',
    does: ['file_read'],
    callers: deps.isOn ? undefined : 'buttons',
    display: { as: 'hidden' },
    outlasts: true,
    timeoutMs: 60_000,
    input: z.object({ path: z.string().min(1).max(1_024), from: z.int().min(0).default(0) }),
    async run({ path, from }, ctx): Promise<ToolResult> {
      const workspace = workspaceOf(deps, ctx);
      const inside = relative(path);
      if (inside === undefined) return failed('REFUSED', texts.badPath(path));
      const files = await database.tx('artifacts.use', (tx) =>
        filesNamed(tx, { personId: ctx.person.id, conversationId: ctx.conversationId }, [path], ctx.clock.now()),
      );
      const [file] = files;
      const most = isPicture(inside) ? MOST_PICTURE : MOST_READ_BYTES;
      const bytes = await workspace.read(inside, from, most, ctx.signal);
      if (bytes) return shown(path, bytes, from, workspace.tainted);
      if (!file) return failed('NOT_FOUND', texts.noWorkspaceFile(path));
      return shown(path, await partOf(file, from, most), from, file.tainted);
    },
  });

  async function partOf({ hash }: FileRef, from: number, most: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let skip = from;
    let room = most;
    for await (const chunk of (await artifacts.open(hash)) as AsyncIterable<Buffer>) {
      const part = chunk.subarray(skip, skip + room);
      skip = Math.max(skip - chunk.length, 0);
      room -= part.length;
      parts.push(part);
      if (room <= 0) break;
    }
    return Buffer.concat(parts);
  }

  async function shown(path: string, all: Buffer, from: number, tainted: boolean): Promise<ToolResult> {
    const taint = tainted ? { tainted: true } : {};
    const look = isPicture(path) ? lookAt(all) : undefined;
    if (look) {
      const file = { name: path.split('/').at(-1) ?? path, type: typeOf(path), ...(await artifacts.put(all)) };
      return done(texts.picture(path), { pictures: [file], ...taint });
    }
    if (all.includes(0)) return failed('REFUSED', texts.notText(path, all.length));
    return done(JSON.stringify(page(all, from)), taint);
  }
}

function page(bytes: Buffer, from: number) {
  const truncated = bytes.length > PAGE;
  const part = bytes.subarray(0, truncated ? PAGE - cutAt(bytes, PAGE) : PAGE);
  return { content: part.toString('utf8'), truncated, ...(truncated && { next: from + part.length }) };
}

/** Bytes before `end` of a character that goes on behind it; 0 where none does. */
function cutAt(bytes: Buffer, end: number): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[end - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
