/** `coda skills market`: catalogs of skills that others publish. */

import { resolve } from 'node:path';
import { ERRORS } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { oneLine, plural } from '../../base/text.ts';
import type { ShownCatalog, ShownLook, ShownSkill, ShownUpdates } from '../../skills/agent-skills/index.ts';
import { trustTexts } from '../../trust/index.ts';
import { type Ask, withVerbs } from '../ask.ts';
import type { MarketFlags } from '../flags.ts';
import { usage } from '../texts.ts';

const ADDRESS = /^[a-z][a-z0-9+.-]+:/i;
const LONGEST_LINE = 120;

/** Arguments common to the market's verbs. */
function asked({ catalog, key, unsigned, beside, approvalToken: token }: MarketFlags): Record<string, Json> {
  return {
    ...(catalog !== undefined && { catalog: ADDRESS.test(catalog) ? catalog : resolve(catalog) }),
    ...(key !== undefined && { key }),
    ...(unsigned === true && { unsigned }),
    ...(beside !== undefined && { beside }),
    ...(token !== undefined && { token }),
  };
}

/** `coda skills market browse --catalog FILE|URL [--tag TAG]` */
export async function marketBrowse(flags: MarketFlags, io: NodeJS.Process): Promise<number> {
  return withVerbs(flags, io, async (ask) => {
    const answer = await ask('skills-market-browse', { ...asked(flags), tags: flags.tag ?? [] });
    const { catalog, skills } = answer as { catalog: ShownCatalog; skills: ShownSkill[] };
    if (flags.json) {
      io.stdout.write(`${JSON.stringify({ catalog, skills }, null, 2)}\n`);
      return 0;
    }
    io.stdout.write(aboutCatalog(catalog));
    for (const skill of skills) io.stdout.write(`${lineOf(skill)}\n`);
    if (skills.length === 0) io.stdout.write('No skill in it is of that kind.\n');
    return 0;
  });
}

/** `coda skills market show ID` */
export async function marketShow(flags: MarketFlags, io: NodeJS.Process): Promise<number> {
  const [id = ''] = flags.args;
  return withVerbs(flags, io, async (ask) => {
    const answer = await ask('skills-market-show', { ...asked(flags), id });
    const { catalog, skill } = answer as { catalog: ShownCatalog; skill: ShownSkill };
    if (flags.json) {
      io.stdout.write(`${JSON.stringify({ catalog, skill }, null, 2)}\n`);
      return 0;
    }
    const { author, license, homepage, sha256 } = skill;
    const rows = Object.entries({ author, license, homepage, sha256 });
    const lines = rows.flatMap(([name, value]) => (value ? [`  ${name}: ${oneLine(value, LONGEST_LINE)}`] : []));
    io.stdout.write([aboutCatalog(catalog).trimEnd(), lineOf(skill), ...lines, ''].join('\n'));
    return 0;
  });
}

/** `coda skills market install ID`: shows what it may do; with `--approval approved` it is installed and offered. */
export async function marketInstall(flags: MarketFlags, io: NodeJS.Process): Promise<number> {
  const [id = ''] = flags.args;
  return withVerbs(flags, io, async (ask) => {
    const look = await lookAt(ask, flags, id, io);
    if (flags.approval !== 'approved') {
      const where = flags.catalog === undefined ? '' : ` --catalog ${flags.catalog}`;
      throw usage(
        `${id} is not installed without a yes.`,
        `Read that, then: coda skills market install ${id}${where} --approval approved`,
      );
    }
    await install(ask, flags, look, io);
    return 0;
  });
}

