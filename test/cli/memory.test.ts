import { expect, test } from 'vitest';
import { command } from '../support/command-lines.ts';
import { freshDataDir, Jsonl } from '../support/jsonl.ts';

async function coda(args: string[], dataDir: string, input = '', env: Record<string, string> = {}) {
  return command([...args, '--data', dataDir], { env, input });
}

test('memories are exported beside a daemon and imported without one, each once', async () => {
  const dataDir = freshDataDir();
  let exported = '';
  {
    await using chat = await Jsonl.start({ dataDir });
    await chat.say('/help');
    const lines = [
      '{"text":"I like tea","type":"preference","tags":["drinks"]}',
      '{"text":"I moved","date":"2024-05-01"}',
    ];
    const input = `${lines.join('\n')}\n${lines[0]}\n`;
    expect(await coda(['memory', 'import'], dataDir, input)).toMatchObject({ code: 0, stdout: '2 added\n' });
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
  expect(lines.map(({ text, date }) => [text, date]).sort()).toEqual([
    ['I like tea', null],
    ['I moved', '2024-05-01'],
  ]);
  expect((await coda(['memory', 'import'], dataDir, exported)).stdout).toBe('0 added\n');
  expect((await coda(['memory', 'import'], dataDir, '{"text":""}\n')).code).toBe(65);
});
