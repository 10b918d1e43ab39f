import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judge } from '../../src/skills/backup/index.ts';
import { checkBackup } from '../../src/storage/index.ts';
import { play } from '../support/play.ts';

test('a backup is made every night, and the newest are kept', async () => {
  await using coda = await play({ config: { 'backup.cron': '0 3 * * *', 'backup.keep': 2 } });
  await coda.person('ana').says('note: buy bread');
  for (let night = 0; night < 3; night++) await coda.passes({ days: 1 });
  const folder = join(coda.dataDir, 'backups');
  const names = readdirSync(folder).sort();
  expect(names).toEqual(['coda-20261122020000.tar.gz', 'coda-20261123020000.tar.gz']);
  expect((await checkBackup(join(folder, names[1] as string))).rows).toBeGreaterThan(3);
  const found = (await coda.app.checks.run()).filter(({ name }) => name === 'backups');
  expect(found).toMatchObject([{ ok: true, says: expect.stringContaining('2026-11-23') }]);
});

test('a backup that somebody made by hand, anywhere, is the newest', async () => {
  await using coda = await play({ config: { 'backup.cron': '0 3 * * *' } });
  const found = async () => (await coda.app.checks.run()).filter(({ name }) => name === 'backups');
  expect(await found()).toMatchObject([{ severity: 'off', says: expect.stringContaining('none yet') }]);
  await coda.app.backups.make({ file: join(coda.dataDir, 'elsewhere.tar.gz') });
  expect(await found()).toMatchObject([
    { severity: 'ok', says: expect.stringContaining('the newest is of 2026-11-20') },
  ]);
});

test('the doctor warns when the newest backup is old', () => {
  const now = new Date('2026-11-20T00:00:00Z');
  expect(judge(new Date('2026-11-10T00:00:00Z'), now)).toMatchObject({ code: 'BACKUP_OLD', severity: 'warning' });
  expect(judge(undefined, now)).toEqual({ ok: true, severity: 'off', says: expect.stringContaining('none yet') });
});
