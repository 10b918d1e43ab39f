import { resolve } from 'node:path';
import { z } from 'zod';
import { CodaError, ERRORS, type ErrorCode } from '../../base/errors.ts';
import { oneLine, plural } from '../../base/text.ts';
import { type AskFor, approvalFlags, operation, usage, type View } from '../../chat/operation.ts';
import { readerOf } from '../../storage/index.ts';
import { type Inquest, trustTexts } from '../../trust/index.ts';
import { type CatalogSkill, revocationOf } from './catalog.ts';
import { installFromCatalog, lookAtSkill } from './install.ts';
import { entryOf, locationFor, MARKET_WITHIN_MS, type MarketDeps, type OpenedCatalog, openCatalog } from './market.ts';
import { parsePublicKey } from './minisign.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';
import { keyRefused } from './trust.ts';

const shownCatalog = z.object({
  location: z.string(),
  name: z.string(),
  format: z.string(),
  serial: z.number().nullable(),
  expires: z.iso.datetime().nullable(),
  key: z.string().nullable(),
  key_id: z.string().nullable(),
  first: z.boolean().describe('It is looked at for the first time under this key.'),
  skipped: z.int(),
});

const shownSkill = z.object({
  id: z.string(),
  version: z.string().optional(),
  description: z.string(),
  tags: z.array(z.string()).readonly(),
  author: z.string().optional(),
  license: z.string().optional(),
  homepage: z.string().optional(),
  sha256: z.string().nullable(),
  revoked: z.string().nullable().describe('Why its catalog has taken it back.'),
  installed: z.string().nullable().describe('The version that is installed.'),
});

export type ShownCatalog = z.output<typeof shownCatalog>;
export type ShownSkill = z.output<typeof shownSkill>;

export interface ShownLook {
  id: string;
  version: string | null;
  before: string | null;
  inquest: Inquest;
  catalog: ShownCatalog;
}

const shownUpdate = z.object({
  id: z.string(),
  catalog: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  state: z.enum(['current', 'newer', 'gone']).describe('gone: it is in the catalog no more.'),
  rests: z.string().nullable().describe('Why its catalog has taken back the one that is installed.'),
});

type ShownUpdate = z.output<typeof shownUpdate>;

export interface ShownUpdates {
  skills: ShownUpdate[];
  failures: { catalog: string; code: ErrorCode; message: string; remedy: string }[];
}

const catalogField = z.string().max(4_000).optional().meta({
  description: 'a file or an address; default: the only catalog that is known',
  value: 'place',
});
const keyField = z.string().max(400).optional().meta({
  description: 'the public key that its publisher names, where it is looked at for the first time',
  value: 'key',
});
const named = { catalog: catalogField, key: keyField };
const installed = {
  unsigned: z.boolean().optional().describe('take a catalog that nobody has signed'),
  beside: z.string().max(200).optional().meta({
    description: 'install it beside a skill whose name it resembles',
    value: 'name',
  }),
};
const chosen = z.object({ id: z.string().max(200), ...named, ...installed });

const signal = () => AbortSignal.timeout(MARKET_WITHIN_MS);

const ADDRESS = /^[a-z][a-z0-9+.-]+:/i;
function resolveCatalog<Given extends { catalog?: string | undefined }>(input: Given): Given {
  const { catalog } = input;
  return catalog === undefined || ADDRESS.test(catalog) ? input : { ...input, catalog: resolve(catalog) };
}

async function wantedIn(deps: MarketDeps, { catalog, ...asked }: z.output<typeof chosen>) {
  return { ...asked, location: await locationFor(readerOf(deps.database), catalog) };
}

const place = z
  .string()
  .min(1)
  .max(4_000)
  .optional()
  .describe('An https address; left out: the only catalog that is known.');
/** Over HTTP no file of this machine is named. */
const placeIn = (address: unknown): string | undefined => {
  if (typeof address === 'string' && !/^https?:/i.test(address))
    throw new CodaError('INPUT_INVALID', {
      message: 'This is no address of a catalog.',
      remedy: 'Give one with https.',
    });
  return address as string | undefined;
};
const about = { scope: 'admin', tag: 'skills' } as const;

