/** Layout of all pages. */
import type { Caller, HttpAnswer } from '../../../chat/index.ts';
import { h, type Markup, toHtml } from './markup.ts';
import type { StaticFiles } from './static.ts';

export interface PageContent {
  title: string;
  /** The page's own link in the navigation. */
  path?: string;
  /** The signed-in caller. */
  caller?: Caller | undefined;
  /** A file of `assets/web`. */
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

/** A link at the top of every page. */
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
