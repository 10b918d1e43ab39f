import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/app/index.ts';
import { Secrets } from '../../src/base/log.ts';
import { checkSigned, signatureOf } from '../../src/base/signature.ts';
import { freshDataDir, Jsonl, migratedDataDir, Program } from '../support/jsonl.ts';
import { blocksIn } from '../support/shell-page.ts';

const page = blocksIn('webhooks.md');
const blocks = (wanted: string) => page.flatMap(({ language, text }) => (language === wanted ? text : []));

/** The words of a shell line; quotes hold some together. */
const wordsOf = (line: string) =>
  Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? '');

test('the signature of the documentation is the one that is taken', async () => {
  const [code = ''] = blocks('js');
  const { sign } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const now = new Date('2026-11-20T08:00:00Z');
  const header = sign('a-secret-of-some-length', '{"a": "ä"}', now.getTime() / 1_000);
  expect(header).toBe(signatureOf('a-secret-of-some-length', '{"a": "ä"}', now));
  const body = Buffer.from('{"a": "ä"}');
  expect(checkSigned(header, 'a-secret-of-some-length', body, { now, toleranceMs: 0 })).toBeUndefined();
});

test('the configuration of the documentation is one', () => {
  const [yaml = ''] = blocks('yaml');
  const dataDir = freshDataDir();
  const env = { EVENTS_SECRET: 'at-least-16-characters' };
  const flags = Object.fromEntries(
    Object.entries(parse(yaml).events as object).map(([key, value]) => [`events.${key}`, { name: key, value }]),
  );
  const filled = JSON.parse(JSON.stringify(flags).replaceAll('${EVENTS_SECRET}', env.EVENTS_SECRET));
  const { events } = readConfig({ env, dataDir, cwd: dirname(dataDir), secrets: new Secrets(), flags: filled });
  expect(events.targets.home).toMatchObject({ events: ['turn.failed', 'job.dead', 'dead_letter'] });
});

test('the commands of the documentation do what it says', async () => {
  const json = blocks('json').find((text) => text.includes('pusher')) ?? '';
  const dataDir = await migratedDataDir();
  const env = { CODA_SECRET_KEY: 'a-key-of-the-test' };
  await using chat = await Jsonl.start({ dataDir, env });
  await chat.say('hello');
  const file = join(dirname(dataDir), 'payload.json');
  writeFileSync(file, json);
  const coda = async (line: string) => {
    const args = wordsOf(line).slice(1);
    await using program = new Program([...args, '--data', dataDir], { env });
    program.child.stdin.end();
    const { code } = await program.exit;
    return { code, out: program.stdout || program.stderr };
  };
  const [person] = JSON.parse((await coda('coda people --json')).out);
  const outs = new Map<string, string>();
  const lines = blocks('').flatMap((block) => block.split('\n').filter((line) => /^coda (hooks|webhook) /.test(line)));
  expect(lines).toHaveLength(7);
  for (const line of lines) {
    const secret = outs.get('hooks add ci')?.trim().split('\n').at(-1) ?? '';
    const ready = line
      .replace('PERSON', person.id)
      .replace('payload.json', file)
      .replace('t=…,v1=…', signatureOf(secret, readFileSync(file), new Date()));
    const { code, out } = await coda(ready);
    expect(`${line}: ${code} ${out}`).toContain(`${line}: 0`);
    outs.set(wordsOf(line).slice(1, 4).join(' '), out);
  }
  expect(outs.get('hooks list')).toMatch(/ci {2}message to .* {2}coda {2}never used\n\/hooks\/diary {2}note/);
  expect(outs.get('hooks test ci')).toBe('A message:\nana broke coda\n');
  expect(outs.get('hooks remove ci')).toBe('It takes nothing any more.\n');
  await chat.next((line) => line.type === 'message' && line.text !== undefined && !/^Hello|^Hi/.test(line.text));
});
