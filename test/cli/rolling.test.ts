import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { FakeDiscord } from '../support/discord/index.ts';
import { eventually, within } from '../support/eventually.ts';
import { Program } from '../support/jsonl.ts';
import { freshPostgres, POSTGRES_URL, requireService } from '../support/postgres.ts';
import { RELEASED, unpackReleased } from '../support/released.ts';

requireService('CODA_TEST_POSTGRES');

const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');

test('the last released version is the newest one that the changelog calls released', () => {
  const { version } = JSON.parse(read('package.json'));
  const [, newest] = /^## (\d+\.\d+\.\d+)$/m.exec(read('CHANGELOG.md').replace(/^## \S+ \(not released\)$/m, '')) ?? [];
  expect(RELEASED).toBe(newest);
  expect(version).not.toBe(RELEASED);
});

/** A Discord with two rooms, a database, and the processes of coda that come and go. */
async function house() {
  const folder = mkdtempSync(join(tmpdir(), 'coda-rolling-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const server = await freshPostgres();
  const fake = await FakeDiscord.start();
  const ana = fake.user('Ana');
  const guild = fake.guild('Home', [ana]);
  const rooms = [fake.channel(guild, 'one'), fake.channel(guild, 'two'), fake.dm(ana)];
  const config = join(folder, 'config.yaml');
  const settings = {
    assistant: { zone: 'Europe/Berlin' },
    storage: { url: server.url },
    discord: { token: fake.token, api_url: fake.apiUrl },
    egress: { i_understand_private: [{ network: '127.0.0.1/32', port: fake.rest.port }] },
    access: { owners: [`discord:${ana.id}`], rate_limit: { enabled: false } },
    memory: { embedder: { kind: 'none' } },
  };
  writeFileSync(config, JSON.stringify(settings));
  mkdirSync(join(folder, 'artifacts'));
  const starts = async (name: string, main?: string) => {
    // Files belong to all of them, the rest of the folder to each its own.
    mkdirSync(join(folder, name));
    symlinkSync(join(folder, 'artifacts'), join(folder, name, 'artifacts'));
    const args = ['run', '--data', join(folder, name), '--config', config];
    const program = new Program(args, main === undefined ? {} : { main });
    const before = fake.gateway.connected;
    await program.logged('"msg":"ready"');
    if (!(await within(60_000, () => fake.gateway.connected > before))) throw new Error(program.stderr);
    return program;
  };
  let said = 0;
  return {
    ...{ folder, fake, ana, rooms, starts },
    /** Ana says so many things in turn in all rooms; gives them. */
    says(count: number, files?: Parameters<FakeDiscord['says']>[3]): string[] {
      return Array.from({ length: count }, () => {
        const room = rooms[said % rooms.length] as (typeof rooms)[number];
        const text = `note: thing ${++said}`;
        fake.says(ana, room, room.type === 1 ? text : `<@${fake.bot.id}> ${text}`, files);
        return text;
      });
    },
    answers: (words: string) =>
      rooms.flatMap((room) => fake.said(room)).filter(({ content }) => content.includes(words)),
    async query(sql: string): Promise<Record<string, unknown>[]> {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      const { rows } = await client.query(sql);
      await client.end();
      return rows;
    },
    async [Symbol.asyncDispose]() {
      await fake.close();
      await server.drop();
    },
  };
}

const faults = ({ stderr }: Program) => stderr.split('\n').filter((line) => /"level":"(?:error|fatal)"/.test(line));

test.skipIf(!POSTGRES_URL)(
  'a rolling restart from the last released version: nothing is lost, and nothing is said twice',
  async () => {
    await using home = await house();
    const { fake, ana, rooms } = home;
    const main = unpackReleased(join(home.folder, 'released'));
    const answered = (notes: readonly string[]) =>
      notes.map((note) => home.answers(`“${note.slice('note: '.length)}”`).length);
    const all: string[] = [];
    const say = async (count: number) => {
      const notes = home.says(count);
      all.push(...notes);
      await eventually(() => answered(notes).every((times) => times > 0));
    };

    await using old = await home.starts('old', main);
    await say(6);
    const remind = (text: string, seconds: number) =>
      fake.says(ana, rooms[2]!, `remind me in ${seconds} seconds to ${text}`);
    // The new version brings the database up to date under the old one, and both answer.
    await using young = await home.starts('young');
    remind('water the plants', 4);
    remind('call Bob', 5);
    await say(18);
    // A file that takes long, while what follows is answered; the new version is taken back meanwhile.
    const file = { name: 'list.txt', type: 'text/plain', bytes: Buffer.from('milk, bread') };
    all.push(...home.says(3, { files: [{ ...file, stalls: true }] }), ...home.says(3, { files: [file] }));
    await eventually(() => fake.stalled.length >= 3);
    await eventually(() => home.answers('⏰').length >= 2);
    young.child.kill('SIGTERM');
    expect(await young.exit).toEqual({ code: 0, signal: null });
    for (const serve of fake.stalled) serve();
    await eventually(() => answered(all).every((times) => times > 0));
    // And it comes again. One that ends gives back what it holds.
    await using again = await home.starts('again');
    all.push(...home.says(9));
    old.child.kill('SIGTERM');
    expect(await old.exit).toEqual({ code: 0, signal: null });
    await say(6);
    await eventually(() => answered(all).every((times) => times > 0));

    expect(answered(all)).toEqual(all.map(() => 1));
    const [kept] = await home.query('select count(distinct text)::int as texts, count(*)::int as notes from notes');
    expect(kept).toEqual({ texts: all.length, notes: all.length });
    expect(home.answers('⏰').map(({ content }) => content.split('\n')[0])).toEqual([
      expect.stringContaining('water the plants'),
      expect.stringContaining('call Bob'),
    ]);
    const open = async () =>
      home.query(
        `select (select count(*)::int from inbox where finished_at is null) as waiting,
              (select count(*)::int from outbox where state not in ('sent', 'superseded')) as unsent,
              (select count(*)::int from inbox where payload -> 'files' <> '[]') as with_files`,
      );
    // A receipt is stored a little after its message is there.
    await eventually(async () => (await open())[0]?.unsent === 0);
    expect((await open())[0]).toEqual({ waiting: 0, unsent: 0, with_files: 6 });
    // The released version calls a turn that its end cuts off a fault, whoever goes on with it.
    const ofOld = faults(old).filter((line) => !line.includes('"error":"The database is closed."'));
    expect([...ofOld, ...faults(young), ...faults(again)]).toEqual([]);
  },
);
