import { expect, test } from 'vitest';
import { command } from '../support/command-lines.ts';
import { Jsonl, migratedDataDir } from '../support/jsonl.ts';

/** A command on `dataDir`, as a shell would call it. */
function shell(dataDir: string) {
  return async (...args: string[]) => {
    return command([...args, '--data', dataDir]);
  };
}

test('jobs and notices are added beside a daemon and without one', async () => {
  const dataDir = await migratedDataDir();
  const coda = shell(dataDir);
  await using chat = await Jsonl.start({ dataDir });
  await chat.say('hello');
  expect(await coda('jobs', 'enqueue', 'no-such-kind')).toMatchObject({
    code: 65,
    stderr: expect.stringMatching(/no jobs of the kind no-such-kind[\s\S]*notify, [\s\S]*retention/),
  });
  expect(await coda('jobs', 'enqueue', 'retention')).toMatchObject({ code: 0 });
  expect(await coda('jobs', 'work')).toMatchObject({ code: 0, stdout: 'No background job is due.\n' });
  expect((await coda('jobs', 'list', '--all')).stdout).toBe('No background job waits, runs or has given up.\n');
  const people = JSON.parse((await coda('people', '--json')).stdout);
  const tell = async (text: string, key: string) =>
    JSON.parse((await coda('notify', text, '--to', people[0].id, '--key', key, '--json')).stdout);
  expect(await tell('Green.', 'build-1')).toEqual({ outcome: 'accepted', key: 'build-1' });
  await chat.next((line) => line.text === 'Green.');
  expect(await tell('Green.', 'build-1')).toEqual({ outcome: 'duplicate', key: 'build-1' });
  await chat.say('every Friday at 4pm run weekly-review');
  const { tasks, planned } = JSON.parse((await coda('schedules', '--json')).stdout);
  expect(tasks).toContainEqual(expect.objectContaining({ name: 'retention', enabled: true }));
  expect(planned).toMatchObject([{ person: people[0].name, state: 'on' }]);
  expect((await coda('schedules', 'off', planned[0].id)).stdout).toContain('is off');
  expect(await chat.say('/schedules')).toMatch(/weekly-review[^\n]*off/);
  const mistyped = await coda('schedules', 'off', 'retentio');
  expect(mistyped).toMatchObject({ code: 65, stderr: expect.stringContaining('Did you mean retention?') });
  await coda('schedules', 'off', 'retention');
  expect((await coda('schedules')).stdout).toMatch(/^retention: off/m);
  await chat.end();
  expect((await coda('schedules', 'on', 'retention')).stdout).toBe('retention is on.\n');

  expect(await tell('Red.', 'build-2')).toMatchObject({ outcome: 'accepted' });
  const id = (await coda('jobs', 'enqueue', 'retention')).stdout.trim();
  expect((await coda('jobs')).stdout).toContain('2 others wait or run: "coda jobs list --all" shows them.');
  await coda('jobs', 'work');
  // What is to be said is left to a coda that has its platforms.
  const left = JSON.parse((await coda('jobs', 'list', '--all', '--json')).stdout);
  expect(left.jobs).toMatchObject([{ kind: 'notify', state: 'pending' }]);
  expect((await coda('jobs', 'cancel', id)).code).toBe(64);
  await using again = await Jsonl.start({ dataDir });
  await again.next((line) => line.text === 'Red.');
});

test('the list says in words what a job does, also where no daemon runs', async () => {
  const coda = shell(await migratedDataDir());
  const id = (await coda('jobs', 'enqueue', 'retention')).stdout.trim();
  expect((await coda('jobs', 'list', '--all')).stdout).toMatch(
    new RegExp(`${id}  pending  .*  removes what is long done: .* \\(retention\\)  0 attempts`),
  );
  expect(JSON.parse((await coda('jobs', 'list', '--all', '--json')).stdout).jobs).toMatchObject([
    { id, kind: 'retention', does: expect.stringContaining('removes what is long done') },
  ]);
});
