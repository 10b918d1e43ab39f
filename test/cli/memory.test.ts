import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../support/command-lines.ts';
import { Jsonl, migratedDataDir } from '../support/jsonl.ts';

async function coda(args: string[], dataDir: string, input = '', env: Record<string, string> = {}) {
  return command([...args, '--data', dataDir], { env, input });
}

test('memories are exported beside a daemon and imported without one, each once', async () => {
  const dataDir = await migratedDataDir();
  let exported = '';
  {
    await using chat = await Jsonl.start({ dataDir });
    await chat.say('/help');
    const lines = [
      '{"text":"I like tea","type":"preference","tags":["drinks"]}',
      '{"text":"I moved","date":"2024-05-01"}',
      '{"text":"A page says that I pay by card","tainted":true}',
    ];
    const input = `${lines.join('\n')}\n${lines[0]}\n`;
    expect(await coda(['memory', 'import'], dataDir, input)).toMatchObject({ code: 0, stdout: '3 added\n' });
    expect((await chat.say('/memory')).toString()).toContain('I like tea');
    const listed = (await coda(['memory', 'list'], dataDir)).stdout;
    expect(listed).toMatch(/^\w+ {2}\d{4}-\d\d-\d\d {2}I like tea$/m);
    expect(listed).toMatch(/^\w+ {2}2024-05-01 {2}I moved$/m);
    ({ stdout: exported } = await coda(['memory', 'export'], dataDir));
  }
  const lines = exported
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  // A text from elsewhere stays one: no model is shown it unasked.
  expect(lines.map(({ text, date, tainted }) => [text, date, tainted]).sort()).toEqual([
    ['A page says that I pay by card', null, true],
    ['I like tea', null, undefined],
    ['I moved', '2024-05-01', undefined],
  ]);
  expect((await coda(['memory', 'import'], dataDir, exported)).stdout).toBe('0 added\n');
  expect((await coda(['memory', 'import'], dataDir, '{"text":""}\n')).code).toBe(65);
});

test('lines of facts and questions are answered with ids, the nearest first', async () => {
  const dataDir = await migratedDataDir();
  mkdirSync(dataDir, { recursive: true });
  const config = join(dataDir, 'coda.json');
  writeFileSync(config, JSON.stringify({ memory: { embedder: { kind: 'none' } } }));
  const lines = [
    { fact: 'f1', text: 'Maya adopted a grey cat', at: '2023-05-08' },
    { fact: 2, text: 'Tom opened a bakery on Mill Street', at: '2023-05-10' },
    { ask: 'q1', text: 'Which cats were adopted?' },
    { ask: 'q2', text: 'What happened on 10 May 2023?' },
  ];
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const { code, stdout } = await coda(['memory', 'eval', '--jsonl', '--config', config], dataDir, input);
  expect(code).toBe(0);
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { ask: string; facts: unknown[] });
  expect(answers.map(({ ask, facts }) => [ask, facts[0]])).toEqual([
    ['q1', 'f1'],
    ['q2', 2],
  ]);
});
