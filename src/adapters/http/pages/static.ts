/** Files that pages load: they ship with coda as they are. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { packageRoot } from '../../../base/root.ts';
import { type AnyRoute, route } from '../../../chat/index.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Under an address that changes with the content, so that it is kept for a year. */
const KEPT = { 'Cache-Control': 'public, max-age=31536000, immutable' };

/** Read when the first page is shown. */
export class StaticFiles {
  private read: { version: string; files: ReadonlyMap<string, Buffer> } | undefined;

  /** Address of the file for pages. */
  url(name: string): string {
    return `/web/${this.all().version}/${name}`;
  }

  route(): AnyRoute {
    return route({
      method: 'GET',
      path: '/web/:version/:name',
      page: true,
      summary: 'A file that pages load.',
      params: z.object({ version: z.string(), name: z.string() }),
      handle: ({ params: { version, name } }) => {
        const all = this.all();
        const bytes = all.files.get(name);
        if (!bytes)
          throw new CodaError('HTTP_NOT_FOUND', { message: 'There is no such file.', remedy: 'Reload the page.' });
        const type = TYPES[extname(name)] ?? 'application/octet-stream';
        return { headers: version === all.version ? KEPT : {}, body: { bytes, type } };
      },
    });
  }

  private all() {
    this.read ??= readAll(join(packageRoot(), 'assets', 'web'));
    return this.read;
  }
}

function readAll(folder: string) {
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  const hash = createHash('sha256');
  for (const [name, bytes] of files) hash.update(name).update(bytes);
  return { version: hash.digest('hex').slice(0, 12), files };
}
