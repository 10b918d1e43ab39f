import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { Program } from '../support/jsonl.ts';
import { unpackReleased } from '../support/released.ts';

test('an upgrade is rehearsed on a copy: the old version goes on with data that nothing has touched', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-rehearsal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const main = unpackReleased(join(folder, 'released'));
  copyFileSync(join(packageRoot(), 'assets', 'cluster.tar.br'), join(folder, 'released', 'assets', 'cluster.tar.br'));
  const data = join(folder, 'data');
  const says = async (words: string) => {
    await using coda = new Program(['chat', '--data', data], { main });
    coda.child.stdin.end(`${words}\n`);
    expect(await coda.exit, coda.stderr).toMatchObject({ code: 0 });
    return coda.stdout;
  };
  const rehearsed = async () => {
    await using coda = new Program(['upgrade', '--rehearse', '--data', data]);
    expect(await coda.exit, coda.stderr).toMatchObject({ code: 0 });
    return coda.stdout;
  };

  await says('note: made by the old one');
  // One that was killed has left a copy.
  mkdirSync(join(data, 'rehearsal-killed'));
  const alone = await rehearsed();
  expect(alone).toMatch(/would apply \d+ migrations:\n {2}\d{4}_/);
  expect(alone).toMatch(/A copy of \d+ rows of \d+ tables .* Your data are as they were\./);
  // The running one makes the backup.
  await using old = new Program(['run', '--data', data], { main });
  await old.logged('"msg":"ready"');
  expect(await rehearsed()).toContain('0340_');
  old.child.kill('SIGTERM');
  expect(await old.exit, old.stderr).toMatchObject({ code: 0 });
  expect(readdirSync(data).filter((name) => name.startsWith('rehearsal-'))).toEqual([]);
  expect(await says('show my notes')).toContain('made by the old one');
});

test('the last released version reads the backup of before an upgrade, by the command that its refusal names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-way-back-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const main = unpackReleased(join(folder, 'released'));
  // The pack of a release leaves out the empty cluster, which is the engine's own.
  copyFileSync(join(packageRoot(), 'assets', 'cluster.tar.br'), join(folder, 'released', 'assets', 'cluster.tar.br'));
  const data = join(folder, 'data');
  const says = async (words: string[], released: boolean) => {
    await using coda = new Program(['chat', '--data', data], released ? { main } : {});
    coda.child.stdin.end(words.map((each) => `${each}\n`).join(''));
    const { code } = await coda.exit;
    return { code, said: coda.stdout + coda.stderr };
  };

  await says(['note: made by the old one', 'remind me tomorrow at 9:30 to call Bob'], true);
  expect((await says(['show my notes'], false)).said).toContain('made by the old one');
  const [backup = ''] = readdirSync(join(data, 'backups')).filter((name) => name.startsWith('before-'));
  const refused = await says(['show my notes'], true);
  expect(refused.code).toBe(78);
  const [, command = ''] = /with the version of then: coda (restore \S+ --force)/.exec(refused.said) ?? [];
  expect(command).toBe(`restore ${join(data, 'backups', backup)} --force`);

  await using restore = new Program([...command.split(' '), '--data', data], { main });
  expect(await restore.exit, restore.stderr).toMatchObject({ code: 0 });
  const back = await says(['show my notes', 'show my reminders'], true);
  expect(back.said).toContain('made by the old one');
  expect(back.said).toContain('call Bob');
  expect((await says(['show my reminders'], false)).said).toContain('call Bob');
});
