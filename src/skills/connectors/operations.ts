/** Operations of the owner on connectors. Their files are written at the terminal; secrets and requests are the daemon's, where one runs. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { CodaError, type ErrorCode, type FailureCode, messageOf } from '../../base/errors.ts';
import { homeFolder } from '../../base/root.ts';
import { plural } from '../../base/text.ts';
import { type LocalParts, operation, text, usage } from '../../chat/operation.ts';
import { type CallDeps, callConnector, valuesOf } from './call.ts';
import { CONNECTOR_NAME, connectorTemplate, parseConnector, secretsIn } from './definition.ts';
import { fileOf } from './folder.ts';
import { texts } from './texts.ts';

/** Values of everybody: no person and no space has an empty id. */
const EVERYBODY = { personId: '00000000-0000-0000-0000-000000000000', spaceId: '' };

interface ListedConnector {
  name: string;
  base_url: string;
  file_root: string;
  /** Names of secrets that are not set for everybody. */
  missing: string[];
}

const list = operation({
  name: 'connectors list',
  summary: 'show them, with the secrets that are not set, and files that describe none',
  isDefault: true,
  input: z.object({}),
  json: 'indented',
  route: {
    method: 'GET',
    paths: ['/v1/connectors'],
    scope: 'admin',
    tag: 'automations',
    summary: 'Connectors, with the secrets that are not set, and files that describe none.',
    answers: {
      200: {
        description: 'All.',
        schema: z.object({
          connectors: z.array(
            z.object({ name: z.string(), base_url: z.string(), file_root: z.string(), missing: z.array(z.string()) }),
          ),
          broken: z.array(z.object({ file: z.string(), why: z.string() })),
        }),
      },
    },
    answer: (result: never) => ({ json: result as unknown }),
  },
  async run({ folders, values }: CallDeps) {
    const { connectors: all, broken } = folders.read();
    const listed: ListedConnector[] = [];
    for (const connector of all.values()) {
      const missing: string[] = [];
      for (const name of secretsIn(connector)) {
        const only = { ...connector, headers: { x: `secret:${name}` }, auth: undefined };
        if (!(await valuesOf(values, only, EVERYBODY)).ok) missing.push(name);
      }
      listed.push({ name: connector.name, base_url: connector.base_url, file_root: connector.root, missing });
    }
    return { connectors: listed, broken };
  },
  show({ connectors, broken }) {
    const lines = connectors.map(({ name, base_url: base, missing }) => {
      const lacks = missing.length > 0 ? `  lacks ${missing.join(', ')}` : '';
      return `${name}  ${base}${lacks}`;
    });
    const wrong = broken.map(({ file, why }) => `${file}: ${why}`);
    return `${[...lines, ...wrong].join('\n') || 'There are no connectors.'}\n`;
  },
});

const TEST_WITHIN_MS = 50_000;

/** A request that reads, as the tool would send it. Throws what keeps it from being sent. */
const test = operation({
  name: 'connectors test',
  summary: 'ask one for something, as a skill would, and show the status of its answer',
  example: 'coda connectors test weather forecast/today',
  input: z.object({ name: z.string(), path: z.string().default('').describe('below its address') }),
  args: ['name', 'path'],
  json: 'line',
  route: {
    paths: ['/v1/connectors/:name/test'],
    scope: 'admin',
    tag: 'automations',
    summary: 'Asks a connector for something, as a skill would.',
    params: z.object({ name: z.string().min(1).max(100) }),
    body: z.strictObject({ path: z.string().max(2_000).default('') }).prefault({}),
    answers: {
      200: {
        description: 'It answered.',
        schema: z.object({ status: z.int(), type: z.string(), characters: z.int() }),
      },
    },
    answer: (result: never) => ({ json: result as unknown }),
  },
  async run(deps: CallDeps, { name, path }) {
    const asker = { ...EVERYBODY, signal: AbortSignal.timeout(TEST_WITHIN_MS) };
    const outcome = await callConnector(deps, name, { method: 'GET', path }, asker);
    if (outcome.ok) return { status: outcome.status, type: outcome.type, characters: outcome.text.length };
    const { code, message } = outcome;
    const { remedy = code === 'EGRESS_PRIVATE' ? texts.privateRemedy : texts.checkRemedy } = outcome;
    throw new CodaError(codeOf(code), { message, remedy });
  },
  show: ({ status, type, characters }, { name }) => ({
    out: `${name} answers with ${status}, ${plural(characters, 'character')} of ${type || 'no type'}.\n`,
    status: status < 400 ? 0 : 69,
  }),
});

