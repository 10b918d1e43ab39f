import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { CodaError, ERRORS } from '../../base/errors.ts';
import { plural, shorten } from '../../base/text.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { operation, usage } from '../../chat/operation.ts';
import { readerOf } from '../../storage/index.ts';
import { approvePin, inquire, trustTexts } from '../../trust/index.ts';
import { validateSpecialists } from './catalog.ts';
import { find, type SpecialistHost } from './host.ts';
import { folderToJudge, type Snapshot, type Specialist, type SpecialistState, stateOf } from './specialist.ts';
import * as texts from './texts.ts';
import { unknown } from './tools.ts';

interface Parts extends Pick<SkillDeps, 'database' | 'world'> {
  host: SpecialistHost;
}

const list = operation({
  name: 'specialists list',
  summary: 'show every specialist that was found, and what is wrong with those that cannot be used',
  isDefault: true,
  input: z.object({}),
  json: 'indented',
  route: {
    method: 'GET',
    paths: ['/v1/specialists'],
    scope: 'admin',
    tag: 'skills',
    summary: 'Every specialist that was found, and what is wrong with those that cannot be used.',
    answers: {
      200: {
        description: 'All.',
        schema: z.object({
          specialists: z.array(
            z.object({
              name: z.string(),
              state: z.enum(['known', 'new', 'waits', 'disabled']),
              source: z.enum(['shipped', 'folder']),
              directory: z.string(),
              description: z.string(),
              tools: z.array(z.string()),
              token_budget: z.int(),
              max_tool_calls: z.int(),
            }),
          ),
          problems: z.array(z.object({ level: z.enum(['error', 'warning']), where: z.string(), message: z.string() })),
        }),
      },
    },
    answer: (result: never) => ({ json: result as unknown }),
  },
  async run({ host }: Parts) {
    await host.skills.rescan();
    return listSpecialists(host.catalog.current());
  },
  show({ specialists, problems }) {
    const width = Math.max(...specialists.map(({ name }) => name.length));
    return {
      out: specialists.map((one) => `${one.name.padEnd(width)}  ${line(one)}\n`).join(''),
      err: problems.map(({ where, message }) => `${where}: ${message}\n`).join(''),
    };
  },
});

const SAYS: Readonly<Record<SpecialistState, string>> = {
  known: '',
  new: 'not used yet: ',
  waits: 'waits for an owner (coda specialists approve NAME): ',
  disabled: 'switched off: ',
};

function line({
  name,
  state,
  source,
  description,
  token_budget: tokens,
}: ReturnType<typeof listSpecialists>['specialists'][number]): string {
  const about = `${SAYS[state].replace('NAME', name)}${description}`;
  return `${source.padEnd(7)}  ${String(tokens).padStart(7)} tokens  ${shorten(about.replace(/\s+/g, ' '), 100)}`;
}

/** Exit status 0 when all can be used. */
const validate = operation({
  name: 'specialists validate',
  summary: 'find everything that is wrong with specialists in some folders',
  example: 'coda specialists validate ~/.coda/agents',
  input: z.object({ dir: z.array(z.string()) }),
  args: ['dir'],
  json: 'indented',
  needs: 'nothing',
  async conduct(_, { dir }, { io, json }) {
    const verdicts = (await Promise.all(dir.map((path) => validateSpecialists(resolve(path))))).flat();
    const pathFor = (path: string) => relative(io.cwd(), path) || path;
    const lines = verdicts.flatMap(({ name, path, usable, problems }) => [
      `${name}: ${usable ? 'ok' : 'cannot be used'} (${pathFor(path)})`,
      ...problems.map(({ level, where, message }) => `  ${level}: ${pathFor(where)}: ${message}`),
    ]);
    const good = verdicts.filter(({ usable }) => usable).length;
    const text = [...lines, `${plural(verdicts.length, 'specialist')}: ${good} can be used.`].join('\n');
    const status = good === verdicts.length ? 0 : ERRORS.INPUT_INVALID.exit;
    return { out: `${json ? JSON.stringify(verdicts, null, 2) : text}\n`, status };
  },
});

const LIST = '"coda specialists list" shows what there is.';

