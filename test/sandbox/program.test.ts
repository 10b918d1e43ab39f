import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { Docker } from '../../src/sandbox/docker.ts';
import { startProgram } from '../../src/sandbox/output.ts';
import type { ProgramContainerSpec } from '../../src/sandbox/spec.ts';
import { testWorld } from '../support/world.ts';

const SPEC = {
  ...{ session: 's', installation: 'i', instance: 'p', image: 'sha256:0', imageVolumes: [], architecture: 'amd64' },
  ...{ uids: { init: 1, code: 2 }, runtime: 'runc', command: ['true'] },
  limits: { memory: 1, cpus: 1, processes: 1, tmpfs: 1, shm: 1 },
} as unknown as ProgramContainerSpec;

/** A Docker whose programs end as they start, before it answers that they have. */
function hastyDocker() {
  const connection = new PassThrough();
  const removed: string[] = [];
  const docker = {
    create: async () => 'id',
    attach: async () => connection,
    start: async () => {
      connection.end();
      while (removed.length === 0) await new Promise(setImmediate);
    },
    remove: async (name: string) => void removed.push(name),
  };
  return { docker: docker as unknown as Docker, removed };
}

test('a program that is over before its start is known is told of in that order', async () => {
  const { docker } = hastyDocker();
  const told: string[] = [];
  const program = await startProgram(docker, SPEC, testWorld().log, {
    begins: () => void told.push('begins'),
    markOver: () => void told.push('over'),
  });
  await program.whenEnded;
  await program.close();
  expect(told).toEqual(['begins', 'over']);
});

test('one that may not begin is removed and never started', async () => {
  const { docker, removed } = hastyDocker();
  const begins = () => {
    throw new Error('closed');
  };
  const starting = startProgram(docker, SPEC, testWorld().log, { begins, markOver: () => {} });
  await expect(starting).rejects.toThrow('closed');
  expect(removed).toEqual(['coda-s']);
});
