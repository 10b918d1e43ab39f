import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';

test('npm installs the packed coda globally, and it answers from any folder', () => {
  const prefix = mkdtempSync(join(tmpdir(), 'coda-prefix-'));
  onTestFinished(() => rmSync(prefix, { recursive: true, force: true }));
  const env = { ...process.env, CODA_BACKUP: 'off', CODA_DATA: join(prefix, 'data') };
  const run = (program: string, args: string[], cwd: string, input = '') => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env, input });
    expect(status, stderr).toBe(0);
    return stdout.trim();
  };
  const file = run('npm', ['pack', '--silent', '--pack-destination', prefix], packageRoot());
  run('npm', ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', join(prefix, file)], prefix);
  const coda = join(prefix, 'bin', 'coda');
  const answer = run(coda, ['chat'], '/', 'note: the spare key is with Anna\n');
  expect(answer).toContain('Noted: “the spare key is with Anna”');
});
