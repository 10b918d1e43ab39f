/** Pages, feeds, calendars, files, hooks and MCP tools that are looked at by a rule. */

import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { condition } from '../../../src/skills/scheduler/watch/rule.ts';
import { readNow } from '../../../src/skills/scheduler/watch.ts';
import { mayRead } from '../../../src/skills/web/page/robots.ts';
import { hooksOf } from '../../support/hooks.ts';
import { type Play, type PlayedPerson, play } from '../../support/play.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { Internet } from '../web/internet.ts';

let internet: Internet;
let coda: Play;
let ana: PlayedPerson;
let model: ScriptedModel;
const at = (path: string) => `http://127.0.0.22:${internet.port}${path}`;
const page = (...paragraphs: string[]) =>
  `<!doctype html><html><body><main>${paragraphs.map((each) => `<p>${each}</p>`).join('')}</main></body></html>`;
const LONG = 'A kettle of steel that holds a litre and a half, with a lid that whistles when the water boils at last.';

const MEMORY = 'You keep the long-term memory';
const asked = () => model.requests.filter(({ system }) => !system.startsWith(MEMORY)).length;

beforeAll(async () => {
  internet = await Internet.open();
  model = new ScriptedModel(() => ['A model said this.']);
  coda = await play({
    at: '2026-11-20T08:00:00Z',
    model,
    config: {
      'egress.i_understand_private': [{ network: '127.0.0.22/32', port: internet.port }],
      'models.default': undefined,
    },
  });
  ana = coda.person('ana');
});
afterAll(async () => {
  await coda[Symbol.asyncDispose]();
  await internet[Symbol.asyncDispose]();
});

/** What was told since `before`, by the words of it. */
const since = (before: number) =>
  ana
    .seen()
    .slice(before)
    .map(({ text }) => text);