const browse = operation({
  name: 'skills market browse',
  summary: 'show the skills of a catalog',
  example: 'coda skills market browse --catalog https://example.com/catalog.json --tag office',
  input: z.object({
    catalog: catalogField,
    tag: z.array(z.string()).optional().meta({ description: 'only skills with this tag', value: 'tag' }),
    key: keyField,
  }),
  json: 'indented',
  prepare: resolveCatalog,
  route: {
    ...about,
    method: 'GET',
    paths: ['/v1/market'],
    summary: 'The skills of a catalog.',
    query: z.strictObject({ catalog: place }),
    input: (_, input) => ({ catalog: placeIn(input.catalog) }),
    answers: {
      200: { description: 'All of it.', schema: z.object({ catalog: shownCatalog, skills: z.array(shownSkill) }) },
    },
    answer: (result: never) => ({ json: result as unknown }),
  },
  async run(deps: MarketDeps, { catalog, key, tag = [] }) {
    const location = await locationFor(readerOf(deps.database), catalog);
    const opened = await openCatalog(deps, { location, key }, signal());
    const wanted = tag.map((each) => each.toLowerCase());
    const has = ({ tags: own }: CatalogSkill) => {
      const all = own.map((each) => each.toLowerCase());
      return wanted.every((each) => all.includes(each));
    };
    const skills = await shownSkills(deps, opened, opened.catalog.skills.filter(has));
    return { catalog: catalogShown(opened), skills };
  },
  show({ catalog, skills }) {
    const lines = skills.map((skill) => `${lineOf(skill)}\n`).join('');
    return aboutCatalog(catalog) + (lines || 'No skill in it is of that kind.\n');
  },
});

const show = operation({
  name: 'skills market show',
  summary: 'show one skill of a catalog',
  example: 'coda skills market show minutes --json',
  input: z.object({ id: z.string().max(200), ...named }),
  args: ['id'],
  json: 'indented',
  prepare: resolveCatalog,
  async run(deps: MarketDeps, asked) {
    const wanted = await wantedIn(deps, asked);
    const opened = await openCatalog(deps, wanted, signal());
    const [skill] = await shownSkills(deps, opened, [entryOf(opened, wanted.id)]);
    return { catalog: catalogShown(opened), skill: skill as ShownSkill };
  },
  show({ catalog, skill }) {
    const { author, license, homepage, sha256 } = skill;
    const rows = Object.entries({ author, license, homepage, sha256 });
    const lines = rows.flatMap(([name, value]) => (value ? [`  ${name}: ${oneLine(value, LONGEST_LINE)}`] : []));
    return [aboutCatalog(catalog).trimEnd(), lineOf(skill), ...lines, ''].join('\n');
  },
});

const look = operation({
  name: 'skills market look',
  input: chosen,
  route: {
    ...about,
    paths: ['/v1/market/look'],
    summary: 'Fetches a skill of a catalog and shows what it may do, before it is installed.',
    body: z.strictObject({ id: z.string().min(1).max(200), catalog: place, unsigned: z.boolean().optional() }),
    input: (_, input) => ({ ...(input as { id: string }), catalog: placeIn(input.catalog) }),
    answers: {
      200: {
        description: 'As it is there.',
        schema: z.object({
          id: z.string(),
          version: z.string().nullable(),
          before: z.string().nullable().describe('The version that is installed.'),
          pin: z.string().describe('Of all its files: POST /v1/market/install is bound to it.'),
          may: z.array(z.string()).describe('What it may do; where one is installed, what is new.'),
          findings: z.array(z.object({ level: z.string(), file: z.string(), line: z.int(), why: z.string() })),
          difference: z
            .string()
            .nullable()
            .describe('Of the texts that are installed; null: of none, or they are the same.'),
          catalog: shownCatalog,
        }),
      },
    },
    answer: ({ inquest, ...rest }: ShownLook) => ({
      json: {
        ...rest,
        pin: inquest.pin.hash,
        may: inquest.changes,
        difference: inquest.difference ?? null,
        findings: inquest.findings.map(({ level, file, line, why }) => ({ level, file, line, why })),
      },
    }),
  },
  async run(deps: MarketDeps, asked): Promise<ShownLook> {
    const { opened, skill, inquest, before } = await lookAtSkill(deps, await wantedIn(deps, asked), signal());
    return {
      id: skill.id,
      version: skill.version ?? null,
      before: before ? (before.version ?? '') : null,
      inquest,
      catalog: catalogShown(opened),
    };
  },
});

