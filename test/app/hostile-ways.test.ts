/** Texts that are made to take long, on the ways by which others' words come in: nobody else waits for them. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { entriesOf, entryOfRecord } from '../../src/adapters/http/chats/entries.ts';
import { lookAt } from '../../src/agent/context/pictures/index.ts';
import { carriedBy, done, outsideTool } from '../../src/agent/index.ts';
import { ThinkingStripper } from '../../src/agent/inference/strip-thinking.ts';
import { EventStream } from '../../src/agent/models/service.ts';
import type { Skill } from '../../src/chat/index.ts';
import { zoneNamed } from '../../src/media/calendar/zones.ts';
import { entriesIn } from '../../src/media/readers/appointments.js';
import { plainSamples, soundOf } from '../../src/media/sounds.ts';
import { mayRead } from '../../src/skills/web/page/robots.ts';
import { eventually } from '../support/eventually.ts';
import { hooksOf } from '../support/hooks.ts';
import { HOSTILE_UNITS } from '../support/hostile-units.ts';
import { answer, Faulty, rpc, said } from '../support/mcp/faulty.ts';
import { type Play, play } from '../support/play.ts';
import { type Cost, costOf, FLOOR_MS, growthIn, leastCost } from '../support/processor.ts';
import { type Line, ScriptedModel } from '../support/scripted-model.ts';

/** Each is twice as long as the one before it. */
const LENGTHS = [10_000, 20_000, 40_000] as const;
const LENGTH = LENGTHS[2];
const LONGEST_STRETCH_MS = 250;

const folder = mkdtempSync(join(tmpdir(), 'coda-hostile-'));
let coda: Play;
let model: ScriptedModel;
let service: Faulty;
let pages: Server;
let text = '';
let next: Line[] = [];
let nth = 0;

const outside: Skill = {
  name: 'outside',
  tools: () => [
    outsideTool({
      name: 'outside_look',
      description: 'Looks.',
      effect: 'fetch',
      input: z.object({}),
      run: async () => done('seen', { material: text, tainted: true }),
    }),
  ],
};

