import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/root.ts';
import { pathRefusal, refusalOf } from '../../../src/skills/self-coding/forbidden.ts';
import type { Change, Entry } from '../../../src/skills/self-coding/repository.ts';
import { ATTEMPTS, nothingGetsThrough } from './attempts.ts';
import { Lab } from './lab.ts';

test('nothing forbidden gets through: no branch, no pull request', async () => {
  expect(ATTEMPTS.length).toBeGreaterThanOrEqual(20);
  const some = ['its own policy', 'attributes', 'the pipeline', 'a file through a link'];
  await nothingGetsThrough(ATTEMPTS.filter(({ name }) => some.includes(name)));
});

test('a survey that names a forbidden file, or too many that depend on it, ends before a line is written', async () => {
  const survey = { files: ['src/base/clock.py'], affected: [], notes: '' };
  await using lab = await Lab.open({ script: { survey }, settings: { executor_blast_radius_limit: 1 } });
  await lab.approved('A room that never changes');
  await lab.monday();
  expect(await lab.ended()).toEqual({ state: 'failed', reason: '"src/base/clock.py" may never be changed.' });
  lab.script.survey = { files: ['src/total.py'], affected: ['server.py'], notes: '' };
  await lab.approved('Too far');
  await lab.coda.passes({ days: 7 });
  expect((await lab.runs()).at(-1)?.reason).toContain('2 other files would be touched by it');
  expect(lab.models.requests.filter(({ text }) => text.includes('# Code surgeon'))).toEqual([]);
});

test('a difference is judged by what it holds, whatever made it', () => {
  const base: Entry[] = [
    { mode: '100644', path: 'src/a.py', size: 1 },
    { mode: '120000', path: 'link', size: 1 },
    { mode: '160000', path: 'sub', size: 0 },
  ];
  const refusal = (...changes: Change[]) => refusalOf(changes, base, { forbidden: [], maxFiles: 3 });
  const plain = { from: '100644', to: '100644' };
  expect(refusal({ path: 'src/a.py', ...plain })).toBeUndefined();
  expect(refusal({ path: 'src/new.py', from: '000000', to: '100644' })).toBeUndefined();
  for (const wrong of [
    { path: 'src/a.py', from: '100644', to: '100755' },
    { path: 'src/a.py', from: '100644', to: '120000' },
    { path: 'src/a.py', from: '100644', to: '000000' },
    { path: 'src/new.sh', from: '000000', to: '100755' },
    { path: 'src/sub', from: '000000', to: '160000' },
    { path: 'link', from: '120000', to: '120000' },
    { path: 'link', from: '120000', to: '100644' },
    { path: 'link/a.py', from: '000000', to: '100644' },
    { path: 'sub/a.py', from: '000000', to: '100644' },
    { path: 'SRC/A.PY', from: '000000', to: '100644' },
  ]) {
    expect([wrong, refusal(wrong)]).toEqual([wrong, expect.any(String)]);
  }
  // A renamed file is one that went and one that came.
  expect(
    refusal({ path: 'src/a.py', from: '100644', to: '000000' }, { path: 'src/b.py', from: '000000', to: '100644' }),
  ).toContain('removed');
  expect(refusal()).toContain('changes nothing');
});

const closed = (path: string): boolean => pathRefusal(path, []) !== undefined;

/** Every file of coda itself, but for what is built or fetched. */
const filesOf = (folder: string): string[] =>
  readdirSync(join(packageRoot(), folder), { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? relative(packageRoot(), join(entry.parentPath, entry.name)) : [],
  );

test('rooms that decide what coda may do are closed with their tests, and open ones are not', () => {
  const never =
    `src/base/x.ts src/app/x.ts src/main.ts src/agent/tools/policy.ts src/agent/tools/authorize.ts src/agent/approvals/x.ts
    src/people/x.ts src/audit/x.ts src/sandbox/x.ts src/egress/x.ts migrations/0001_x.sql .github/workflows/x.yml .ci/run
    package-lock.json sub/yarn.lock test/people/x.test.ts test/sandbox/x.test.ts test/agent/policy.test.ts test/house/x.ts
    src/skills/self-coding/forbidden.ts test/skills/self-coding/forbidden.test.ts vitest.config.ts .npmrc
    docker-compose.yml deploy/Dockerfile.slim .husky/pre-commit src/x/.gitattributes Makefile conftest.py`.split(/\s+/);
  expect(never.filter((path) => !closed(path))).toEqual([]);
  const open =
    'src/skills/notes/save.ts test/skills/notes/save.test.ts src/english/x.ts src/time/x.ts docs/notes.md assets/times/x.yaml'.split(
      ' ',
    );
  expect(open.filter(closed)).toEqual([]);
  for (const odd of ['a\\b', 'a\u200bb.ts', '.. /a', 'a./b', 'GIT~1/config', 'a//b', 'caf\u0065\u0301.ts', 'a\nb'])
    expect([odd, pathRefusal(odd, [])]).toEqual([odd, 'is no plain path']);
});

test('a file is closed by its folder: also beside those that are there, and in a room to come', () => {
  const named =
    `src/agent/turn/loop.ts src/adapters/slack/parse.ts src/adapters/http/server.ts src/people/pairing/store.ts
    src/chat/pairing.ts src/skills/webhooks/index.ts src/agent-skills/images/images.ts src/sandbox/images.ts
    src/delivery/admission.ts src/skills/mcp/tools.ts src/skills/connectors/call.ts deploy/coda.service
    deploy/kubernetes.yaml assets/audit-rules.yaml assets/prices.json assets/browser/Dockerfile Dockerfile`.split(
      /\s+/,
    );
  expect(named.filter((path) => !existsSync(join(packageRoot(), path)))).toEqual([]);
  expect(named.filter((path) => !closed(path))).toEqual([]);
  const beside = named.map((path) => join(dirname(path), 'fresh.ts')).filter((path) => path.includes('/'));
  expect(
    [...beside, 'src/room/x.ts', 'test/room/x.test.ts', 'src/skills/room/x.ts'].filter((path) => !closed(path)),
  ).toEqual([]);

  const rooms = (folder: string) =>
    new Set(
      filesOf(folder).flatMap((path) =>
        closed(path) ? [] : (/^\w+\/(?:skills\/)?[\w-]+/.exec(path)?.[0].slice(folder.length + 1) ?? []),
      ),
    );
  const changeable =
    'english skills/basics skills/memory skills/notes skills/reminders skills/tasks skills/weather time vectors';
  expect([...rooms('src')].sort().join(' ')).toBe(changeable);
  expect([...rooms('test')].filter((room) => !changeable.split(' ').includes(room))).toEqual([]);
  const assets = filesOf('assets').filter((path) => !closed(path) && !path.startsWith('assets/times/'));
  expect(assets).toEqual(['assets/synonyms.txt']);
  for (const folder of ['agents', 'agent-skills', 'migrations', 'scripts', 'deploy', 'config', '.github', '.ci'])
    expect(
      filesOf(folder).filter((path) => !closed(path)),
      folder,
    ).toEqual([]);
});
