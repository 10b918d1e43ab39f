/** nginx and Caddy themselves, with the lines of docs/containers.md: at a name's root, and under a path in both manners. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../../src/base/root.ts';
import { programAt, RealProxy } from '../../support/real-proxy.ts';
import { eventsOf, Programs } from './support.ts';

const PAGE = readFileSync(join(packageRoot(), 'docs/containers.md'), 'utf8');

/** The block of the page that begins with a line. */
function blockOf(first: string): string {
  const block = PAGE.split('```').find((text) => text.replace(/^\w*\n/, '').startsWith(first));
  if (block === undefined) throw new Error(`docs/containers.md shows no block that begins with ${first}`);
  return block.replace(/^\w*\n/, '');
}

const NGINX = blockOf('location / {');
const CADDY = blockOf('coda.example.com {')
  .replace(/^.*\n/, '')
  .replace(/\}\s*$/, '');

const FORMS = [
  ['nginx', '', NGINX],
  ['nginx', '/coda', NGINX.replace('location /', 'location /coda/').replace(':8321;', ':8321/;')],
  ['nginx', '/coda', NGINX.replace('location /', 'location /coda/')],
  ['caddy', '', CADDY],
  ['caddy', '/coda', `redir /coda /coda/\nhandle_path /coda/* {\n${CADDY}\n}`],
  ['caddy', '/coda', `redir /coda /coda/\nhandle /coda/* {\n${CADDY}\n}`],
] as const;

describe.skipIf(programAt('nginx') === '' || programAt('caddy') === '')('coda behind', () => {
  test.each(FORMS)(
    '%s at "%s": signed in, an event at once, large files, and nothing for doctor to say',
    async (kind, prefix, lines) => {
      const front = new RealProxy(kind, lines, prefix);
      const programs = await Programs.begin({ front });
      onTestFinished(() => programs[Symbol.asyncDispose]());
      await front.start();
      const { url } = programs;
      const { origin } = new URL(url);

      const page = await fetch(`${url}/`);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('<script');

      const { code } = await programs.coda.app.sessions.link();
      const ownPage = { Origin: origin, 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' };
      const opened = await fetch(`${url}/v1/session`, {
        method: 'POST',
        headers: ownPage,
        body: JSON.stringify({ code }),
      });
      expect(opened.status).toBe(200);
      const [cookie = '', ...rules] = (opened.headers.get('set-cookie') ?? '').split('; ');
      expect(rules).toContain(`Path=${prefix || '/'}`);
      const me = await fetch(`${url}/v1/me`, { headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' } });
      expect(await me.json()).toMatchObject({ person: { role: 'owner' } });

      const events = eventsOf(await programs.ask('/v1/conversations/main/events'));
      await programs.say('hello');
      expect((await events.next()).value).toBeDefined();
      await events.return(undefined);

      const data = Buffer.alloc(6_000_000, 'a line of text\n').toString('base64');
      const sent = await programs.post('/v1/messages', {
        text: 'keep this',
        files: [{ name: 'long.txt', content_type: 'text/plain', data }],
      });
      expect(sent.status).toBe(200);

      const found = (await programs.coda.app.checks.run()).find(({ name }) => name === 'http address');
      expect(found).toMatchObject({ ok: true, code: 'OK' });
    },
  );
});
