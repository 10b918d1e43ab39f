import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../agent-skills/support.ts';
import { bundle, Publisher } from '../skills/skill-market/support.ts';
import { command, commandsData } from '../support/command-lines.ts';
import { ModelServer } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';

test('a revocation that a command sees first, while no coda runs, holds from then on', async () => {
  const [home, { dataDir, env: at }] = [temporaryFolder(), await commandsData()];
  const publisher = await Publisher.open();
  onTestFinished(() => publisher[Symbol.asyncDispose]());
  const models = await ModelServer.start();
  onTestFinished(() => models[Symbol.asyncDispose]());
  models.improvise = () => ({ text: 'The minutes are written.' });
  const config = join(home, 'config.yaml');
  const egress = { i_understand_private: [{ network: '127.0.0.22/32', port: publisher.port }] };
  const memory = { embedder: { kind: 'none' } };
  writeFileSync(config, JSON.stringify({ ...modelConfig(models), egress, memory }));
  const env = { HOME: home, ...at };
  const coda = (...args: string[]) => command([...args, '--data', dataDir, '--config', config], { env });

  const skills = { minutes: bundle('minutes'), 'office/letters': bundle('letters') };
  const catalog = publisher.publish('/c.json', publisher.catalog(skills));
  for (const id of Object.keys(skills)) {
    const installed = await coda('skills', 'market', 'install', id, '--catalog', catalog, '--approval', 'approved');
    expect(installed, id).toMatchObject({ code: 0, stderr: '' });
    // Its owner has a conversation now, where the revocation is told.
    expect(await coda('skills', 'run', id, 'x'), id).toMatchObject({ code: 0, stdout: 'The minutes are written.\n' });
  }

  const revoked = Object.keys(skills).map((id) => ({ id, reason: 'It loses pages' }));
  publisher.publish('/c.json', publisher.catalog(skills, { serial: 2, revoked }));
  const seen = await coda('skills', 'market', 'browse');
  expect(seen).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('revoked: It loses pages') });
  const listed = (await coda('skills', 'list')).stdout;
  for (const id of Object.keys(skills)) {
    expect(listed).toMatch(new RegExp(`^${id} +installed +revoked: .*It loses pages`, 'm'));
    const run = await coda('skills', 'run', id, 'x');
    expect(run, id).toMatchObject({ stdout: '', stderr: expect.stringContaining('revoked it (It loses pages)') });
    expect(run.code).not.toBe(0);
  }
});
