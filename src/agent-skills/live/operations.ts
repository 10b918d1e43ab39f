/** Decisions of the owner about agent skills, and what is learnt of their requests. */
import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { didYouMean, plural } from '../../base/text.ts';
import { approvalFlags, operation, usage, type Wire } from '../../chat/operation.ts';
import { type Inquest, trustTexts } from '../../trust/index.ts';
import { validateSkills } from '../catalog/validate.ts';
import { nearSkills, skillMeant } from '../skill.ts';
import type { LiveSkills } from './live.ts';

const TERMINAL = 'terminal';
const LIST = '"coda skills list" shows what there is.';

const inquire = operation({
  name: 'skills inquire',
  input: z.object({ name: z.string() }),
  run: (skills: LiveSkills, { name }) => skills.inquire(name),
});

const inquestText = (inquest: Inquest): string => `${trustTexts.inquest(inquest).replaceAll('**', '')}\n`;

const pinned = z.object({ name: z.string(), hash: z.string() });

const skillPin = z.strictObject({ name: z.string().min(1).max(200), hash: z.string().regex(/^[0-9a-f]{64}$/) });

const approve = operation({
  name: 'skills approve',
  input: pinned,
  approves: true,
  audit: (input, isDone: boolean) => (isDone ? input : undefined),
  route: {
    paths: ['/v1/skills/trust'],
    scope: 'admin',
    tag: 'skills',
    summary: 'Trusts a skill: it may be used as its files are, by the hash that was shown.',
    body: skillPin,
    conflict: (isDone) => (isDone ? undefined : 'Its files have changed meanwhile: look at them again.'),
  },
  run: (skills: LiveSkills, { name, hash }, { besides }) => skills.approve(name, hash, besides),
});

const withdraw = operation({
  name: 'skills withdraw',
  summary: 'take back that a skill may be used, until an owner approves it again',
  input: z.object({ name: z.string() }),
  args: ['name'],
  audit: (input, isDone: boolean) => (isDone ? input : undefined),
  run: (skills: LiveSkills, { name }, { besides }) => skills.withdraw(name, besides),
  route: {
    paths: ['/v1/skills/:name/withdraw'],
    scope: 'admin',
    tag: 'skills',
    summary: 'Takes back that a skill may be used, until an owner trusts it again.',
    params: z.object({ name: z.string().min(1).max(200) }),
    conflict: (isDone) => (isDone ? undefined : 'Nobody has trusted it: there is nothing to take back.'),
  },
  show(isDone, { name }) {
    if (!isDone) throw usage(`Nobody has approved ${name}.`, LIST);
    return `${name} is not used until an owner approves it again.\n`;
  },
});

/** Approves exactly the files that were shown. Exit status 1 where the answer is no. */
const approving = operation({
  name: 'skills approve',
  summary: 'let a skill be used as its files are now, after showing what it may do',
  input: z.object({ name: z.string(), yes: z.boolean().optional().describe('without asking, for programs') }),
  args: ['name'],
  async conduct(ask, { name, yes }, { io, confirm }) {
    const inquest = (await ask(inquire, { name })) as string | Inquest;
    if (typeof inquest === 'string') throw usage(inquest, LIST);
    if (inquest.isApproved) return `${name} is approved as it is now.\n`;
    io.stdout.write(inquestText(inquest));
    if (!yes && !(await confirm('somebody has read what "coda skills audit NAME" finds')))
      return { out: 'Nothing was changed.\n', status: 1 };
    if (!(await ask(approve, { name, hash: inquest.pin.hash }))) throw changedMeanwhile(name);
    return `${name} may be used as its files are now.\n`;
  },
});

const changedMeanwhile = (name: string) =>
  usage(`The files of ${name} have changed meanwhile.`, 'Look at them again with the same command.');

const activate = operation({
  name: 'skills activate',
  input: pinned,
  approves: true,
  audit: (input, isDone: boolean) => (isDone ? input : undefined),
  // Whoever is signed in as an owner gave `access.approval_token` with the link, where there is one.
  route: {
    paths: ['/v1/skills/activate'],
    scope: 'admin',
    tag: 'skills',
    summary: 'Offers a draft, as its files are.',
    body: skillPin,
    conflict: (isDone) => (isDone ? undefined : 'The files of this draft have changed, or it is gone.'),
  },
  run: (skills: LiveSkills, { name, hash }, { besides }) => skills.activate(name, hash, besides),
});

