/** The data of the last release with a million messages, brought to this version under kills: nothing is lost, never half. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Program } from '../support/jsonl.ts';
import { freshPostgres, requireService } from '../support/postgres.ts';
import { unpackReleased } from '../support/released.ts';

requireService('CODA_TEST_POSTGRES');

const MESSAGES = 1_000_000;
const KILLS = 20;

const SHAPE = `select table_name, column_name, data_type, is_nullable, column_default
  from information_schema.columns where table_schema = current_schema() order by 1, 2`;
const INDEXES =
  'select tablename, indexname, indexdef from pg_indexes where schemaname = current_schema() order by 1, 2';

async function database() {
  const { url, sql, drop } = await freshPostgres();
  onTestFinished(drop);
  return { url, rows: sql, applied: async () => Number((await sql('select count(*) from migrations'))[0]?.count) };
}

test('a release with a million messages is upgraded under twenty kills', { timeout: 1_800_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-upgrade-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const main = unpackReleased(join(folder, 'released'));
  const [old, fresh] = [await database(), await database()];
  const coda = (args: string[], url: string, more: { main?: string } = {}) =>
    new Program([...args, '--data', join(folder, 'data')], { env: { DATABASE_URL: url }, ...more });
  const ends = async (args: string[], url: string, { input = '', ...more }: { input?: string; main?: string } = {}) => {
    await using program = coda(args, url, more);
    program.child.stdin.end(input);
    expect(await program.exit, program.stderr).toMatchObject({ code: 0 });
    return program.stdout;
  };

  await ends(['chat'], old.url, { main, input: 'note: made by the old one\n' });
  await old.rows(`
    insert into messages (id, conversation_id, epoch, person_id, role, content, at)
    select gen_random_uuid(), c.id, 0, (select id from persons limit 1), case n % 2 when 0 then 'user' else 'assistant' end,
           jsonb_build_object('text', 'message ' || n), now() - n * interval '1 minute'
      from generate_series(1, ${MESSAGES}) n, (select id from conversations limit 1) c`);
  const sums = 'select count(*), sum(hashtext(content::text)::bigint) from messages';
  const before = await old.rows(sums);

  let kills = 0;
  for (; kills < KILLS; kills++) {
    const reached = await old.applied();
    await using program = coda(['migrate'], old.url);
    let hasEnded = false;
    void program.exit.then(() => {
      hasEnded = true;
    });
    await eventually(async () => hasEnded || (await old.applied()) > reached);
    if (hasEnded) break;
    program.child.kill('SIGKILL');
    await program.exit;
    expect(await old.rows(sums)).toEqual(before);
  }
  expect(kills).toBeGreaterThan(5);

  await ends(['migrate'], old.url);
  await ends(['migrate'], fresh.url);
  expect(await old.rows(SHAPE)).toEqual(await fresh.rows(SHAPE));
  expect(await old.rows(INDEXES)).toEqual(await fresh.rows(INDEXES));
  expect(await old.rows(sums)).toEqual(before);
  expect(await ends(['chat'], old.url, { input: 'show my notes\n' })).toContain('made by the old one');
});
