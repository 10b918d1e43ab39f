import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, eventsOf, Programs } from '../../adapters/http/support.ts';
import { eventually } from '../../support/eventually.ts';
import { Outside } from '../../support/outside.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

const outside = new Outside();
const model = new ScriptedModel((request) => {
  if (request.messages.at(-1)?.role === 'tool') return ['It is done.'];
  const said = lastSaid(request);
  if (said.includes('letter')) return [{ call: 'letter_send', input: { to: 'Max' } }];
  const keep = (text: string) => ({ call: 'note_save', input: { text } });
  return said.includes('both') ? [keep('the key'), keep('the code')] : ['It is done.'];
});

let programs: Programs;
let owner: Browser;
let ben: Browser;
beforeAll(async () => {
  programs = await Programs.begin({ at: '2026-11-20T08:00:00Z', model, skills: [outside.skill] });
  await programs.coda.person('ben', { role: 'member' }).says('hello, this is Ben');
  owner = await programs.browser();
  ben = await programs.browser('ben');
});
afterAll(() => programs[Symbol.asyncDispose]());

interface Person {
  id: string;
  name: string;
  role: string;
  waits_until: string | null;
}

const people = async () => (await owner.get<{ people: Person[] }>('/v1/people')).people;
const personCalled = async (name: string) => (await people()).find((each) => each.name === name);
const lastAct = async () => {
  const { entries } = await owner.get<{
    entries: { subject: string; origin: string; person: object; detail: string }[];
  }>('/v1/audit?limit=1');
  return entries[0];
};

describe('what owners alone may ask for', () => {
  test('is refused to a member, whichever route it is', async () => {
    const routes = programs.coda.app.routes.filter(({ scope, page }) => scope === 'admin' && !page);
    expect(routes.length).toBeGreaterThan(30);
    for (const { method, path } of routes) {
      const at = path.replace(/:\w+/g, '018f2c1e-8a52-7cc4-9d2e-3f6a1b2c4d5e');
      expect(await ben.status(method, at, method === 'GET' ? undefined : {}), `${method} ${path}`).toBe(403);
    }
  });
});

describe('people', () => {
  test('may what they may: with their own things, not with those of others, and what asks first says so', async () => {
    const benHere = await personCalled('ben');
    const may = (query: string) =>
      owner.get<{ outcome: string; because: string }>(`/v1/people/${benHere?.id}/may?${query}`);
    expect(await may('tool=note_delete')).toMatchObject({
      outcome: 'allowed',
      because: expect.stringMatching(/own things/),
    });
    expect(await may('tool=note_delete&whose=others')).toMatchObject({ outcome: 'denied' });
    const letter = await may('tool=letter_send&whose=others');
    expect(letter.outcome).toBe('asks');
    expect(letter.because).not.toMatch(/own things/);
    const { tools } = await owner.get<{ tools: { name: string; does: string; own_things: boolean }[] }>('/v1/tools');
    const told = (name: string) => tools.find((each) => each.name === name);
    expect(told('note_delete')).toMatchObject({ does: 'delete a note', own_things: true });
    expect(told('web_search') ?? told('conversation_search')).toMatchObject({ own_things: false });
    expect(tools.filter(({ does }) => /\byou\b|^[A-Z]/.test(does))).toEqual([]);
    expect(told('memory_delete')?.does).toBe('forget something that coda remembers of the person');
    // What models are shown for both changes of a note has the rights of each.
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['note_edit', 'note_delete']));
    expect(told('note_change')).toBeUndefined();
  });

  test('are let in, given another role, and blocked, each written down with the owner who did it', async () => {
    await programs.coda.hear('carl', 'dm-carl', 'may I come in?', 'guest' as never);
    await programs.coda.app.whenSettled();
    const carl = await personCalled('carl');
    expect(carl).toMatchObject({ role: 'guest', waits_until: expect.any(String) });
    await owner.send('POST', `/v1/people/${carl?.id}/role`, { role: 'member' });
    expect(await personCalled('carl')).toMatchObject({ role: 'member', waits_until: null });
    await owner.send('POST', `/v1/people/${carl?.id}/block`);
    expect(await personCalled('carl')).toMatchObject({ role: 'guest' });
  });

  test('nobody takes their own rights', async () => {
    const me = await owner.get<{ person: Person }>('/v1/me');
    expect(await owner.status('POST', `/v1/people/${me.person.id}/block`)).toBe(409);
  });

  test('a trial says whether somebody may use a tool, and why', async () => {
    const member = await personCalled('ben');
    const tried = (tool: string) =>
      owner.get<{ outcome: string; because: string }>(`/v1/people/${member?.id}/may?tool=${tool}`);
    expect(await tried('note_save')).toMatchObject({ outcome: 'allowed' });
    expect(await tried('letter_send')).toMatchObject({ outcome: 'asks', because: expect.stringContaining('outside') });
    expect(await owner.status('GET', `/v1/people/${member?.id}/may?tool=nothing`)).toBe(404);
  });

  test('a token is shown once, works, and is ended', async () => {
    const { token } = await owner.send<{ token: string }>('POST', '/v1/tokens', { name: 'ci', scopes: ['data'] });
    expect((await programs.ask('/v1/me', { token })).status).toBe(200);
    expect(await lastAct()).toMatchObject({ subject: 'tokens add', origin: 'dashboard', person: { name: 'owner' } });
    const listed = await owner.get<object>('/v1/tokens');
    expect(JSON.stringify(listed)).not.toContain(token);
    await owner.send('DELETE', '/v1/tokens/ci');
    expect((await programs.ask('/v1/me', { token })).status).toBe(401);
  });
});

