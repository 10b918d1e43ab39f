import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { packageRoot } from '../../../base/root.ts';
import { type AnyRoute, type Caller, type HttpAnswer, route } from '../../../chat/index.ts';
import { h, type Markup, toHtml } from './markup.ts';

export interface PageContent {
  title: string;
  path?: string;
  caller?: Caller | undefined;
  script?: string;
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body: readonly Markup[];
}

/** Scripts and styles come from files of coda's own only, and no script can make markup of a text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export interface NavLink {
  path: string;
  label: string;
}

export class Layout {
  private readonly files: Pick<StaticFiles, 'url'>;
  private readonly links: (caller: Caller) => readonly NavLink[];

  constructor(files: Pick<StaticFiles, 'url'>, links: (caller: Caller) => readonly NavLink[]) {
    this.files = files;
    this.links = links;
  }

  page({ title, path, caller, script, status = 200, headers = {}, body }: PageContent): HttpAnswer {
    const { files } = this;
    const head = [
      h('meta', { charset: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('title', {}, `${title} · coda`),
      h('link', { rel: 'icon', href: files.url('icon.svg'), type: 'image/svg+xml' }),
      h('link', { rel: 'stylesheet', href: files.url('coda.css') }),
      script !== undefined && h('script', { type: 'module', src: files.url(script) }),
    ];
    const content = h(
      'body',
      {},
      h('a', { class: 'skip', href: '#main' }, 'Skip to the content'),
      caller && this.header(caller, path),
      h('main', { id: 'main', tabindex: -1 }, body),
    );
    const text = `<!doctype html>${toHtml(h('html', { lang: 'en' }, h('head', {}, head), content))}`;
    return {
      status,
      // Without a referrer a form's request would not say where it comes from either.
      headers: { 'Content-Security-Policy': POLICY, 'Referrer-Policy': 'same-origin', ...headers },
      body: { text, type: 'text/html; charset=utf-8' },
    };
  }

  private header(caller: Caller, path: string | undefined): Markup {
    const links = this.links(caller).map((link) =>
      h('a', { href: link.path, 'aria-current': link.path === path && 'page' }, link.label),
    );
    const out = h('form', { method: 'post', action: '/close' }, h('button', { class: 'quiet' }, 'Sign out'));
    return h('header', {}, h('nav', { 'aria-label': 'Pages' }, links), out);
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Under an address that changes with the content, so that it is kept for a year. */
const KEPT = { 'Cache-Control': 'public, max-age=31536000, immutable' };

export class StaticFiles {
  private read: { version: string; files: ReadonlyMap<string, Buffer> } | undefined;

  url(name: string): string {
    return `/web/${this.assets().version}/${name}`;
  }

  route(): AnyRoute {
    return route({
      method: 'GET',
      path: '/web/:version/:name',
      page: true,
      summary: 'A file that pages load.',
      params: z.object({ version: z.string(), name: z.string() }),
      answerRequest: ({ params: { version, name } }) => {
        const all = this.assets();
        const bytes = all.files.get(name);
        if (!bytes)
          throw new CodaError('HTTP_NOT_FOUND', { message: 'There is no such file.', remedy: 'Reload the page.' });
        const type = TYPES[extname(name)] ?? 'application/octet-stream';
        return { headers: version === all.version ? KEPT : {}, body: { bytes, type } };
      },
    });
  }

  private assets() {
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