/** Throws `INPUT_INVALID`. */
async function requireSpecialist({ host }: Parts, name: string): Promise<Specialist> {
  await host.skills.rescan();
  const snapshot = host.catalog.current();
  const specialist = find(snapshot, name);
  if (!specialist) throw new CodaError('INPUT_INVALID', { message: unknown(snapshot, name), remedy: LIST });
  return specialist;
}

const look = operation({
  name: 'specialists inquire',
  input: z.object({ name: z.string() }),
  route: {
    method: 'GET',
    paths: ['/v1/specialists/:name'],
    scope: 'admin',
    tag: 'skills',
    summary: 'All that there is to know of a specialist before it is approved.',
    params: z.object({ name: z.string().min(1).max(100) }),
    answers: {
      200: {
        description: 'In words, with the hash that a yes is bound to.',
        schema: z.object({
          name: z.string(),
          hash: z.string().nullable().describe('null: it ships with coda.'),
          text: z.string().describe('Markdown.'),
          isApproved: z.boolean(),
        }),
      },
    },
    answer: (result: never) => ({ json: result as unknown }),
  },
  async run(parts: Parts, { name }) {
    const specialist = await requireSpecialist(parts, name);
    if (!specialist.pin)
      return { name: specialist.name, hash: null, text: texts.shipsWithCoda(specialist.name), isApproved: false };
    const inquest = await inquire(readerOf(parts.database), folderToJudge(specialist), specialist.pin);
    const { isApproved, pin } = inquest;
    return { name: specialist.name, text: trustTexts.inquest(inquest, 'specialist'), hash: pin.hash, isApproved };
  },
});

const approve = operation({
  name: 'specialists approve',
  input: z.object({ name: z.string(), hash: z.string() }),
  approves: true,
  audit: (_, approved: { name: string; hash: string }) => approved,
  route: {
    paths: ['/v1/specialists/:name/trust'],
    scope: 'admin',
    tag: 'skills',
    summary: 'Approves a specialist as its files are, by the hash that was shown.',
    params: z.object({ name: z.string().min(1).max(100) }),
    body: z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/) }),
    conflict: (isDone) => (isDone ? undefined : 'Its files have changed meanwhile: look at them again.'),
  },
  async run(parts: Parts, { name, hash }, { besides }) {
    const { pin, ...specialist } = await requireSpecialist(parts, name);
    if (!pin || pin.hash !== hash) return false;
    const { database, world, host } = parts;
    const now = world.clock.now();
    await database.tx('specialists.approve', async (tx) => {
      await approvePin(tx, folderToJudge(specialist), pin, { personId: undefined, now });
      besides(tx, { name: specialist.name, hash });
    });
    await host.skills.rescan();
    return true;
  },
});

/** Approves exactly the files that were shown. Exit status 1 where the answer is no. */
const approving = operation({
  name: 'specialists approve',
  summary: 'let one be used as its files are now, after showing what it may do',
  input: z.object({ name: z.string(), yes: z.boolean().optional().describe('without asking, for programs') }),
  args: ['name'],
  async conduct(ask, { name: typed, yes }, { io, confirm }) {
    const { name, text, hash, isApproved } = await ask(look, { name: typed });
    if (hash === null) return `${text}\n`;
    if (isApproved) return `${name} is approved as it is now.\n`;
    io.stdout.write(`${text.replaceAll('**', '')}\n`);
    if (!yes && !(await confirm('somebody has read its files'))) return { out: 'Nothing was changed.\n', status: 1 };
    if (!(await ask(approve, { name, hash })))
      throw usage(`The files of ${name} have changed meanwhile.`, 'Look at them again with the same command.');
    return `${name} may be used as its files are now.\n`;
  },
});

export const specialistOperations = [list, validate, look, approve, approving];

function listSpecialists(snapshot: Snapshot) {
  const all = [...snapshot.specialists.values(), ...snapshot.disabled.values()];
  return {
    specialists: all.map((specialist) => {
      const { name, directory, ships, description, tools, tokenBudget, maxToolCalls } = specialist;
      return {
        name,
        state: stateOf(snapshot, specialist),
        source: ships ? 'shipped' : 'folder',
        directory,
        description,
        tools,
        token_budget: tokenBudget,
        max_tool_calls: maxToolCalls,
      };
    }),
    problems: snapshot.diagnostics,
  };
}
