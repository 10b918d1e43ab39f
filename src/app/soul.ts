import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { packageRoot } from '../base/root.ts';
import type { World } from '../base/world.ts';

/** More would crowd out the conversation. Characters. */
const LONGEST = 20_000;

/** Reads how the assistant is to be from `path`, again whenever the file has changed. Without a file: nothing more. */
export function soulOf(path: string, world: World): () => Promise<string> {
  let read: { file: string; changed: number; text: string } | undefined;
  return async () => {
    for (const file of isAbsolute(path) ? [path] : [join(process.cwd(), path), join(packageRoot(), path)]) {
      try {
        const { mtimeMs: changed } = await stat(file);
        if (read?.file === file && read.changed === changed) return read.text;
        read = { file, changed, text: withoutComments(await readFile(file, 'utf8')).slice(0, LONGEST) };
        return read.text;
      } catch (error) {
        if (isAbsolute(path)) world.log.warn({ file, error: messageOf(error) }, 'how I am to be cannot be read');
      }
    }
    return '';
  };
}

/** What is said to the person who edits the file is not said to the model. */
function withoutComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->/g, '').trim();
}