const activating = operation({
  name: 'skills activate',
  summary: 'offer a draft, as its files are now, after showing what it may do',
  input: z.object({ id: z.string(), ...approvalFlags }),
  args: ['id'],
  async conduct(ask, { id }, { io, approves }) {
    const inquest = (await ask(inquire, { name: id })) as string | Inquest;
    if (typeof inquest === 'string') throw usage(inquest, LIST);
    const { name } = inquest.id;
    io.stdout.write(inquestText(inquest));
    if (!approves()) {
      const remedy = `Read that, then: coda skills activate ${name} --approval approved`;
      throw usage(`${name} is not activated without a yes.`, remedy);
    }
    if (!(await ask(activate, { name, hash: inquest.pin.hash }))) throw changedMeanwhile(name);
    return `${name} is offered from now on, as its files are.\n`;
  },
});

/** A name that no skill has, and the name that was meant if one is near. */
interface Unknown {
  unknown: string;
  near: string | undefined;
}

function nameOf(skills: LiveSkills, typed: string): string | Unknown {
  const snapshot = skills.catalog.current();
  return (
    skillMeant(snapshot, typed)?.name ?? {
      unknown: typed,
      near: didYouMean(typed, [...snapshot.skills.keys()]),
    }
  );
}

/** The error of a command. */
const noSkill = ({ unknown, near }: Wire<Unknown>): CodaError =>
  usage(`There is no skill ${unknown}.`, near ? `Did you mean ${near}?` : '"coda skills list" shows them.');

/** The error of a request. */
const notFound = (name: string): CodaError =>
  new CodaError('SKILL_NOT_FOUND', { message: `There is no skill ${name}.`, remedy: 'POST /run finds skills.' });

/** Paths of one skill: with and without a group, under `/skills` and under `/v1/skills`. */
const pathsOf = (verb: string) =>
  ['/skills', '/v1/skills'].flatMap((prefix) => [`${prefix}/:id/${verb}`, `${prefix}/:group/:id/${verb}`]);
const params = z.object({ group: z.string().max(64).optional(), id: z.string().min(1).max(200) });
const idIn = ({ group, id = '' }: Record<string, string>): string => (group === undefined ? id : `${group}/${id}`);

interface Deprecation {
  name: string;
  reason: string;
  replacement: string | undefined;
}

const deprecate = operation({
  name: 'skills deprecate',
  summary: 'keep a skill, and no longer offer it to the model',
  input: z.object({
    name: z.string(),
    reason: z.string().meta({ description: 'why', value: 'text' }),
    replacement: z.string().optional().meta({ description: 'the skill to use instead', value: 'name' }),
  }),
  args: ['name'],
  audit: (_, done: Deprecation) => done,
  async run(skills: LiveSkills, asked, { besides }) {
    await skills.rescan();
    const name = nameOf(skills, asked.name);
    if (typeof name !== 'string') return name;
    const replacement = asked.replacement === undefined ? undefined : nameOf(skills, asked.replacement);
    if (typeof replacement === 'object') return replacement;
    const deprecation: Deprecation = { name, reason: asked.reason, replacement };
    await skills.deprecate(deprecation, (tx) => besides(tx, deprecation));
    return name;
  },
  route: {
    paths: pathsOf('deprecate'),
    scope: 'admin',
    tag: 'skills',
    summary: 'A skill stays, and models are not offered it any more.',
    params,
    body: z.strictObject({
      reason: z.string().trim().min(1).max(500),
      replacement_id: z.string().max(200).optional(),
    }),
    answers: { 200: { description: 'It is.', schema: z.object({ id: z.string(), deprecated: z.literal(true) }) } },
    input: (named, { reason, replacement_id: replacement }) => {
      return { name: idIn(named), reason: reason as string, replacement: replacement as string | undefined };
    },
    answer(name) {
      if (typeof name !== 'string') throw notFound(name.unknown);
      return { json: { id: name, deprecated: true } };
    },
  },
  show(name) {
    if (typeof name !== 'string') throw noSkill(name);
    return `${name} stays, and is no longer offered to the model.\n`;
  },
});

const undeprecate = operation({
  name: 'skills undeprecate',
  summary: 'offer it again',
  input: z.object({ name: z.string(), mustExist: z.boolean().optional().meta({ isHidden: true }) }),
  args: ['name'],
  audit: (_, name: string) => ({ name }),
  async run(skills: LiveSkills, { name: typed, mustExist }, { besides }) {
    await skills.rescan();
    const skillName = skillMeant(skills.catalog.current(), typed)?.name;
    if (mustExist && skillName === undefined) return { name: undefined, was: false };
    const name = skillName ?? typed;
    return { name, was: await skills.undeprecate(name, (tx) => besides(tx, name)) };
  },
  route: {
    paths: pathsOf('undeprecate'),
    scope: 'admin',
    tag: 'skills',
    summary: 'Models are offered a skill again.',
    params,
    answers: { 200: { description: 'They are.', schema: z.object({ id: z.string(), deprecated: z.literal(false) }) } },
    input: (named) => ({ name: idIn(named), mustExist: true }),
    answer({ name }, asked) {
      if (name === undefined) throw notFound(asked.name);
      return { json: { id: name, deprecated: false } };
    },
  },
  show({ name, was }) {
    if (!was) throw usage(`${name} is not deprecated.`, '"coda skills list" shows what is.');
    return `${name} is offered to the model again.\n`;
  },
});

