import { expect, onTestFinished, test } from 'vitest';
import { LiveSkills } from '../../src/agent-skills/live/live.ts';
import { readConfig } from '../../src/app/index.ts';
import { openBus } from '../../src/bus/index.ts';
import { embeddersOf } from '../../src/vectors/index.ts';
import { openTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { testWorld } from '../support/world.ts';
import { skillText, temporaryFolder, write } from './support.ts';

/** Two processes of one household that share folders. */
async function twoReplicas(settings: Record<string, unknown> = {}, complaints: unknown[] = []) {
  const folder = temporaryFolder();
  const home = temporaryFolder();
  const world = testWorld({ env: { HOME: home } });
  world.log.warn = (about: unknown) => void complaints.push(about);
  const database = await openTestDatabase(world);
  const bus = await openBus({}, world);
  const values = { 'skills.agent_skill_dirs': [folder], ...settings };
  const flags = Object.fromEntries(Object.entries(values).map(([path, value]) => [path, { name: path, value }]));
  const config = readConfig({ env: {}, dataDir: home, flags, secrets: world.secrets, cwd: home });
  const open = () =>
    new LiveSkills({
      config,
      world,
      bus,
      database,
      chosen: new Map(),
      embedders: embeddersOf({ kind: 'none' }),
      jobs: { enqueue: () => Promise.reject(new Error('nothing is to be embedded')) },
    });
  const replicas = [open(), open()] as const;
  const stops = await Promise.all(replicas.map((replica) => replica.start()));
  onTestFinished(async () => {
    for (const stop of stops) stop();
    await bus.close();
    await database.close();
  });
  return { folder, replicas };
}

test('what one replica reads anew the others read, too', async () => {
  const { folder, replicas } = await twoReplicas();
  const [one, other] = replicas;
  write(folder, 'pdf/SKILL.md', skillText('pdf'));
  expect(one.catalog.current().skills.has('pdf')).toBe(false);
  expect(await one.rescan()).toMatchObject({ added: ['pdf'] });
  expect(await eventually(() => other.catalog.current().skills.has('pdf'))).toBe(true);
});

test('a folder that is configured and not there is logged once', async () => {
  const complaints: unknown[] = [];
  const { replicas } = await twoReplicas({ 'skills.agent_skill_dirs': ['/not/there'] }, complaints);
  await replicas[0].rescan();
  await replicas[0].rescan();
  // Each replica may have other folders.
  expect(complaints).toEqual([{ directory: '/not/there' }, { directory: '/not/there' }]);
});

test('watched folders need nobody to say that something changed', async () => {
  const { folder, replicas } = await twoReplicas({ 'skills.watch': true });
  write(folder, 'pdf/SKILL.md', skillText('pdf'));
  expect(await eventually(() => replicas.every(({ catalog }) => catalog.current().skills.has('pdf')))).toBe(true);
  write(folder, 'pdf/SKILL.md', skillText('pdf', { description: 'Changed.' }));
  const isChanged = () => replicas[0].catalog.current().skills.get('pdf')?.description === 'Changed.';
  expect(await eventually(isChanged)).toBe(true);
});