describe('activity', () => {
  test('shows conversations of everybody, and words of nobody else', async () => {
    const { conversations } = await owner.get<{
      conversations: { id: string; person: string; yours: boolean; words: string | null }[];
    }>('/v1/activity');
    const bens = conversations.find(({ person }) => person === 'ben');
    expect(bens).toMatchObject({ yours: false, words: null });
    const turns = await owner.get<object>(`/v1/activity/${bens?.id}`);
    expect(JSON.stringify([conversations, turns])).not.toContain('this is Ben');
    expect(JSON.stringify(turns)).toContain('answered');
  });

  test('a step says what its tools do, and how often', async () => {
    await programs.coda.person('gina', { role: 'member' }).says('keep both');
    const { conversations } = await owner.get<{ conversations: { id: string; person: string }[] }>('/v1/activity');
    const { turns } = await owner.get<{ turns: { steps: { what: string; words: string }[] }[] }>(
      `/v1/activity/${conversations.find(({ person }) => person === 'gina')?.id}`,
    );
    const step = turns.flatMap(({ steps }) => steps).find(({ what }) => what.includes('calls'));
    expect(step?.what).toMatch(/ calls note_save, note_save$/);
    expect(step?.words).toMatch(/ calls “[^”]+” \(2 times\)$/);
    expect(step?.words).not.toContain('note_save');
  });

  test('a question waits for its person and for owners, and what came of it is told', async () => {
    await programs.coda.person('ben', { role: 'member' }).says('send the letter');
    const waiting = (who: Browser) =>
      who.get<{ approvals: { id: string; person: string; yours: boolean }[] }>('/v1/approvals');
    const [question] = (await waiting(owner)).approvals;
    expect(question).toMatchObject({ person: 'ben', yours: false });
    expect((await waiting(ben)).approvals).toMatchObject([{ id: question?.id, yours: true }]);
    await ben.send('POST', `/v1/approvals/${question?.id}`, { approved: true });
    await programs.coda.app.whenSettled();
    expect((await waiting(owner)).approvals).toEqual([]);
    const past = await owner.get<{ approvals: object[] }>('/v1/approvals/past');
    expect(past.approvals).toMatchObject([{ approved: true, by: 'ben', outcome: 'done', shown: null }]);
    expect(await ben.status('POST', `/v1/approvals/${question?.id}`, { approved: true })).toBe(404);
  });

  test('the log of what was done is paged and filtered', async () => {
    const first = await owner.get<{ entries: { seq: number }[]; next: string }>('/v1/audit?limit=2');
    const second = await owner.get<{ entries: { seq: number }[] }>(`/v1/audit?limit=2&after=${first.next}`);
    expect(second.entries[0]?.seq).toBeLessThan(first.entries[1]?.seq ?? 0);
    const tokens = await owner.get<{ entries: { subject: string }[] }>('/v1/audit?subject=tokens%20add');
    expect(new Set(tokens.entries.map(({ subject }) => subject))).toEqual(new Set(['tokens add']));
  });

  test('what could not be delivered is sent again, or given up', async () => {
    for (const name of ['dora', 'emil', 'fritz']) {
      programs.coda.platform.faults.push('refused');
      await programs.coda.person(name, { role: 'member' }).says('hello');
    }
    const { letters, total } = await owner.get<{ letters: { id: string; text: string | null }[]; total: number }>(
      '/v1/undelivered',
    );
    expect(total).toBeGreaterThan(1);
    expect(JSON.stringify(letters)).not.toContain('It is done.');
    await owner.send('POST', `/v1/undelivered/${letters[0]?.id}/discard`);
    await owner.send('POST', `/v1/undelivered/${letters[1]?.id}/resend`);
    await programs.coda.app.whenSettled();
    expect((await owner.get<{ total: number }>('/v1/undelivered')).total).toBe(total - 2);
    expect(await owner.status('POST', `/v1/undelivered/${letters[0]?.id}/discard`)).toBe(409);
  });
});