const problems = z.array(z.object({ code: z.string(), level: z.string(), message: z.string() }));
const verdict = z.object({ name: z.string(), usable: z.boolean(), strict: z.boolean(), problems });

/** For programs; the command of this name looks at folders that no coda uses, too. */
const validate = operation({
  name: 'skills validate',
  input: z.object({ checkEntrypoints: z.boolean() }),
  // A skill that the caller may not use is not named.
  run: async (skills: LiveSkills, asked, { may }) =>
    (await validateSkills(skills.folders(), asked)).filter(({ name, group }) => may({ kind: 'skill', name, group })),
  route: {
    paths: ['/validate', '/v1/skills/validate'],
    scope: 'skills',
    tag: 'skills',
    summary: 'Looks at every skill, and says what is wrong with it.',
    body: z.strictObject({ check_entrypoints: z.boolean().default(true) }).default({ check_entrypoints: true }),
    answers: {
      200: { description: 'A verdict on each.', schema: z.object({ ok: z.boolean(), skills: z.array(verdict) }) },
    },
    examples: [{ summary: 'With the scripts that they name', body: { check_entrypoints: true }, status: 200 }],
    input: (_, { check_entrypoints: checkEntrypoints }) => ({ checkEntrypoints: checkEntrypoints as boolean }),
    answer(verdicts) {
      const skills = verdicts.map(({ name, usable, strict, problems: wrong }) => ({
        name,
        usable,
        strict,
        problems: wrong.map(({ code, level, message }) => ({ code, level, message })),
      }));
      const missing = skills.some((each) => each.problems.some(({ code }) => code === 'entrypoint_missing'));
      return { json: { ok: skills.every(({ usable }) => usable) && !missing, skills } };
    },
  },
});

/** Folders that a command may name with `--root` beside a running coda. */
const folders = operation({
  name: 'skills folders',
  input: z.object({}),
  run: (skills: LiveSkills) => skills.folders(),
});

const feedback = operation({
  name: 'skills feedback',
  summary: 'say that another skill was meant: requests like that one find it sooner',
  input: z.object({
    id: z.string().optional().describe('the skill that was chosen'),
    expected: z.string().optional().meta({ description: 'the skill that was meant', value: 'id' }),
    query: z.string().optional().meta({
      description: 'the request; default: the last one that the skill was used for',
      value: 'text',
    }),
    space: z.string().optional().meta({ description: 'where it counts; default: the terminal', value: 'id' }),
    reset: z.boolean().optional().describe('forget what was learned there'),
  }),
  args: ['id'],
  prepare(input) {
    if (input.reset || input.expected !== undefined) return input;
    throw usage('It is not said which skill was meant.', 'Try: coda skills feedback ID --expected OTHER');
  },
  // The words of the request are a person's, and not the log's.
  audit: (_, learned: object | undefined) => learned,
  async run(skills: LiveSkills, input, { besides }): Promise<number | boolean> {
    const { id = '', expected = '', query, space: spaceId = TERMINAL, reset } = input;
    if (reset) return skills.resetFeedback(spaceId, (tx) => besides(tx, { spaceId }));
    await skills.rescan();
    const learned = { spaceId, got: nameOfSkill(skills, id), expected: nameOfSkill(skills, expected) };
    return skills.feedback({ ...learned, query }, (tx, isLearned) => besides(tx, isLearned ? learned : undefined));
  },
  show(result, { id = '', expected }) {
    if (typeof result === 'number') return `Forgot what was learned of ${plural(result, 'skill')}.\n`;
    if (result) return `Requests like that find ${expected} sooner, and ${id} later.\n`;
    const remedy = `Say it: coda skills feedback ${id} --expected ${expected} --query "…"`;
    throw usage(`Nobody knows for which request ${id} was chosen.`, remedy);
  },
});

/** The name of the skill that is meant. Throws `SKILL_NOT_FOUND`. */
function nameOfSkill({ catalog }: LiveSkills, typed: string): string {
  const snapshot = catalog.current();
  const skill = skillMeant(snapshot, typed);
  if (skill) return skill.name;
  const near = nearSkills(snapshot, typed);
  throw new CodaError('SKILL_NOT_FOUND', {
    message: `There is no skill ${typed}.`,
    remedy: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : '"coda skills list" shows them.',
  });
}

export const decisionOperations = [
  inquire,
  approve,
  approving,
  withdraw,
  activate,
  activating,
  deprecate,
  undeprecate,
  validate,
  folders,
  feedback,
];
