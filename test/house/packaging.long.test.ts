import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';

const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');

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
  const answers = () => run(coda, ['chat'], '/', 'note: the spare key is with Anna\n');
  expect(answers()).toContain('Noted: “the spare key is with Anna”');

  // The same packages are what the image adds to its base, once the Dockerfile's own line has been over them.
  const strip = /^RUN (find node_modules dist(?:.*\\\n)*.*)$/m.exec(read('Dockerfile'))?.[1] ?? 'false';
  const installed = join(prefix, 'lib', 'node_modules', 'coda');
  run('sh', ['-c', strip], installed);
  expect(answers()).toContain('Noted: “the spare key is with Anna”');
  const bytes = Number(run('sh', ['-c', 'tar -c . | gzip -6 | wc -c'], installed));
  // biome-ignore lint/suspicious/noConsole: the long forms print their figures
  console.log(`the image adds ${Math.round(bytes / 1e6)} MB to what of its base is fetched`);
  // node:24-slim has 80 MB; together they are to stay below 220.
  expect(bytes).toBeLessThan(140e6);
});