describe('a page', () => {
  test('is told by its paragraphs that have changed, politely', async () => {
    internet.serve('/kettle', page(LONG, 'Price: 49,90 €', 'In stock'));
    expect(await ana.says(`/schedule every hour page ${at('/kettle')} --title kettle`)).toContain('No model is asked.');
    const priced = await ana.says(
      `/schedule every hour page ${at('/kettle')} price --below 40 --after price --title price`,
    );
    // A rule does not wait for long for a machine that is slow.
    expect(priced).toMatch(/It is 49\.9 now\.|I could not read it now\./);
    const before = ana.seen().length;
    await coda.passes({ hours: 2 });
    expect(since(before)).toEqual([]);
    internet.serve('/kettle', page(LONG, 'Price: 39,90 €', 'In stock'));
    const requests = internet.requests.filter(({ path }) => path === '/kettle').length;
    await coda.passes({ hours: 3 });
    // Two rules of one address are one request each time.
    expect(internet.requests.filter(({ path }) => path === '/kettle').length - requests).toBe(3);
    const told = since(before);
    expect(told).toHaveLength(2);
    expect(told.find((text) => text.includes('kettle'))).toContain('Price: 39,90 €');
    expect(told.find((text) => text.includes('kettle'))).not.toContain('whistles');
    expect(told.find((text) => text.includes('“price”'))).toContain('39,90');
    expect(await ana.says(`/schedule every minute page ${at('/kettle')}`)).toContain('too often');
    for (const _ of [1, 2]) await ana.says('/schedules delete 1');
  });

  test('is not sent again while it has not changed', async () => {
    let [tag, sent, unchanged] = ['"1"', 0, 0];
    let price = '49 €';
    const answer = (type: string, body: () => string) => (response: ServerResponse) => {
      if (response.req.headers['if-none-match'] === tag) {
        unchanged++;
        return void response.writeHead(304, { etag: tag }).end();
      }
      sent++;
      return void response.writeHead(200, { 'content-type': type, etag: tag }).end(body());
    };
    internet.serve(
      '/tagged',
      answer('text/html', () => page(LONG, `Price: ${price}`)),
    );
    internet.serve(
      '/tagged.atom',
      answer(
        'application/atom+xml',
        () =>
          `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>${price}</id><title>${price}</title></entry></feed>`,
      ),
    );
    await ana.says(`/schedule every hour page ${at('/tagged')} --changed --title tagged`);
    await ana.says(`/schedule every hour feed ${at('/tagged.atom')} --title tagged-feed`);
    const before = ana.seen().length;
    await coda.passes({ hours: 5 });
    expect([sent, unchanged, since(before)]).toEqual([2, 8, []]);
    [tag, price] = ['"2"', '39 €'];
    await coda.passes({ hours: 2 });
    expect([sent, unchanged]).toEqual([4, 10]);
    expect(since(before).toSorted()).toEqual([expect.stringContaining('39 €'), expect.stringContaining('39 €')]);
    for (const _ of [1, 2]) await ana.says('/schedules delete 1');
  });

  test('that is away is told once, and that it is back', async () => {
    let status = 200;
    internet.serve(
      '/away',
      (response: ServerResponse) => void response.writeHead(status, { 'content-type': 'text/html' }).end(page(LONG)),
    );
    await ana.says(`/schedule every hour page ${at('/away')} --title away`);
    const before = ana.seen().length;
    await coda.passes({ hours: 1 });
    status = 503;
    await coda.passes({ hours: 4, minutes: 1 });
    expect(since(before)).toHaveLength(1);
    expect(since(before)[0]).toMatch(/“away” fails/);
    expect(await ana.says('/schedules')).toMatch(/away.*4 failures in a row/);
    status = 200;
    await coda.passes({ hours: 2 });
    expect(ana.heard('“away” works again')).toHaveLength(1);
    await ana.says('/schedules delete 1');
  });

  test('is not read where robots.txt asks for that', async () => {
    internet.serve('/robots.txt', 'User-agent: *\nDisallow: /secret\n', 'text/plain');
    internet.serve('/secret', page(LONG));
    await coda.passes({ days: 1, hours: 1 });
    await ana.says(`/schedule every hour page ${at('/secret')}`);
    await coda.passes({ hours: 3 });
    expect(ana.heard('robots.txt')).toHaveLength(1);
    expect(internet.requests.some(({ path }) => path === '/secret')).toBe(false);
    await ana.says('/schedules delete 1');
  });

  test.each([
    ['User-agent: *\nDisallow: /', '/a', false],
    ['User-agent: *\nDisallow: /a\nAllow: /a/b', '/a/b/c', true],
    ['User-agent: *\nDisallow:', '/a', true],
    ['User-agent: coda\nDisallow: /x\n\nUser-agent: *\nDisallow: /', '/a', true],
    ['User-agent: other\nUser-agent: CODA\nDisallow: /x # no\n', '/x', false],
    ['User-agent: *\nDisallow: /*.pdf$', '/a.pdf', false],
    ['User-agent: *\nDisallow: /*.pdf$', '/a.pdf?x', true],
    ['User-agent: *\nDisallow: /*?s=', '/find?s=1', false],
    ['', '/a', true],
  ])('by %j: %s %s', (robots, path, may) => {
    expect(mayRead(robots, path)).toBe(may);
  });

  test('by the first thousand rules of the groups that mean coda, behind however many names of others', () => {
    const others = 'User-agent: other\n'.repeat(6_000);
    expect(mayRead(`${others}Disallow: /\nUser-agent: *\nDisallow: /b`, '/b')).toBe(false);
    expect(mayRead(`${others}User-agent: coda\nDisallow: /b`, '/b')).toBe(false);
    const rules = Array.from({ length: 1_001 }, (_, nth) => `Disallow: /${nth}/`);
    expect(mayRead(`User-agent: *\n${rules.join('\n')}`, '/999/')).toBe(false);
    expect(mayRead(`User-agent: *\n${rules.join('\n')}`, '/1000/')).toBe(true);
  });
});

