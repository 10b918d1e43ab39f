import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { packageRoot } from '../base/root.ts';
import type { World } from '../base/world.ts';

/** More would crowd out the conversation. Characters. */
const LONGEST = 20_000;

/** A change of the file is seen after this; looking for every message would cost a tenth of it. */
const LOOK_MS = 1_000;

/** Reads how the assistant is to be from `path`, again when the file has changed. Without a file: nothing more. */
export function soulOf(path: string, world: World): () => Promise<string> {
  let read: { file: string; changed: number; text: string } | undefined;
  let looked: { at: number; text: Promise<string> } | undefined;
  const look = async () => {
    for (const file of isAbsolute(path) ? [path] : [join(process.cwd(), path), join(packageRoot(), path)]) {
      try {
        const { mtimeMs: changed } = await stat(file);
        if (read?.file === file && read.changed === changed) return read.text;
        read = { file, changed, text: withoutComments(await readFile(file, 'utf8')).slice(0, LONGEST) };
        return read.text;
      } catch (error) {
        if (isAbsolute(path)) world.log.warn({ file, error: messageOf(error) }, 'assistant.soul file is unreadable');
      }
    }
    return '';
  };
  return async () => {
    const at = performance.now();
    if (!looked || at - looked.at >= LOOK_MS) looked = { at, text: look() };
    return looked.text;
  };
}

/** Removes comments, which are for the person who edits the file and not for the model. */
function withoutComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->/g, '').trim();
}
