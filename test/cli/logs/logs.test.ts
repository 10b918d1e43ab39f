import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createLog, Secrets, Trace } from '../../../src/base/log.ts';
import { logFile, logPath, olderLogPath } from '../../../src/cli/logs/file.ts';
import { logs } from '../../../src/cli/logs/index.ts';
import { prettyLine } from '../../../src/cli/logs/pretty.ts';
import { eventually } from '../../support/eventually.ts';
import { Jsonl, migratedDataDir, Program } from '../../support/jsonl.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'coda-logs-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('every line that is logged for a message carries its id, also after a wait', async () => {
  const lines: string[] = [];
  const trace = new Trace();
  const log = createLog('debug', new Secrets(), { write: (line) => void lines.push(line) }, trace);
  log.info('outside');
  await Promise.all(
    ['one', 'two'].map((id) =>
      trace.run(id, async () => {
        await Promise.resolve();
        log.info(`for ${id}`);
      }),
    ),
  );
  expect(lines.map((line) => JSON.parse(line)).map(({ msg, trace: id }) => [msg, id])).toEqual([
    ['outside', undefined],
    ['for one', 'one'],
    ['for two', 'two'],
  ]);
});

test('the log in the data folder is bounded: two files of one size', () => {
  const dir = folder();
  const log = logFile(dir, 1_000);
  for (let index = 0; index < 100; index++) log.write(`${String(index).padStart(99, '.')}\n`);
  expect(statSync(logPath(dir)).size + statSync(olderLogPath(dir)).size).toBeLessThan(2_300);
  expect(readFileSync(logPath(dir), 'utf8')).toContain('99\n');
  expect(statSync(logPath(dir)).mode & 0o777).toBe(0o600);
});

test('without a data folder there is nothing to follow, and that is said', async () => {
  const flags = { data: join(folder(), 'nowhere'), args: [] };
  await expect(logs({ ...flags, follow: true }, process)).rejects.toMatchObject({ code: 'NO_DAEMON' });
  await expect(logs(flags, process)).rejects.toMatchObject({ code: 'NO_DAEMON' });
});

test('a line for people has everything in it, and nothing that steers the terminal', () => {
  const line = `${JSON.stringify({ level: 'warn', time: '2026-11-20T09:00:00.123Z', model: 'x y', msg: 'bad \u001b[2J', trace: 't1' })}\n`;
  expect(stripVTControlCharacters(prettyLine(line))).toBe('09:00:00.123 warn  bad  [2J model="x y" trace=t1\n');
  expect(prettyLine('not JSON\n')).toBe('not JSON\n');
});

test('a message can be followed through the log and through what is stored', async () => {
  const dataDir = await migratedDataDir();
  await using daemon = new Program(['run', '--data', dataDir], { env: { CODA_LOG_LEVEL: 'debug' } });
  await daemon.logged('"ready"');
  await using chat = await Jsonl.start({ dataDir });
  await chat.send({ id: 'm1', text: 'note: the spare key is with Anna' });
  expect(existsSync(logPath(dataDir))).toBe(true);

  const said = async (args: string[]) => {
    await using program = new Program([...args, '--data', dataDir]);
    const { code } = await program.exit;
    return { code, out: program.stdout, err: program.stderr };
  };
  const traced = await eventually(async () => {
    const { code, out } = await said(['trace', 'm1', '--json']);
    const found = code === 0 ? JSON.parse(out) : undefined;
    return found?.totalMs === undefined ? undefined : found;
  });
  expect(traced.state).toBe('done');
  const ways = traced.events.map(({ where }: { where: string }) => where);
  for (const where of ['platform', 'inbox', 'tool', 'outbox', 'receipt']) expect(ways).toContain(where);
  expect(JSON.stringify(traced)).not.toContain('Anna');
  const shown = await said(['trace', traced.id]);
  expect(shown.out).toMatch(/ms {2}tool +note_\w+: done/);
  expect(JSON.parse((await said(['trace', '--json'])).out)).toEqual(traced);
  expect(await said(['trace', 'nothing'])).toMatchObject({ code: 65, err: expect.stringContaining('No message') });

  await using following = new Program(['logs', '--follow', '--data', dataDir]);
  await eventually(() => following.stdout.includes('"ready"'));
  daemon.child.kill('SIGTERM');
  expect(await eventually(() => following.stdout.includes('"stopped"'))).toBe(true);
});