describe('a feed, a calendar', () => {
  const entry = (id: string, title: string) =>
    `<entry><id>${id}</id><title>${title}</title><link href="${at(`/${id}`)}"/></entry>`;
  const feed = (...entries: string[]) =>
    `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>${entries.join('')}</feed>`;

  test('tells what is new in it, and asks a model only where the rule says so, within its budget', async () => {
    internet.serve('/feed', feed(entry('1', 'one')), 'application/atom+xml');
    await ana.says(`/schedule every hour feed ${at('/feed')} --title plain`);
    await ana.says(`/schedule every hour feed ${at('/feed')} --title told --ask say it in a word --budget 0.5`);
    const [before, calls] = [ana.seen().length, asked()];
    await coda.passes({ hours: 1 });
    internet.serve('/feed', feed(entry('2', 'two @everyone'), entry('1', 'one')), 'application/atom+xml');
    await coda.passes({ hours: 2 });
    expect(since(before)).toHaveLength(2);
    expect(ana.heard('two @everyone')).toHaveLength(1);
    expect(ana.heard('A model said this.')).toHaveLength(1);
    expect(asked() - calls).toBe(1);
    expect(await ana.says('/schedules')).toContain('a model for at most 0.5 a day');
    // It has cost what it may: the next one comes without a model.
    await coda.database().run('test.spend', 'update schedule_runs set cost = 0.5 where turn_id is not null');
    internet.serve('/feed', feed(entry('3', 'three')), 'application/atom+xml');
    await coda.passes({ hours: 1 });
    expect(asked() - calls).toBe(1);
    expect(ana.heard('No model said this')).toHaveLength(1);
    expect(await ana.says('/schedules')).toContain('cost 0.5000 in 30 days');
    for (const _ of [1, 2]) await ana.says('/schedules delete 1');
  });

  test('tells an appointment at its time before it, series and days that are left out included', async () => {
    const begin =
      'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Stand\r\n up\r\nDTSTART;TZID=Europe/Berlin:20261123T100000\r\n';
    const series =
      'RRULE:FREQ=DAILY;COUNT=4\r\nEXDATE;TZID=Europe/Berlin:20261124T100000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';
    internet.serve('/cal.ics', `${begin}${series}`, 'text/calendar');
    await coda.moveTo(new Date('2026-11-22T20:00:00Z'));
    await ana.says(`/schedule every 6 hours calendar ${at('/cal.ics')} 20 --title meetings`);
    const before = ana.seen().length;
    // 10:00 in Berlin is 9:00 UTC.
    await coda.moveTo(new Date('2026-11-23T08:39:00Z'));
    expect(since(before)).toEqual([]);
    await coda.moveTo(new Date('2026-11-23T08:41:00Z'));
    expect(since(before)).toHaveLength(1);
    expect(since(before)[0]).toContain('10:00: Standup');
    await coda.moveTo(new Date('2026-11-28T08:00:00Z'));
    expect(since(before)).toHaveLength(3);
    await ana.says('/schedules delete 1');
  });
});

describe('a hook', () => {
  test('is looked at when it is sent something, in its field, and by a rule with a memory', async () => {
    await hooksOf(coda).add({
      name: 'washer',
      person: 'ana',
      kind: 'watch',
      allow_unsigned: true,
      template: { text: 'x' },
    });
    expect(await ana.says('/schedule hook washer.power --below 5 --times 3 --title washing')).toContain(
      'whenever the hook washer is sent something',
    );
    const before = ana.seen().length;
    const send = async (power: unknown, nth = Math.random()) => {
      await hooksOf(coda).takeLocal('washer', Buffer.from(JSON.stringify({ power, nth })), undefined);
      await coda.passes({ minutes: 1 });
    };
    for (const power of [400, 3, 900, 2, 2]) await send(power);
    expect(since(before)).toEqual([]);
    await send('1.5 W');
    await send(0);
    // A payload without the field says nothing.
    await hooksOf(coda).takeLocal('washer', Buffer.from('{"other":1}'), undefined);
    await coda.app.whenSettled();
    expect(since(before)).toHaveLength(1);
    expect(since(before)[0]).toContain('1.5 W');
    await ana.says('/schedules off washing');
    for (const power of [400, 400, 400, 1, 1, 1]) await send(power);
    expect(since(before)).toHaveLength(2);
    await ana.says('/schedules on washing');
    for (const power of [400, 400, 400, 1, 1, 1]) await send(power);
    expect(ana.heard('“washing”:')).toHaveLength(2);
    expect(await coda.count("inbox where key like 'webhook:%'")).toBe(0);
    await ana.says('/schedules delete washing');
  });
});

test('what a hook is sent without the field is said once where it never came, and a group is no number', async () => {
  await hooksOf(coda).add({
    name: 'meter',
    person: 'ana',
    kind: 'watch',
    allow_unsigned: true,
    template: { text: 'x' },
  });
  await ana.says('/schedule hook meter.power --above 5 --title typo');
  await ana.says('/schedule hook meter.data --above 5 --title group');
  const before = ana.seen().length;
  for (const nth of [1, 2, 3, 4]) {
    await hooksOf(coda).takeLocal('meter', Buffer.from(JSON.stringify({ data: { power: 900 }, nth })), undefined);
    await coda.passes({ minutes: 1 });
  }
  expect(since(before)).toHaveLength(2);
  expect(ana.heard('there is no field “power”')).toHaveLength(1);
  expect(ana.heard('a group of values and no number')).toHaveLength(1);
  for (const title of ['typo', 'group']) await ana.says(`/schedules delete ${title}`);
});

