import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { skillText, temporaryFolder, write } from '../agent-skills/support.ts';
import { command, commandsData } from '../support/command-lines.ts';
import { Jsonl } from '../support/jsonl.ts';

async function somebody(settings = {}) {
  const home = temporaryFolder();
  const { dataDir, env: at } = await commandsData();
  const config = join(home, 'config.yaml');
  writeFileSync(config, JSON.stringify({ ...settings, memory: { embedder: { kind: 'none' } } }));
  write(home, '.agent-skills/travel/letters/SKILL.md', skillText('letters', { body: 'Write at length.' }));
  write(home, 'v2/SKILL.md', skillText('letters', { body: 'Write three lines.' }));
  const env = { HOME: home, ...at };
  const coda = (...args: string[]) =>
    command(['skills', 'optimize', ...args, '--data', dataDir, '--config', config], { env });
  return { dataDir, config, env, coda, v2: join(home, 'v2') };
}

test('variants are compared, and the winner is used once an owner says so', async () => {
  const { coda, v2 } = await somebody();
  const variants = ['travel/letters', '--variant', 'own', '--variant', `v2=${v2}`];
  const results = ['--result', 'v2:success:20', '--result', 'own:failure:19', '--result', 'own:success'];
  const open = await coda(...variants, '--result', 'v2:success');
  expect(open).toMatchObject({ code: 0, stdout: expect.stringContaining('own has 0 and v2 has 1 of the 20 runs') });
  const compared = await coda(...variants, ...results);
  expect(compared.stdout).toMatch(/^v2 +[0-9a-f]{12} {2}20 of 20 runs well, at least 0\.839$/m);
  expect(compared.stdout).toContain('--approval approved');
  const swapped = await coda(...variants, ...results, '--approval', 'approved', '--json');
  expect(JSON.parse(swapped.stdout)).toMatchObject({ winner: 'v2', in_use: 'v2', done: 'swap' });
  expect(await coda('letters', '--undo')).toMatchObject({ code: 0, stdout: expect.stringContaining('its own files') });
  const trial = await coda(...variants, '--trial');
  expect(trial).toMatchObject({ code: 64, stdout: expect.stringContaining('variant own') });
  expect(await coda(...variants, '--trial', '--approval', 'approved')).toMatchObject({ code: 0 });
  expect((await coda('letters')).stdout).toContain('on trial');
  expect(await coda('letters', '--stop')).toMatchObject({ code: 0 });
});

test('what cannot be compared is named', async () => {
  const { coda, v2 } = await somebody();
  const say = async (...args: string[]) => {
    const { code, stderr } = await coda(...args);
    return [code, stderr] as const;
  };
  const own = ['--variant', 'own'];
  expect(await say('nothing', ...own)).toEqual([66, expect.stringContaining('There is no skill nothing.')]);
  expect(await say('letters')).toEqual([65, expect.stringContaining('One variant')]);
  expect(await say('letters', ...own)).toEqual([65, expect.stringContaining('One variant')]);
  expect(await say('letters', ...own, '--variant', 'v3')).toEqual([65, expect.stringContaining('no variant v3')]);
  expect(await say('letters', ...own, '--variant', `v2=${v2}x`)).toEqual([65, expect.stringContaining('v2x')]);
  expect(await say('letters', '--variant', 'a b', ...own)).toEqual([
    64,
    expect.stringContaining('"a b" is no variant'),
  ]);
  const two = ['letters', ...own, '--variant', `v2=${v2}`];
  expect(await say(...two, '--variant', 'own')).toEqual([65, expect.stringContaining('named twice')]);
  for (const result of ['v2', 'v2:perhaps', 'v2:success:-1', ':success'])
    expect(await say(...two, '--result', result)).toEqual([64, expect.stringContaining(`"${result}" is no result`)]);
  expect(await say(...two, '--result', 'v9:success')).toEqual([65, expect.stringContaining('v9')]);
  expect(await say(...two, '--min-runs', '0')).toEqual([64, expect.stringContaining('--min-runs')]);
  expect(await say(...two, '--approval', 'maybe')).toEqual([64, expect.stringContaining('maybe')]);
  expect(await say(...two, '--approval', 'approved')).toEqual([65, expect.stringContaining('has won')]);
  expect(await say('letters', '--undo')).toEqual([65, expect.stringContaining('its own files')]);
  expect(await say('letters', '--stop')).toEqual([65, expect.stringContaining('on trial')]);
  expect(await say(...two, '--stop', '--undo')).toEqual([64, expect.stringContaining('Only one')]);
});

test('where approvals need a token, a winner needs it too', async () => {
  const { coda, v2, dataDir, config, env } = await somebody({ access: { approval_token: 'the-right-token-123' } });
  await using _daemon = await Jsonl.start({ dataDir, env, args: ['--config', config] });
  const swap = (...more: string[]) =>
    coda(
      ...['letters', '--variant', 'own', '--variant', `v2=${v2}`, '--result', 'v2:success', '--result', 'own:failure'],
      ...['--min-runs', '1', '--approval', 'approved', ...more],
    );
  expect(await swap()).toMatchObject({ code: 65, stderr: expect.stringContaining('access.approval_token') });
  expect(await swap('--approval-token', 'a-wrong-token-456')).toMatchObject({ code: 65 });
  expect(await swap('--approval-token', 'the-right-token-123')).toMatchObject({ code: 0 });
});