/** `coda skills market update [ID]`: shows what is newer; with `--approval approved` it is installed. */
export async function marketUpdate(flags: MarketFlags, io: NodeJS.Process): Promise<number> {
  const [only] = flags.args;
  return withVerbs(flags, io, async (ask) => {
    const { catalog: named } = asked(flags);
    const found = (await ask('skills-market-updates', named === undefined ? {} : { catalog: named })) as ShownUpdates;
    const skills = found.skills.filter(({ id }) => only === undefined || id === only);
    if (only !== undefined && skills.length === 0 && found.failures.length === 0)
      throw usage(`${only} was not installed from a catalog.`, '"coda skills market browse" shows what was.');
    if (flags.json) io.stdout.write(`${JSON.stringify({ ...found, skills }, null, 2)}\n`);
    else for (const each of skills) io.stdout.write(`${updateLine(each)}\n`);
    const newer = skills.filter(({ state }) => state === 'newer');
    for (const { id, catalog } of flags.json && flags.approval !== 'approved' ? [] : newer) {
      const own = { ...flags, catalog };
      const look = await lookAt(ask, own, id, io);
      if (flags.approval === 'approved') await install(ask, own, look, io);
    }
    if (newer.length > 0 && flags.approval !== 'approved' && !flags.json)
      io.stdout.write('Nothing was changed. Read that, then: coda skills market update --approval approved\n');
    if (skills.length === 0 && found.failures.length === 0) io.stdout.write('Nothing was installed from a catalog.\n');
    for (const { message, remedy, code } of found.failures)
      io.stderr.write(`coda: ${message}\n  ${remedy} [${code}]\n`);
    const [failure] = found.failures;
    return failure ? ERRORS[failure.code].exit : 0;
  });
}

/** `coda skills market trust --catalog FILE|URL --key KEY`: another key is the catalog's from now on. */
export async function marketTrust(flags: MarketFlags, io: NodeJS.Process): Promise<number> {
  if (flags.key === undefined) throw usage('It is not said which key.', 'Give it: --key RW…');
  if (flags.approval !== 'approved')
    throw usage(
      'A key is not changed without a yes.',
      'Once the publisher of the catalog has named it elsewhere, give --approval approved.',
    );
  return withVerbs(flags, io, async (ask) => {
    const { location, key_id: id } = (await ask('skills-market-trust', asked(flags))) as {
      location: string;
      key_id: string;
    };
    io.stdout.write(`Catalogs at ${location} have to be signed by the key ${id} from now on.\n`);
    return 0;
  });
}

async function lookAt(ask: Ask, flags: MarketFlags, id: string, io: NodeJS.Process): Promise<ShownLook> {
  const look = (await ask('skills-market-look', { ...asked(flags), id })) as ShownLook;
  const { version, before, inquest, catalog } = look;
  if (flags.json) return look;
  const change = before === null ? (version ?? '') : `${before || '?'} → ${version ?? '?'}`;
  const from = `${id}${change === '' ? '' : ` ${oneLine(change, LONGEST_LINE)}`} from ${oneLine(catalog.name, LONGEST_LINE)}`;
  io.stdout.write(`${aboutKey(catalog)}${from}\n${trustTexts.inquest(inquest).replaceAll('**', '')}\n`);
  return look;
}

async function install(ask: Ask, flags: MarketFlags, { id, inquest }: ShownLook, io: NodeJS.Process): Promise<void> {
  const done = (await ask('skills-market-install', { ...asked(flags), id, pin: inquest.pin.hash })) as {
    version: string | null;
  };
  if (flags.json) io.stdout.write(`${JSON.stringify(done, null, 2)}\n`);
  else io.stdout.write(`${id} is installed, and offered from now on, as its files are.\n`);
}

function aboutCatalog(catalog: ShownCatalog): string {
  const { name, location, serial, expires, skipped } = catalog;
  const age = serial === null ? [] : [`serial ${serial}`, `good until ${(expires ?? '').slice(0, 10)}`];
  const about = [oneLine(name, LONGEST_LINE), ...age].join(', ');
  const left = skipped === 0 ? '' : `${plural(skipped, 'entry', 'entries')} in it cannot be read.\n`;
  return `${about} (${location})\n${aboutKey(catalog)}${left}`;
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
  const said = {
    current: 'is as its catalog has it',
    newer: `${oneLine(from ?? '?', 40)} → ${oneLine(to ?? '?', 40)}`,
    gone: 'is in its catalog no more',
  }[state];
  return `${id}: ${said}${rests === null ? '' : `; it rests, revoked: ${oneLine(rests, LONGEST_LINE)}`}`;
}