test('a file that is not there, and a number that is not, are said when the rule is made', async () => {
  internet.serve('/words', '<html><body><main><p>sold out, come back later</p></main></body></html>', 'text/html');
  expect(await ana.says(`/schedule every hour page ${at('/words')} --below 5 --title words`)).toMatch(
    /There is no number in it now\.|I could not read it now\./,
  );
  expect(await ana.says('/schedule every hour file house/none.log --lacks done --title none')).toContain(
    'It is not there now:',
  );
  for (const title of ['words', 'none']) await ana.says(`/schedules delete ${title}`);
});

test('a hook that is not there, or somebody else’s, is said when the rule is made', async () => {
  expect(await ana.says('/schedule hook nowhere.power --above 5 --title none')).toContain(
    'There is no hook nowhere now; an owner makes it with `coda hooks add nowhere`.',
  );
  await coda.person('bo').says('hello');
  const template = { text: 'x' };
  await hooksOf(coda).add({ name: 'bos', person: 'bo', kind: 'watch', allow_unsigned: true, template });
  expect(await ana.says('/schedule hook bos.power --above 5 --title other')).toContain('is somebody else');
  for (const title of ['none', 'other']) await ana.says(`/schedules delete ${title}`);
});

test.each([
  [{ is: 'below', number: 40, after: 'price' }, 'It is 49.9 now.'],
  [{ is: 'above', number: 40, after: 'stock' }, 'There is no number behind “stock” now.'],
  [{ is: 'contains', text: 'stock' }, undefined],
])('a page is read when a rule %o is made: %s', async (rule, said) => {
  const pages = { readText: () => Promise.resolve({ ok: true, text: 'Price: 49,90 €\n\nIn stock' }) };
  const tooling = { pages } as unknown as Parameters<typeof readNow>[0];
  const wanted = { source: { kind: 'web_watch' as const, url: 'https://shop.example' }, rule: condition.parse(rule) };
  const ctx = { signal: new AbortController().signal } as Parameters<typeof readNow>[2];
  expect(await readNow(tooling, wanted, ctx)).toBe(said);
});

test.each([
  ['de', 'It is 1,299 now.'],
  ['en', 'It is 1.299 now.'],
])('a number is read in the language of its page: %s', async (language, said) => {
  const html = `<html lang="${language}"><body><main><h1>Ana</h1><p>Marke 1.299</p></main></body></html>`;
  internet.serve(`/miles-${language}`, html, 'text/html');
  const line = `/schedule every hour page ${at(`/miles-${language}`)} --above 5000 --after Marke --title miles`;
  expect(await ana.says(line)).toContain(said);
  await ana.says('/schedules delete miles');
});

test('a value that a flag does not take is refused by the name of the flag', async () => {
  const line = `/schedule every hour page ${at('/kettle')}`;
  for (const [flags, says] of [
    ['--between 8-20', '--between: expected two times such as 08:00-20:00.'],
    ['--between 08:00', '--between: expected two times such as 08:00-20:00.'],
    ['--times 0', '--times: expected at least 1.'],
    ['--days someday', '--days: expected monday'],
    ['--days', '--days: expected at least 1 entry.'],
    ['--digest 8', '--digest: expected a time such as 08:00.'],
    ['--budget 0', '--budget: expected at least 0.001.'],
    ['--missed never', '--missed: expected latest, skip or each.'],
    ['--escalate', '--escalate: is empty; expected text.'],
    [`${'x'.repeat(300)} --changed`, 'The words behind the address: expected at most 200 characters.'],
  ] as const)
    expect(await ana.says(`${line} ${flags}`)).toContain(says);
  for (const source of ['feed shop', 'hook washer', 'mcp ci'])
    expect(await ana.says(`/schedule every hour ${source} --contains x`)).toContain(
      'I cannot tell what is to be looked at.',
    );
  expect(await ana.says('/schedule every hour calendar https://x.example/a.ics 99999')).toContain(
    'The minutes before an appointment: expected at most 10080.',
  );
  await ana.says(`${line} --title wrong`);
  expect(await ana.says('/schedules change wrong --between 08:00')).toContain('--between: expected two times');
  expect(await ana.says('/schedules change wrong --digest 8')).toContain('--digest: expected a time');
  expect(await ana.says('/schedules change wrong --budget 1')).toContain('There is no --budget.');
  await ana.says('/schedules delete wrong');
});

