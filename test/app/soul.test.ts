import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { soulOf } from '../../src/app/agent.ts';
import { ModelServer } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';
import { play } from '../support/play.ts';
import { testWorld } from '../support/world.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coda-soul-'));
  file = join(folder, 'soul.md');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

test('what the owner writes is told to the model after the name and the rules, and what a conversation asks for after it', async () => {
  await using server = await ModelServer.start();
  writeFileSync(file, '<!-- for whoever edits it -->\nYou love riddles.');
  const config = { ...modelConfig(server), 'assistant.soul': file, 'assistant.name': 'Ada' };
  await using coda = await play({ config });
  const ana = coda.person('ana');
  await ana.says('/soul Answer in verse.');
  await ana.says('hello');
  const { text } = server.requests.at(-1)?.body.system[0] ?? {};
  expect(text).toMatch(/^You are Ada[\s\S]*You love riddles\.\n\nAnswer in verse\./);
  expect(text).not.toContain('whoever edits');
});

test('a changed file is read again, and none is no fault', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const soul = soulOf(file, testWorld());
  expect(await soul()).toBe('');
  writeFileSync(file, 'Be brief.');
  utimesSync(file, 1, 1);
  now += 2_000;
  expect(await soul()).toBe('Be brief.');
  writeFileSync(file, 'Be long.');
  utimesSync(file, 2, 2);
  now += 2_000;
  expect(await soul()).toBe('Be long.');
});