const installOperation = operation({
  name: 'skills market install',
  input: chosen.extend({ pin: z.string() }),
  approves: true,
  route: {
    ...about,
    paths: ['/v1/market/install'],
    summary: 'Installs a skill of a catalog, with the files that were shown.',
    body: z.strictObject({
      id: z.string().min(1).max(200),
      catalog: place,
      pin: z.string().regex(/^[0-9a-f]{64}$/),
      unsigned: z.boolean().optional(),
      beside: z.string().max(200).optional().describe('Beside a skill whose name it resembles.'),
    }),
    input: (_, input) => ({ ...(input as { id: string; pin: string }), catalog: placeIn(input.catalog) }),
    answers: {
      200: { description: 'It is there.', schema: z.object({ id: z.string(), version: z.string().nullable() }) },
    },
    answer: (there: never) => ({ json: there as unknown }),
  },
  async run(deps: MarketDeps, { pin, ...asked }) {
    const { skill } = await installFromCatalog(deps, { ...(await wantedIn(deps, asked)), pin }, signal());
    return { id: skill.id, version: skill.version ?? null };
  },
});

const installCommand = operation({
  name: 'skills market install',
  summary: 'install a skill from a catalog, after showing what it may do',
  example: 'coda skills market install minutes --approval approved',
  input: chosen.extend(approvalFlags),
  args: ['id'],
  json: 'indented',
  async conduct(ask, input, view) {
    const { approval: _yes, approvalToken: _, ...asked } = input;
    const { id, catalog } = asked;
    const report = await lookAt(ask, resolveCatalog(asked), view);
    if (view.approves()) return installOne(ask, resolveCatalog(asked), report, view);
    const where = catalog === undefined ? '' : ` --catalog ${catalog}`;
    throw usage(
      `${id} is not installed without a yes.`,
      `Read that, then: coda skills market install ${id}${where} --approval approved`,
    );
  },
});

type ChosenSkill = z.input<typeof chosen>;

async function lookAt(ask: AskFor, asked: ChosenSkill, { io, json }: View): Promise<ShownLook> {
  const report = (await ask(look, asked)) as ShownLook;
  const { version, before, inquest, catalog } = report;
  if (json) return report;
  const change = before === null ? (version ?? '') : `${before || '?'} → ${version ?? '?'}`;
  const from = `${asked.id}${change === '' ? '' : ` ${oneLine(change, LONGEST_LINE)}`} from ${oneLine(catalog.name, LONGEST_LINE)}`;
  io.stdout.write(`${aboutKey(catalog)}${from}\n${trustTexts.inquest(inquest).replaceAll('**', '')}\n`);
  return report;
}

async function installOne(
  ask: AskFor,
  asked: ChosenSkill,
  { id, inquest }: ShownLook,
  { json }: View,
): Promise<string> {
  const done = await ask(installOperation, { ...asked, id, pin: inquest.pin.hash });
  return json
    ? `${JSON.stringify(done, null, 2)}\n`
    : `${id} is installed, and offered from now on, as its files are.\n`;
}

const updatesOperation = operation({
  name: 'skills market updates',
  input: z.object({ catalog: catalogField }),
  route: {
    ...about,
    method: 'GET',
    paths: ['/v1/market/updates'],
    summary: 'Reads the catalogs of installed skills: what is newer there.',
    input: () => ({}),
    answers: {
      200: {
        description: 'All that were installed from a catalog.',
        schema: z.object({
          skills: z.array(shownUpdate),
          failures: z.array(z.object({ catalog: z.string(), message: z.string(), remedy: z.string() })),
        }),
      },
    },
    answer: ({ skills, failures }: ShownUpdates) => ({
      json: { skills, failures: failures.map(({ code: _, ...failure }) => failure) },
    }),
  },
  run: (deps: MarketDeps, { catalog }) => updates(deps, catalog),
});