describe('the system', () => {
  test('is looked at, and says where each setting comes from', async () => {
    const { findings } = await owner.get<{ findings: { part: string }[] }>('/v1/system/findings');
    expect(findings.map(({ part }) => part)).toContain('http');
    expect(await owner.get('/v1/me')).toMatchObject({ system: expect.stringMatching(/well|wrong/) });
    const { settings } = await owner.get<{
      settings: { path: string; value: string; source: string; about: string }[];
    }>('/v1/system/settings');
    expect(settings.find(({ path }) => path === 'http.listen')).toMatchObject({
      value: '127.0.0.1:0',
      source: expect.stringContaining('--http.listen'),
      about: expect.any(String),
    });
  });

  test('a backup is made and fetched', async () => {
    const { name } = await owner.send<{ name: string }>('POST', '/v1/backups');
    expect(await eventually(async () => !(await owner.get<{ making: boolean }>('/v1/backups')).making)).toBe(true);
    const { backups } = await owner.get<{ backups: { name: string; bytes: number }[] }>('/v1/backups');
    expect(backups.map((each) => each.name)).toEqual([name]);
    const file = await owner.fetch('GET', `/v1/backups/${name}`);
    expect((await file.arrayBuffer()).byteLength).toBe(backups[0]?.bytes);
    expect(await owner.status('GET', '/v1/backups/..%2Fcoda-20261120080000.tar.gz')).toBe(400);
  });

  test('its log is shown by level and words', async () => {
    const log = (level: string, msg: string) => `${JSON.stringify({ level, time: '2026-11-20T08:00:00Z', msg })}\n`;
    const path = join(programs.coda.dataDir, 'coda.log');
    await writeFile(path, log('info', 'all is well') + log('error', 'the roof leaks'));
    const { lines } = await owner.get<{ lines: { says: string }[] }>('/v1/system/logs?level=warn');
    expect(lines.map(({ says }) => says)).toEqual(['the roof leaks']);
  });

  test('its log is followed, a line in two pieces and a file that is begun anew, too', async () => {
    const log = (msg: string) =>
      Buffer.from(`${JSON.stringify({ level: 'info', time: '2026-11-20T08:00:00Z', msg })}\n`);
    const path = join(programs.coda.dataDir, 'coda.log');
    await writeFile(path, log('what was before'));
    const left = new AbortController();
    const answer = await fetch(`${owner.url}/v1/system/logs/events?level=info`, {
      headers: { Cookie: owner.cookie, 'Sec-Fetch-Site': 'same-origin' },
      signal: left.signal,
    });
    const events = eventsOf(answer);
    const next = async (): Promise<string> => {
      const { name, data } = (await events.next()).value as { name: string; data: { says: string } };
      return name === 'line' ? data.says : next();
    };
    expect((await events.next()).value?.name).toBe('ready');
    const green = log('the light is grün');
    const cut = green.indexOf(Buffer.from('ü')) + 1;
    await appendFile(path, Buffer.concat([log('one'), green.subarray(0, cut)]));
    expect(await next()).toBe('one');
    await appendFile(path, Buffer.concat([green.subarray(cut), log('two').subarray(0, 20)]));
    expect(await next()).toBe('the light is grün');
    await rm(path);
    await writeFile(path, log('a new file'));
    expect(await next()).toBe('a new file');
    left.abort();
  });

  test('what any days have cost is told by model and by person, each day by itself', async () => {
    const spent = (day: string, model: string, price: number) =>
      programs.coda.database().run(
        'test',
        `with spent as (
           insert into spending (day, person_id, calls, price) select $1, id, 1, $3 from persons where name = 'ben')
         insert into usage (id, at, day, model, price, person_id)
         select gen_random_uuid(), $1::date + interval '23 hours', $1, $2, $3, id from persons where name = 'ben'`,
        [day, model, price],
      );
    await spent('2026-10-31', 'a/large', 2);
    await spent('2026-11-02', 'a/small', 0.5);
    const costs = (from: string, to: string) =>
      owner.get<{ price: number; models: { name: string }[] }>(`/v1/system/costs/span?from=${from}&to=${to}`);
    expect(await costs('2026-11-02', '2026-11-02')).toMatchObject({
      price: 0.5,
      models: [{ name: 'a/small', price: 0.5, calls: 1 }],
      people: [{ name: 'ben', price: 0.5, calls: 1 }],
    });
    expect((await costs('2026-10-01', '2026-11-02')).models.map(({ name }) => name)).toEqual(['a/large', 'a/small']);
    expect(await costs('2026-11-01', '2026-11-01')).toMatchObject({ price: 0, models: [], people: [] });
    expect(await owner.status('GET', '/v1/system/costs/span?from=2026-11-02&to=2026-11-01')).toBe(400);
    expect(await owner.status('GET', '/v1/system/costs/span?from=0001-01-01&to=9999-12-31')).toBe(400);
    expect(await owner.status('GET', '/v1/system/costs/span?from=0000-01-01&to=0000-01-02')).toBe(400);
    expect(await ben.status('GET', '/v1/system/costs/span?from=2026-11-02&to=2026-11-02')).toBe(403);
  });

  test('costs, tasks and what runs are told', async () => {
    expect(await owner.get('/v1/system/costs')).toMatchObject({ days: expect.any(Array), currency: 'USD' });
    const { tasks } = await owner.get<{ tasks: { name: string; does: string | null; on: boolean }[] }>(
      '/v1/system/tasks',
    );
    expect(tasks.map(({ name }) => name)).toContain('retention');
    expect(tasks.filter(({ does }) => does === null)).toEqual([]);
    await programs.coda.database().run(
      'test',
      `insert into jobs (id, kind, payload, state, due_at, attempts, created_at)
       select gen_random_uuid(), kind, '{}', 'pending', '2100-01-01', 0, '2026-11-01' from unnest($1::text[]) kind`,
      [['retention', 'of a skill that is gone']],
    );
    const { jobs } = await owner.get<{ jobs: { kind: string; does: string | null }[] }>('/v1/jobs');
    const doesOf = (kind: string) => jobs.find((job) => job.kind === kind)?.does;
    expect(doesOf('retention')).toContain('removes what is long done');
    expect(doesOf('of a skill that is gone')).toBeNull();
    await owner.send('POST', '/v1/system/tasks/memory/off');
    const after = await owner.get<typeof tasks extends infer T ? { tasks: T } : never>('/v1/system/tasks');
    expect(after.tasks.find(({ name }) => name === 'memory')).toMatchObject({ on: false });
    expect(await lastAct()).toMatchObject({ subject: 'schedules', origin: 'dashboard' });
  });
});