beforeAll(async () => {
  service = await Faulty.open();
  pages = createServer(({ url }, response) => {
    const isPage = url?.startsWith('/page');
    response.writeHead(200, { 'content-type': isPage ? 'text/html' : 'text/plain' });
    response.end(isPage ? `<html><body><p>${text}</p></body></html>` : text);
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  model = new ScriptedModel((request) => (request.messages.at(-1)?.role === 'tool' ? ['Done.'] : next));
  coda = await play({
    model,
    skills: [outside],
    config: {
      'access.rate_limit.enabled': false,
      'http.listen': '127.0.0.1:0',
      'mcp.servers': { box: { url: service.url } },
      'skills.agent_skill_dirs': [folder],
      'egress.i_understand_private': [{ network: '127.0.0.1/32', port: portOf(pages) }],
    },
  });
  await ana().says('hello');
  await eventually(async () => (await ana().says('/mcp')).includes('1 tool'));
  await hooksOf(coda).add({ name: 'ci', person: 'ana', allow_unsigned: true, template: { text: '{{ text }}' } });
});
afterAll(async () => {
  await coda[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  pages.closeAllConnections();
  pages.close();
  rmSync(folder, { recursive: true, force: true });
});

const ana = () => coda.person('ana');
const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** What is asked next is answered in words. */
function hears<T>(asked: () => Promise<T>): Promise<T> {
  next = ['Seen.'];
  return asked();
}

async function has(line: Line): Promise<void> {
  next = [line];
  await ana().says('go on');
}

async function putSkill(): Promise<void> {
  mkdirSync(join(folder, 'odd'), { recursive: true });
  writeFileSync(join(folder, 'odd', 'SKILL.md'), `---\nname: odd\ndescription: Odd.\n---\n${text}\n`);
  await ana().says('/rescan-skills');
}

const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  'a page': () => has({ call: 'web_fetch', input: { url: `http://127.0.0.1:${portOf(pages)}/page${++nth}` } }),
  'a page of text': () => has({ call: 'web_fetch', input: { url: `http://127.0.0.1:${portOf(pages)}/text${++nth}` } }),
  'a file': () => hears(() => coda.sends('ana', Buffer.from(text), { name: 'a.txt', type: 'text/plain' })),
  'a tool’s result': () => has({ call: 'outside_look' }),
  'an answer of a model': () => has(text),
  'a webhook': () =>
    hears(() =>
      fetch(`http://127.0.0.1:${coda.app.http?.address?.port}/hooks/ci`, {
        method: 'POST',
        body: JSON.stringify({ text, nth: ++nth }),
        headers: { 'content-type': 'application/json' },
      }).then(() => coda.app.whenSettled()),
    ),
  'a skill': async () => {
    await putSkill();
    await has({ call: 'skill_activate', input: { name: 'odd' } });
  },
  'an answer of an MCP server': () => {
    service.next.push(({ id, response }) => answer(response, 200, rpc({ id, result: said(text) })));
    return has({ call: 'box_go' });
  },
};

/** Readers of others' words beside a conversation, which show nothing of them. */
const READERS: Readonly<Record<string, () => unknown>> = {
  'an entry of a chat': () =>
    entriesOf([{ id: '1', role: 'assistant', text: `a|b\n-|-\n${text}`, at: new Date(0) }], entryOfRecord),
  'a robots.txt': () => mayRead(`User-agent: *\nDisallow: /${text}\n${text}`, `/${text}`),
  'a calendar': () => [...entriesIn(Buffer.from(calendar(text)), {})],
  'a name of a zone': () => zoneNamed(text),
  'a schema of an MCP tool': () => carriedBy({ a: text, [text]: 1 }, { description: text, $ref: `#/${text}` }),
  'a stream of a model': () => new EventStream().take(Buffer.from(`data: ${text}\n\n${text}\n\n`)),
  'an answer of a model in pieces': () => {
    const stripper = new ThinkingStripper();
    for (const sign of text) stripper.add(sign);
  },
  'a picture': () => [
    lookAt(bytesOf('ffd8ff')),
    lookAt(bytesOf('89504e470d0a')),
    lookAt(bytesOf('000000186674797068656963')),
  ],
  'a sound': () => [soundOf(bytesOf('52494646')), plainSamples(bytesOf('52494646'))],
};

const calendar = (words: string) =>
  `BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:19700101T090000Z\nSUMMARY:${words}\n${words}\nEND:VEVENT\n`;
const bytesOf = (start: string) => Buffer.concat([Buffer.from(start, 'hex'), Buffer.from(text)]);

/** Cost of what comes in on a way, in a conversation that begins with it. */
async function costOn(way: () => Promise<unknown>, given: string): Promise<Cost> {
  text = given;
  await ana().says('/new');
  return costOf(way);
}

test.each(Object.keys(WAYS))('%s that is hostile holds nobody up, and takes no more than linear time', async (name) => {
  const way = WAYS[name] ?? (async () => {});
  await costOn(way, `a ${'b'.repeat(LENGTH)}x`);
  // It has come as far as it can: to a model, or from one to its person. A long file may be kept without being shown.
  const shown = JSON.stringify([model.requests.slice(-2), ana().seen().slice(-30)]);
  if (name !== 'a file') expect(shown).toContain('b'.repeat(100));
  expect(await slowIn(way)).toEqual([]);
});

test.each(Object.entries(READERS))('%s that is hostile takes no more than linear time', async (_, read) => {
  expect(await slowIn(async () => read())).toEqual([]);
});

/** Units whose texts hold others up on this way, or take more than linear time. */
async function slowIn(way: () => Promise<unknown>): Promise<string[]> {
  const slow: string[] = [];
  for (const unit of HOSTILE_UNITS) {
    const measure = (length: number) => costOn(way, `a ${unit.repeat(length / unit.length)}x`);
    const first = await measure(LENGTH);
    if (first.totalMs < FLOOR_MS) continue;
    const whole = await leastCost(measure, LENGTH, first);
    if (whole.stretchMs > LONGEST_STRETCH_MS) slow.push(`${JSON.stringify(unit)} at once ${whole.stretchMs}`);
    if (whole.totalMs < FLOOR_MS) continue;
    const costs = await growthIn(measure, LENGTHS);
    if (costs) slow.push(`${JSON.stringify(unit)} ${costs}`);
  }
  return slow;
}