test('a rule is a schedule like any other: changed, taken back, erased', async () => {
  await ana.says(`/schedule every hour page ${at('/kettle')} --title mine`);
  expect(await ana.says('/schedules delete mine')).toContain('Deleted');
  expect(await ana.says('/undo')).toContain('as it was before');
  expect(await ana.says('/schedules')).toMatch(/mine.*read http.*when it has changed|mine.*read http/);
  await ana.says('/schedules run mine');
  expect(
    await coda.count(`schedule_runs r join person_schedules s on s.id = r.schedule_id where s.title = 'mine'`),
  ).toBe(1);
});

test('rules of a person who is no longer heard look at nothing', async () => {
  await ana.says(`/schedule every hour page ${at('/lost')} --title lost`);
  internet.serve('/lost', page(LONG));
  const role = (name: string) => coda.database().run('test.role', 'update persons set role = $1', [name]);
  const requests = () => internet.requests.filter(({ path }) => path === '/lost').length;
  await role('guest');
  await coda.passes({ hours: 2 });
  expect(requests()).toBe(0);
  expect(await coda.count("schedule_runs where state = 'cancelled'")).toBeGreaterThan(1);
  await role('owner');
  await coda.passes({ hours: 1 });
  expect(requests()).toBe(1);
});

test('a run whose rule became a prompt meanwhile ends, and its schedule comes again', async () => {
  await ana.says(`/schedule every hour page ${at('/turned')} --title turned`);
  const db = coda.database();
  internet.serve('/turned', (response: ServerResponse) => {
    void db
      .run('test.edit', "update person_schedules set watch = null, prompt = 'hello' where title = 'turned'")
      .then(() => response.writeHead(200, { 'content-type': 'text/html' }).end(page(LONG)));
  });
  await ana.says('/schedules run turned');
  await coda.app.whenSettled();
  const own = "schedule_runs r join person_schedules s on s.id = r.schedule_id where s.title = 'turned'";
  expect(await coda.count(`${own} and r.state = 'cancelled'`)).toBe(1);
  const calls = asked();
  await coda.passes({ hours: 1 });
  expect(asked() - calls).toBe(1);
  expect(await coda.count(`${own} and s.running is not null`)).toBe(0);
});

test('a rule of a model that cannot be set is refused, and nobody is asked about it', async () => {
  const source = { kind: 'mcp', server: 'kitchen', tool: 'read', input: {} };
  const model = new ScriptedModel([{ call: 'schedule_watch', input: { when: 'every hour', source } }], ['It is none.']);
  await using own = await play({ at: '2026-11-20T08:00:00Z', model });
  const bo = own.person('bo', { role: 'owner' });
  expect(await bo.says('tell me when the oven is hot')).toBe('It is none.');
  expect(bo.seen().flatMap(({ buttons }) => buttons)).toEqual([]);
  expect(await own.count('person_schedules')).toBe(0);
});

test('a model changes a rule when its person has said yes to that; they themselves change it at once', async () => {
  const change = { call: 'schedule_edit', input: { which: 'kettle', rule: { is: 'below', number: 30 } } };
  const wanted = 'only below thirty, please';
  await using own = await play({
    at: '2026-11-20T08:00:00Z',
    model: new ScriptedModel(({ messages, ...request }) => {
      const isAsked = messages.at(-1)?.role === 'user' && !request.system.startsWith(MEMORY);
      return isAsked && lastSaid({ messages, ...request }).includes(wanted) ? [change] : ['Done.'];
    }),
  });
  const bo = own.person('bo', { role: 'owner' });
  const rules = (number: number) => own.count(`person_schedules where (watch -> 'rule' ->> 'number')::int = ${number}`);
  await bo.says('/schedule every hour page https://shop.example/kettle --below 40 --title kettle');
  await bo.says(wanted);
  expect([await rules(40), await rules(30)]).toEqual([1, 0]);
  await bo.presses('Approve');
  expect([await rules(40), await rules(30)]).toEqual([0, 1]);
  await bo.says('/schedules');
  await bo.says('/schedules change 1 --below 20');
  expect(await rules(20)).toBe(1);
});
