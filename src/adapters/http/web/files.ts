/** The browser's application: one document under the address of each page, and the files that it loads. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { packageRoot } from '../../../base/root.ts';
import { type AnyRoute, type HttpAnswer, type HttpRequest, route } from '../../../chat/index.ts';
import type { Entrance } from '../requests.ts';

/** Scripts and styles come from files of coda's own only, and no script can make markup of a text. */
const POLICY_PARTS = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  // Its one policy makes the address of the service worker.
  'trusted-types coda',
];

/** Home Assistant shows the application in a frame of its own page, which has the same origin. */
const policy = (isFramed: boolean): string =>
  [...POLICY_PARTS, `frame-ancestors '${isFramed ? 'self' : 'none'}'`].join('; ');

/** The microphone for voice messages, of these pages alone; nothing else of a device. */
const DEVICES = 'microphone=(self), camera=(), display-capture=(), geolocation=(), payment=(), usb=()';

/** First words of the addresses that the application shows. */
const PAGES = ['chat', 'today', 'notes', 'automations', 'skills', 'people', 'activity', 'system', 'open', 'you'];

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};
/** Under an address that changes with the content, so that it is kept for a year. */
const KEPT = { 'Cache-Control': 'public, max-age=31536000, immutable' };
/** A file that keeps its address: a browser asks each time for a newer one. */
const ASKED = { 'Cache-Control': 'no-cache' };

/** The program that draws code and formulas loads its libraries, and reaches nothing else. */
const DRAWER_POLICY = { 'Content-Security-Policy': "default-src 'none'; script-src 'self'" };

interface Assets {
  /** Its address by the name that it has among the sources. */
  names: Readonly<Record<string, string>>;
  files: ReadonlyMap<string, Buffer>;
}

/** Stands in the folder while `npm run web -- --watch` writes into it. */
const WATCHED = '.watched';

/** The files that `npm run build` leaves in `dist/web`; read when the first one is asked for, and for each page while they are watched. */
export class WebFiles {
  private read: Assets | undefined;
  private readonly folder: string;

  constructor(folder = join(packageRoot(), 'dist', 'web')) {
    this.folder = folder;
  }

  routes(): readonly AnyRoute[] {
    const addresses = ['/', ...PAGES.flatMap((page) => [`/${page}`, `/${page}/:id`, `/${page}/:id/:more`])];
    return [
      ...addresses.map((path) => this.document(path)),
      this.file('/web/:name', ({ params: { name } }) => name),
      this.file('/worker.js', () => 'worker.js'),
      this.manifest(),
    ];
  }

  /** The document with another status: it shows by itself what is wrong at its address. `base` needs no escapes (`isPrefix`). */
  shell(status: number, { base, ingress }: Entrance, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
    if (existsSync(join(this.folder, WATCHED))) this.read = undefined;
    const { names } = this.assets();
    const at = (name: string) => `${base}/web/${names[name]}`;
    // Nothing is painted before the script has run: in the other colours than its person's, the page would flash.
    const text =
      '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
      '<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">' +
      '<meta name="color-scheme" content="light dark"><title>coda</title>' +
      `<link rel="icon" href="${at('icon.svg')}" type="image/svg+xml"><link rel="manifest" href="${base}/manifest.json">` +
      `<link rel="stylesheet" href="${at('coda.css')}"><script type="module" blocking="render" src="${at('main.js')}"></script>` +
      `</head><body data-status="${status}" data-base="${base}"><div id="app"></div>` +
      '<noscript>These pages need JavaScript.</noscript></body></html>';
    return {
      status,
      // Without a referrer a form's request would not say where it comes from either.
      headers: {
        'Content-Security-Policy': policy(ingress !== undefined),
        'Permissions-Policy': DEVICES,
        'Referrer-Policy': 'same-origin',
        ...ASKED,
        ...headers,
      },
      body: { text, type: 'text/html; charset=utf-8' },
    };
  }

  private document(path: string): AnyRoute {
    return route({
      method: 'GET',
      path,
      page: true,
      beforeOwner: true,
      summary: 'A page.',
      answerRequest: (request) => this.shell(200, request),
    });
  }

  private file(path: string, nameOf: (request: HttpRequest<{ name: string }>) => string): AnyRoute {
    return route({
      method: 'GET',
      path,
      page: true,
      beforeOwner: true,
      summary: 'A file that pages load.',
      params: z.object({ name: z.string().default('') }),
      answerRequest: (request) => {
        const name = nameOf(request);
        const { files } = this.assets();
        // The supervisor takes the header away that would tell a browser of the compression.
        const isSmall = !request.ingress && /\bbr\b/.test(request.header('accept-encoding') ?? '');
        const compressed = isSmall ? files.get(`${name}.br`) : undefined;
        const bytes = compressed ?? files.get(name);
        if (!bytes) throw new CodaError('HTTP_NOT_FOUND', { message: 'There is no such file.', remedy: RELOAD });
        const type = TYPES[extname(name)] ?? 'application/octet-stream';
        const encoding: Record<string, string> = compressed ? { 'Content-Encoding': 'br' } : {};
        // The worker fetches what it keeps.
        const keeping = path.includes(':') ? KEPT : { ...ASKED, 'Content-Security-Policy': "connect-src 'self'" };
        const policyOfProgram: Record<string, string> = name.startsWith('drawer-') ? DRAWER_POLICY : {};
        return {
          headers: { ...keeping, ...policyOfProgram, Vary: 'Accept-Encoding', ...encoding },
          body: { bytes, type },
        };
      },
    });
  }

  private manifest(): AnyRoute {
    return route({
      method: 'GET',
      path: '/manifest.json',
      page: true,
      beforeOwner: true,
      summary: 'What a device shows of the application that it installs.',
      answerRequest: ({ base }) => {
        const { names } = this.assets();
        const picture = (size: number) => ({
          src: `${base}/web/${names[`icon-${size}.png`]}`,
          sizes: `${size}x${size}`,
          type: 'image/png',
          purpose: 'any maskable',
        });
        return {
          headers: ASKED,
          body: {
            json: {
              name: 'coda',
              short_name: 'coda',
              id: `${base}/`,
              start_url: `${base}/`,
              scope: `${base}/`,
              display: 'standalone',
              background_color: '#ffffff',
              theme_color: '#ffffff',
              icons: [picture(192), picture(512)],
            },
          },
        };
      },
    });
  }

  private assets(): Assets {
    this.read ??= readAssets(this.folder);
    return this.read;
  }
}

const RELOAD = 'Reload the page.';

function readAssets(folder: string): Assets {
  const index = join(folder, 'index.json');
  if (!existsSync(index)) {
    throw new CodaError('HTTP_NOT_FOUND', {
      message: 'The pages have not been built.',
      remedy: 'Run "npm run build" where coda stands, then reload the page.',
    });
  }
  const files = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return {
    names: JSON.parse(readFileSync(index, 'utf8')),
    files: new Map(files.map((name) => [name, readFileSync(join(folder, name))])),
  };
}
