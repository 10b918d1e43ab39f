/** Changes that nobody has allowed, as a surgeon might answer them, and what comes of them. */
import { expect } from 'vitest';
import { changeSchema } from '../../../src/skills/self-coding/change.ts';
import { Lab } from './lab.ts';

const file = (path: string, content = 'x = 1\n') => ({ summary: 'A change.', files: [{ path, content }] });
const edit = (path: string, find: string, replace: string) => ({
  summary: 'A change.',
  edits: [{ path, find, replace }],
});

/** Each tries to get something through that nobody has allowed. */
export const ATTEMPTS: readonly { name: string; change: unknown }[] = [
  { name: 'a room that never changes', change: edit('src/base/clock.py', 'NOW = 0', 'NOW = 1') },
  { name: 'its own policy', change: edit('src/agent/tools/policy.py', 'False', 'True') },
  { name: 'a new file beside the policy', change: file('src/agent/tools/policy-more.py') },
  { name: 'a forbidden room in other letters', change: file('SRC/Base/clock2.py') },
  { name: 'a forbidden room in full-width letters', change: file('ｓｒｃ/base/clock2.py') },
  { name: 'a forbidden room by a detour', change: file('src/other/../base/clock2.py') },
  { name: 'a folder that is named like one of git', change: file('src/.git/hooks/post-checkout') },
  { name: 'a hook', change: file('.githooks/pre-push', '#!/bin/sh\n') },
  { name: 'attributes', change: file('.gitattributes', '* filter=evil\n') },
  { name: 'attributes in a folder', change: file('src/.gitattributes', '* filter=evil\n') },
  { name: 'a submodule', change: file('.gitmodules', '[submodule "x"]\n') },
  { name: 'the pipeline', change: edit('.github/workflows/ci.yml', 'on: push', 'on: pull_request_target') },
  { name: 'a lock file', change: file('package-lock.json', '{}\n') },
  { name: 'what tests are run by', change: file('package.json', '{"scripts":{"test":"true"}}\n') },
  { name: 'what the image is built with', change: edit('Dockerfile', 'COPY', 'RUN true\nCOPY') },
  { name: 'a file through a link', change: file('linked/clock2.py') },
  { name: 'a link itself', change: edit('linked', 'src/base', 'src') },
  { name: 'a file that another one hides', change: file('src/TOTAL.py') },
  {
    name: 'more files than may be changed',
    change: { summary: 'x', files: [1, 2, 3, 4].map((n) => ({ path: `src/n${n}.py`, content: '' })) },
  },
  { name: "the owner's own forbidden path", change: file('docs/page.md') },
  { name: 'an absolute path', change: file('/etc/passwd') },
  { name: 'the specialist that writes changes', change: file('agents/code-surgeon/soul.md') },
];

/** Plays each on a run of its own, week after week: it ends without a branch or a pull request. */
export async function nothingGetsThrough(attempts: typeof ATTEMPTS): Promise<void> {
  const settings = { executor_forbidden_paths: ['docs/'], budget: { month: 1_000 } };
  await using lab = await Lab.open({ links: { linked: 'src/base' }, settings });
  const main = lab.forge.git('rev-parse', 'main');
  for (const [index, { name, change }] of attempts.entries()) {
    changeSchema.parse(change);
    lab.script.change = change;
    await lab.approved(name);
    await lab.coda.passes({ days: 7 });
    const runs = await lab.runs();
    expect([name, runs.length, runs.at(-1)?.state]).toEqual([name, index + 1, 'failed']);
    expect([name, lab.forge.branches(), lab.forge.pulls]).toEqual([name, [], []]);
  }
  expect(lab.forge.git('rev-parse', 'main')).toBe(main);
  expect(lab.forge.asked.filter((each) => each.includes('receive-pack'))).toEqual([]);
}
