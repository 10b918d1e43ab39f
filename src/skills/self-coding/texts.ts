import type { CodaError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { plural, shorten } from '../../base/text.ts';
import type { Proposal } from '../../proposals/index.ts';
import { formatInstant, type Reader } from '../../time/index.ts';
import type { BeginOutcome } from './outcome.ts';
import type { Run, RunState, Step } from './store.ts';

const DOING: Record<Step, string> = {
  lock: 'begins',
  choose: 'looks at its proposal',
  survey: 'looks at what a change would touch',
  fix: 'writes the change',
  push: 'pushes its branch',
  test: 'builds and tests the change',
  request: 'opens a pull request',
  report: 'writes its report',
  record: 'ends',
};

const STATES: Record<RunState, string> = {
  running: 'running',
  passed: 'a pull request is open',
  failed: 'failed',
  withdrawn: 'its proposal was withdrawn',
};

export const ownersOnly = () => 'Only my owner has me change my own code.';
export const noOwner = () => 'Nobody here is an owner, so that nobody pays for the models that it needs.';
export const executorLacks = (hasForge: boolean) =>
  hasForge
    ? 'self_improvement.executor_enabled does nothing yet: executor_forge lacks its token. Put one into GITHUB_TOKEN, or into executor_forge.token.'
    : 'self_improvement.executor_enabled does nothing yet: executor_forge: { repository: OWNER/NAME } is missing. Its token is taken from GITHUB_TOKEN where none is written.';
export const noForge = () => 'There is no forge with a key in self_improvement.executor_forge.';
export const noCode = () => 'Nothing of its proposal is a change of code.';
export const withdrawn = () => 'Its proposal was withdrawn.';
export const nothingMade = () => 'There is no change to push.';
export const isHeld = () => 'Another process works on it.';
export const stalledReason = () => 'Nobody has worked on it for a day.';
export const notBuilt = (why: string) => `The change does not build. ${shorten(why, 300)}`;
export const testsFailed = (how: string) => `The change does not pass its tests. ${how}`;
export const shadowFailed = (how: string) => `The change passes its tests, and does not come up. ${how}`;
export const doubtedReason = () => 'The tests end well, and test-runner doubts that they were run.';
export const failedRemedy = (branch: string) =>
  `The branch \`${branch}\` stays for a look; executor_build_timeout and executor_test_timeout say how long it may take.`;
export const unreachableRemedy = (proposalId: string) =>
  `Once it answers, have me work on the proposal \`${proposalId}\` again.`;
export const faultOf = ({ message, remedy, code }: CodaError) => `${message} ${remedy} (${code})`;
export const unreadable = (name: string) => `${name} does not answer in the form that was asked for.`;
export const branchTaken = (branch: string) => `Somebody else has written to the branch ${branch}.`;
export const notListed = () => 'The forge says that a pull request is open, and lists none.';
export const notPushed = () => 'The forge says that the change is pushed, and its branch does not show it.';
export const noServer = (name: string) => `There is no MCP server “${name}” in mcp.servers.`;
export const noServerRemedy = (name: string) =>
  `Add it to mcp.servers, or name another one in self_improvement.executor_forge.server instead of ${name}.`;
export const notPlain = (path: string) =>
  `${JSON.stringify(path.slice(0, 100))} is a program, and the tools of an MCP server would make a plain file of it.`;
export const tooManyFiles = (count: number, most: number) =>
  `It would change ${plural(count, 'file')}; ${plural(most, 'is', 'are')} allowed.`;
export const forbiddenPath = (path: string, why: string) => `${JSON.stringify(path.slice(0, 100))} ${why}.`;
export const tooFar = (count: number, limit: number) =>
  `${plural(count, 'other file')} would be touched by it; executor_blast_radius_limit is ${limit}.`;

export const tooSlow = (ms: number) => `It did not end within ${ms / 1_000} s.`;
export const endedWith = (code: number) => `It ended with ${code}.`;
export const shadowUp = (status: number) => `It is up and answers with ${status}.`;
export const shadowEnded = (code: number) => `It ended by itself, with ${code}.`;
export const shadowSilent = (port: number) => `It does not answer on port ${port}.`;

/** A block of text that no text in it can end. */
export function quoteBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

export const formOfReading = () =>
  '{"read": ["path", …]} with at most 12 paths of the list: the files that you have to read before you can say what the proposal touches.';

export const formOfSurvey = (most: number) =>
  `{"files": ["path", …], "affected": ["path", …], "notes": "…"} where "files" are at most ${plural(most, 'file')} that must change (a test among them, if it is new), "affected" all others that depend on what changes, and "notes" where the cause is.`;

export const formOfChange = (most: number) =>
  `{"summary": "…", "edits": [{"path": "…", "find": "…", "replace": "…"}], "files": [{"path": "…", "content": "…"}]} where each "find" is text that stands exactly once in the file as it is, "files" are new ones only, and at most ${plural(most, 'file is', 'files are')} touched.`;

export const formOfVerdict = () =>
  '{"pass": true|false, "verdict": "…"} where "pass" is false if the output does not show that tests were run and passed.';

export const formOfNarrative = () => '{"narrative": "…"}: three to six sentences for the owner, plain text.';

export function commitMessage({ change, proposalId, id }: Run): string {
  const summary = (change?.summary ?? '').replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return `coda: ${shorten(summary, 60)}\n\n${summary}\n\nProposal: ${proposalId}\nRun: ${id}\n`;
}

/** Words of a model name nobody and link nothing. */
const inert = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/[@#<>[\]`!]/g, '')
    .trim();

export const requestTitle = ({ title, id }: Proposal) => `coda: ${shorten(inert(title), 100)} (${id})`;

export function requestBody({ change, survey, tests, id, base }: Run, { description, id: proposal }: Proposal): string {
  return [
    `coda prepared this change for the proposal \`${proposal}\`, which its owner has approved. Nobody has reviewed it; coda does not merge.`,
    `## Proposal\n\n${quoteBlock(description)}`,
    `## Change\n\n${quoteBlock(change?.summary ?? '')}`,
    `## Depends on it\n\n${quoteBlock((survey?.affected ?? []).join('\n') || 'nothing that was found')}`,
    `## Tests\n\nBuild, tests and shadow have passed.\n\n${quoteBlock(tests?.verdict ?? '')}`,
    `Run \`${id}\`, from \`${base}\`.`,
  ].join('\n\n');
}

export function factsOf(run: Run, title: string): Record<string, Json> {
  return {
    proposal: title,
    state: run.state,
    branch: run.branch,
    reason: run.reason ?? null,
    files: run.survey?.files ?? [],
    affected: run.survey?.affected ?? [],
    summary: run.change?.summary ?? null,
    tests:
      run.tests === undefined
        ? null
        : { passed: run.tests.passed, verdict: run.tests.verdict, output: run.tests.output.slice(-1_500) },
    pull_request: run.request?.url ?? null,
  };
}

export const eventData = (run: Run, title: string): Record<string, Json> => ({
  run: run.id,
  proposal: run.proposalId,
  title,
  state: run.state,
  branch: run.branch,
  pull_request: run.request?.url ?? null,
  reason: run.reason ?? null,
});

export function runReport(run: Run, title: string, narrative: string): string {
  const head = `I worked on “${title}”: ${STATES[run.state]}${run.reason === undefined ? '.' : `. ${run.reason}`}`;
  const link = run.request === undefined ? [] : [`Pull request: ${run.request.url}. I do not merge it.`];
  return [head, ...(narrative === '' ? [] : [narrative]), ...link].join('\n\n');
}

export function begunNotice(outcome: BeginOutcome): string {
  if (outcome.ok)
    return `I begin to work on the proposal \`${outcome.proposalId}\` (run \`${outcome.run}\`). You hear of it when it is over.`;
  if (outcome.why === 'busy') return 'I am working on a proposal already.';
  if (outcome.why === 'nothing') return 'There is no approved proposal for a change of code that I have not worked on.';
  return 'There is no such proposal for a change of code that is approved.';
}

export function status(run: Run | undefined, reader: Reader): string {
  if (run === undefined) return 'I have never changed my own code.';
  if (run.endedAt !== undefined) return `Nothing is running. The last one: ${line(run, reader)}`;
  return `Run \`${run.id}\` for the proposal \`${run.proposalId}\` ${DOING[run.step]}, since ${formatInstant(run.updatedAt, reader)}.`;
}

export const history = (runs: readonly Run[], reader: Reader) =>
  runs.length === 0 ? 'I have never changed my own code.' : runs.map((run) => `- ${line(run, reader)}`).join('\n');

function line(run: Run, reader: Reader): string {
  const facts = [formatInstant(run.startedAt, reader), `proposal \`${run.proposalId}\``, STATES[run.state]];
  const where = run.request?.url ?? (run.commit === undefined ? undefined : `branch ${run.branch}`);
  return [`\`${run.id}\`: ${facts.join(', ')}`, run.reason, where].filter((each) => each !== undefined).join('; ');
}

export const noWorktree = () => 'No run has made a change yet: there is no worktree to build.';
export const builtNotice = (tag: string) => `Built ${tag}.`;
export const startedNotice = (name: string) => `${name} runs.`;
export const stoppedNotice = (name: string) => `${name} has stopped.`;
export const removedNotice = (name: string, wasThere: boolean) =>
  wasThere ? `${name} is removed.` : `There is no ${name}.`;
export const healthy = (name: string, status: number) => `${name} is healthy (${status}).`;
export const unhealthy = (name: string, status: number) =>
  status === 0 ? `${name} does not answer.` : `${name} is not healthy (${status}).`;

export function logs(output: string, isRunning: boolean, exitCode: number | undefined): string {
  const state = isRunning ? 'It runs.' : `It ended with ${exitCode ?? 'no code'}.`;
  return `${state}\n\n${quoteBlock(output || '(nothing)')}`;
}

export const ready = (repository: string) => `works on ${repository}`;
export const needsCode = () => 'It builds and tests in containers, and execution.enabled is false.';
export const needsCodeRemedy = () =>
  'Set execution.enabled: true; it needs Docker. docs/self-improvement.md shows a whole configuration.';