function codeOf(code: FailureCode | ErrorCode): ErrorCode {
  if (code === 'NOT_FOUND') return 'CONNECTOR_NOT_FOUND';
  if (code === 'MISSING_SECRET') return 'CONNECTOR_SECRET';
  const codes = ['EGRESS_URL', 'EGRESS_PRIVATE', 'EGRESS_UNREACHABLE', 'EGRESS_TIMEOUT', 'EGRESS_TOO_LARGE'] as const;
  return codes.find((each) => each === code) ?? (code === 'EGRESS_REDIRECTS' ? code : 'INPUT_INVALID');
}

export const calling = [list, test];

const name = text(
  (candidate) => CONNECTOR_NAME.test(candidate),
  (candidate) => `“${candidate}” is no name of a connector.`,
  'Use up to 32 lower-case letters, digits, - and _.',
);

const root = (without: string) =>
  z
    .string()
    .optional()
    .meta({ description: `the folder of skills that it stands beside; default: ${without}`, value: 'dir' });

type Roots = (parts: LocalParts) => string[];

const addOperation = (rootsOf: Roots) =>
  operation({
    name: 'connectors add',
    summary: 'write the file of one, connectors/NAME.yaml',
    example: 'coda connectors add weather --base-url https://api.example.com/v1 --bearer WEATHER_KEY',
    input: z.object({
      name,
      type: z.string().default('http').describe('http'),
      root: root('~/.coda/skills'),
      baseUrl: z.string().optional().meta({ description: 'its address; requests go nowhere else', value: 'url' }),
      header: z
        .array(z.string())
        .optional()
        .meta({ description: 'sent with each request: "X-Api-Key: secret:API_KEY"', value: 'header...' }),
      bearer: z
        .string()
        .optional()
        .meta({ description: 'the name of the secret that is sent as a bearer token', value: 'key' }),
      timeout: z.string().default('30s').meta({ description: 'how long a request may take', value: 'time' }),
      retries: z
        .string()
        .default('2')
        .meta({ description: 'further tries of a request that only reads', value: 'count' }),
    }),
    args: ['name'],
    needs: 'config',
    run(parts: LocalParts, { name: called, type, root: named, retries, ...rest }) {
      if (type !== 'http') throw usage(`There is no type ${type} of connectors.`, 'Only http is known.');
      const content = connectorTemplate({ ...rest, retries: Number(retries) });
      const read = parseConnector(content);
      if (typeof read === 'string')
        throw usage(`That describes no connector: ${read}.`, 'See "coda connectors add --help".');
      const folder = resolve(named ?? join(homeFolder(parts.world.env), '.coda', 'skills'));
      const file = fileOf(folder, called);
      write(file, content);
      return { file, unread: rootsOf(parts).includes(folder) ? undefined : folder };
    },
    show: ({ file, unread }) => ({
      out: `Made ${file}.\n`,
      ...(unread && { err: `Nothing reads ${unread} yet: add it to skills.agent_skill_dirs in config.yaml.\n` }),
    }),
  });

function write(file: string, content: string): void {
  if (existsSync(file)) {
    throw new CodaError('CONNECTOR_EXISTS', {
      message: `There is ${file} already.`,
      remedy: 'Edit it, or remove it first with "coda connectors remove".',
    });
  }
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    throw new CodaError('DATA_UNWRITABLE', {
      message: `${file} cannot be written: ${messageOf(error)}.`,
      remedy: 'Name another folder with --root.',
      cause: error,
    });
  }
}

const removeOperation = (rootsOf: Roots) =>
  operation({
    name: 'connectors remove',
    summary: 'delete the file of one',
    example: 'coda connectors remove weather',
    input: z.object({ name, root: root('wherever it is') }),
    args: ['name'],
    needs: 'config',
    run(parts: LocalParts, { name: called, root: named }) {
      const roots = named === undefined ? rootsOf(parts).reverse() : [resolve(named)];
      const file = roots.map((each) => fileOf(each, called)).find((each) => existsSync(each));
      if (file === undefined) {
        throw new CodaError('CONNECTOR_NOT_FOUND', {
          message: `There is no connector ${called}.`,
          remedy: '"coda connectors list" shows them.',
        });
      }
      rmSync(file);
      return file;
    },
    show: (file) => `Removed ${file}.\n`,
  });

export const connectorOperations = (rootsOf: Roots) => [list, addOperation(rootsOf), test, removeOperation(rootsOf)];