describe('skills', () => {
  test('what has changed since one was trusted is shown line by line, also of a long file and of one that is no text', async () => {
    const folder = join(programs.coda.dataDir, 'skills', 'bins');
    await mkdir(folder, { recursive: true });
    const text = (day: string) => `---\nname: bins\ndescription: Knows the bins.\n---\nPaper is collected on ${day}.\n`;
    await writeFile(join(folder, 'SKILL.md'), text('Friday'));
    await writeFile(join(folder, 'picture.bin'), Buffer.from([0, 1, 2]));
    await programs.say('/rescan-skills');
    interface Detail {
      trust: { hash: string; difference: { changed: string[]; added: string[]; lines: string | null } | null };
    }
    const read = () => owner.get<Detail>('/v1/skills/bins');
    const { trust } = await read();
    expect(trust.difference).toBeNull();
    const standing = async () => {
      const { skills } = await owner.get<{ skills: { name: string; state: string }[] }>('/v1/skills');
      const { state } = await owner.get<{ state: string }>('/v1/skills/bins');
      return [skills.find(({ name }) => name === 'bins')?.state, state];
    };
    expect(await standing()).toEqual(['untrusted', 'untrusted']);
    await owner.send('POST', '/v1/skills/trust', { name: 'bins', hash: trust.hash });
    expect((await read()).trust.difference).toMatchObject({ changed: [], lines: null });
    expect(await standing()).toEqual(['in_use', 'in_use']);

    await writeFile(join(folder, 'SKILL.md'), text('Monday'));
    await writeFile(join(folder, 'picture.bin'), Buffer.from([0, 1, 3]));
    await writeFile(join(folder, 'long.md'), 'a line\n'.repeat(20_000));
    await programs.say('/rescan-skills');
    expect(await standing()).toEqual(['needs_approval', 'needs_approval']);
    const { difference } = (await read()).trust;
    expect(difference).toMatchObject({ changed: ['SKILL.md', 'picture.bin'], added: ['long.md'] });
    expect(difference?.lines).toContain('-Paper is collected on Friday.\n+Paper is collected on Monday.');
    expect(difference?.lines).not.toContain('a line');
  });

  test('are listed, looked into, and their values set', async () => {
    const { skills } = await owner.get<{ skills: { name: string; state: string }[] }>('/v1/skills');
    const first = skills.find(({ state }) => state === 'in_use');
    const detail = await owner.get<{ files: { path: string }[]; trust: object | null }>(
      `/v1/skills/${encodeURIComponent(first?.name ?? '')}`,
    );
    // It ships with coda: nobody is asked to trust it.
    expect(detail.trust).toBeNull();
    expect(detail.files.map(({ path }) => path)).toContain('SKILL.md');
    await owner.send('PUT', '/v1/secrets', { skill: 'connectors', name: 'API_KEY', value: 'a-value-nobody-sees' });
    const secrets = await owner.get<object>('/v1/secrets');
    expect(JSON.stringify([secrets, await lastAct()])).not.toContain('nobody-sees');
    expect(await owner.status('DELETE', '/v1/secrets?skill=connectors&name=API_KEY')).toBe(200);
    expect(await owner.status('DELETE', '/v1/secrets?skill=connectors&name=API_KEY')).toBe(409);
  });
});

describe('a search', () => {
  test('finds one’s own things, and for owners people', async () => {
    await ben.send('POST', '/v1/notes', { text: 'the boiler code is 1234' });
    await ben.send('POST', '/v1/reminders', { text: 'look at the boiler', when: 'tomorrow at 9' });
    const found = async (who: Browser, q: string) =>
      (await who.get<{ hits: { kind: string; title: string }[] }>(`/v1/search?q=${q}`)).hits;
    expect((await found(ben, 'boiler')).map(({ kind }) => kind).sort()).toEqual(['notes', 'reminders']);
    expect(await found(owner, 'boiler')).toEqual([]);
    expect(await found(owner, 'ben')).toMatchObject([{ kind: 'people', title: 'ben' }]);
    expect(await found(ben, 'owner')).toEqual([]);
    expect(await found(owner, 'travel')).toMatchObject([{ kind: 'skills', title: 'travel-plan' }]);
    expect(await found(ben, 'travel')).toEqual([]);
  });
});