const updateCommand = operation({
  name: 'skills market update',
  summary: 'show what is newer of the skills from catalogs, and install it',
  example: 'coda skills market update minutes --approval approved',
  input: z.object({
    id: z.string().optional().describe('default: all of them'),
    catalog: catalogField,
    ...approvalFlags,
  }),
  args: ['id'],
  json: 'indented',
  async conduct(ask, { id: only, catalog: named }, view) {
    const { io, json } = view;
    const report = (await ask(updatesOperation, resolveCatalog({ catalog: named }))) as ShownUpdates;
    const skills = report.skills.filter(({ id }) => only === undefined || id === only);
    if (only !== undefined && skills.length === 0 && report.failures.length === 0)
      throw usage(`${only} was not installed from a catalog.`, '"coda skills market browse" shows what was.');
    if (json) io.stdout.write(`${JSON.stringify({ ...report, skills }, null, 2)}\n`);
    else for (const each of skills) io.stdout.write(`${updateLine(each)}\n`);
    const wanted = skills.filter(({ state }) => state === 'newer');
    const isApproved = wanted.length > 0 && view.approves();
    for (const asked of json && !isApproved ? [] : wanted.map(({ id, catalog }) => ({ id, catalog }))) {
      const there = await lookAt(ask, asked, view);
      if (isApproved) io.stdout.write(await installOne(ask, asked, there, view));
    }
    const isUnapproved = wanted.length > 0 && !isApproved && !json;
    const [failure] = report.failures;
    return {
      out:
        (isUnapproved ? 'Nothing was changed. Read that, then: coda skills market update --approval approved\n' : '') +
        (skills.length === 0 && !failure ? 'Nothing was installed from a catalog.\n' : ''),
      err: report.failures.map(({ message, remedy, code }) => `coda: ${message}\n  ${remedy} [${code}]\n`).join(''),
      status: failure ? ERRORS[failure.code].exit : 0,
    };
  },
});

const trustOperation = operation({
  name: 'skills market trust',
  input: z.object({ catalog: catalogField, key: z.string().max(400) }),
  approves: true,
  audit: (_, pinned: { catalog: string; key: string }) => pinned,
  async run({ database }: MarketDeps, { catalog, key }, { besides }) {
    const parsed = parsePublicKey(key);
    if (!parsed) throw keyRefused();
    const location = await locationFor(readerOf(database), catalog);
    await database.tx('skills.market.trust', async (tx) => {
      if (!(await store.setKey(tx, location, parsed.text))) {
        const message = texts.notKnown(location);
        throw new CodaError('SKILL_CATALOG_NOT_FOUND', { message, remedy: texts.browseRemedy() });
      }
      besides(tx, { catalog: location, key: parsed.id });
    });
    return { location, key_id: parsed.id };
  },
});

const trustCommand = operation({
  name: 'skills market trust',
  summary: 'have another key sign a catalog that is known',
  example: 'coda skills market trust --catalog https://example.com/catalog.json --key RW… --approval approved',
  input: z.object({
    catalog: z.string().meta(catalogField.meta() ?? {}),
    key: z.string().meta(keyField.meta() ?? {}),
    ...approvalFlags,
  }),
  async conduct(ask, { catalog, key }, { approves }) {
    if (!approves())
      throw usage(
        'A key is not changed without a yes.',
        'Once the publisher of the catalog has named it elsewhere, give --approval approved.',
      );
    const { location, key_id: id } = await ask(trustOperation, resolveCatalog({ catalog, key }));
    return `Catalogs at ${location} have to be signed by the key ${id} from now on.\n`;
  },
});

export const marketOperations = [
  browse,
  show,
  look,
  installOperation,
  installCommand,
  updatesOperation,
  updateCommand,
  trustOperation,
  trustCommand,
];

const LONGEST_LINE = 120;

const catalogShown = ({ location, catalog, key, isFirst }: OpenedCatalog): ShownCatalog => ({
  location,
  name: catalog.name,
  format: catalog.format,
  serial: catalog.signed?.serial ?? null,
  expires: catalog.signed?.expires.toISOString() ?? null,
  key: key ?? null,
  key_id: (key !== undefined && parsePublicKey(key)?.id) || null,
  first: isFirst && key !== undefined,
  skipped: catalog.skipped,
});

async function shownSkills(
  { database }: MarketDeps,
  { catalog, location }: OpenedCatalog,
  skills: readonly CatalogSkill[],
): Promise<ShownSkill[]> {
  const here = new Map((await store.installs(readerOf(database), location)).map((each) => [each.name, each]));
  return skills.map(({ bundle, ...skill }) => {
    const install = here.get(skill.id);
    const revocation = bundle && revocationOf(catalog, { id: skill.id, sha256: bundle.sha256 });
    return {
      ...skill,
      sha256: bundle?.sha256 ?? null,
      revoked: revocation?.reason ?? null,
      installed: install ? (install.version ?? '') : null,
    };
  });
}

/** Updates in the catalogs of installed skills. One that cannot be read keeps no other back. */
async function updates(deps: MarketDeps, named: string | undefined): Promise<ShownUpdates> {
  const reader = readerOf(deps.database);
  const locations = named === undefined ? (await store.catalogs(reader)).map(({ location }) => location) : [named];
  const signal = AbortSignal.timeout(MARKET_WITHIN_MS);
  const result: ShownUpdates = { skills: [], failures: [] };
  for (const each of locations) {
    const location = await locationFor(reader, each);
    const here = async () => store.installs(reader, location);
    if (named === undefined && (await here()).length === 0) continue;
    try {
      const opened = await openCatalog(deps, { location }, signal);
      // Revocations were kept meanwhile.
      result.skills.push(...(await here()).map((install) => updateOf(opened, install)));
    } catch (error) {
      if (!(error instanceof CodaError)) throw error;
      const { code, message, remedy } = error;
      result.failures.push({ catalog: location, code, message, remedy });
    }
  }
  return result;
}

function updateOf(
  { catalog }: OpenedCatalog,
  { name, version, sha256, revoked_reason, catalog: location }: store.Install,
) {
  const entry = catalog.skills.find(({ id }) => id === name);
  const state = entry?.bundle === undefined ? 'gone' : entry.bundle.sha256 === sha256 ? 'current' : 'newer';
  const update: ShownUpdate = {
    id: name,
    catalog: location,
    from: version,
    to: entry?.version ?? null,
    state,
    rests: revoked_reason,
  };
  return update;
}

function aboutCatalog(catalog: ShownCatalog): string {
  const { name, location, serial, expires, skipped } = catalog;
  const age = serial === null ? [] : [`serial ${serial}`, `good until ${(expires ?? '').slice(0, 10)}`];
  const about = [oneLine(name, LONGEST_LINE), ...age].join(', ');
  const skippedNote = skipped === 0 ? '' : `${plural(skipped, 'entry', 'entries')} in it cannot be read.\n`;
  return `${about} (${location})\n${aboutKey(catalog)}${skippedNote}`;
}

function aboutKey({ key, key_id: id, first }: ShownCatalog): string {
  if (key === null) return 'Nobody has signed this catalog.\n';
  return first
    ? `It is signed by the key ${id}, which is pinned from now on: ${key}\n`
    : `It is signed by the key ${id}.\n`;
}

function lineOf({ id, version, description, tags, revoked, installed, sha256 }: ShownSkill): string {
  const states = [
    ...(installed === null ? [] : [`installed${installed === '' ? '' : `: ${oneLine(installed, 40)}`}`]),
    ...(revoked === null ? [] : [`revoked: ${oneLine(revoked, LONGEST_LINE)}`]),
    ...(sha256 === null ? ['shown only'] : []),
  ];
  const state = states.length === 0 ? '' : ` (${states.join('; ')})`;
  const about = [id, ...(version === undefined ? [] : [oneLine(version, 40)])].join(' ');
  const kinds = tags.length === 0 ? '' : ` [${tags.map((tag) => oneLine(tag, 40)).join(', ')}]`;
  return `${about}${state}: ${oneLine(description, LONGEST_LINE)}${kinds}`;
}

function updateLine({ id, from, to, state, rests }: ShownUpdates['skills'][number]): string {
  const words = {
    current: 'is as its catalog has it',
    newer: `${oneLine(from ?? '?', 40)} → ${oneLine(to ?? '?', 40)}`,
    gone: 'is in its catalog no more',
  }[state];
  return `${id}: ${words}${rests === null ? '' : `; it rests, revoked: ${oneLine(rests, LONGEST_LINE)}`}`;
}
