/** The verbs behind `coda skills market`. */

import { z } from 'zod';
import { recordAct } from '../../../audit/index.ts';
import { CodaError, type ErrorCode } from '../../../base/errors.ts';
import type { Json } from '../../../base/json.ts';
import type { Verb } from '../../../chat/index.ts';
import { readerOf } from '../../../storage/index.ts';
import type { Inquest } from '../../../trust/index.ts';
import { type CatalogSkill, revocationOf } from './catalog.ts';
import { installFromCatalog, lookAtSkill } from './install.ts';
import {
  entryOf,
  keyRefused,
  locationFor,
  MARKET_WITHIN_MS,
  type MarketDeps,
  type Opened,
  openCatalog,
} from './market.ts';
import { parsePublicKey } from './minisign.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

/** A catalog as commands show it. */
export interface ShownCatalog {
  location: string;
  name: string;
  format: string;
  serial: number | null;
  expires: string | null;
  /** The key that has signed it, and its id; null: nobody has. */
  key: string | null;
  key_id: string | null;
  /** The key was pinned just now. */
  first: boolean;
  skipped: number;
}

export interface ShownSkill extends Omit<CatalogSkill, 'bundle'> {
  sha256: string | null;
  /** Why it is revoked. */
  revoked: string | null;
  /** The version that is installed from this catalog; empty where it has none. */
  installed: string | null;
}

/** A skill, unpacked and looked at. */
export interface ShownLook {
  id: string;
  version: string | null;
  /** The version that is installed. */
  before: string | null;
  inquest: Inquest;
  catalog: ShownCatalog;
}

/** `gone`: it is in the catalog no more. */
export interface ShownUpdate {
  id: string;
  catalog: string;
  from: string | null;
  to: string | null;
  state: 'current' | 'newer' | 'gone';
  /** Why it rests. */
  rests: string | null;
}

export interface ShownUpdates {
  skills: ShownUpdate[];
  failures: { catalog: string; code: ErrorCode; message: string; remedy: string }[];
}

const named = { catalog: z.string().max(4_000).optional(), key: z.string().max(400).optional() };
const browsed = z.object({ ...named, tags: z.array(z.string()).default([]) });
const chosen = z.object({
  ...named,
  id: z.string().max(200),
  unsigned: z.boolean().optional(),
  beside: z.string().max(200).optional(),
});
const installed = chosen.extend({ pin: z.string() });
const trusted = z.object({ catalog: z.string().max(4_000).optional(), key: z.string().max(400) });

export function marketVerbs(deps: MarketDeps): Readonly<Record<string, Verb>> {
  const reader = readerOf(deps.database);
  const signal = () => AbortSignal.timeout(MARKET_WITHIN_MS);
  const wantedIn = async ({ catalog, ...asked }: z.output<typeof chosen>) => {
    return { ...asked, location: await locationFor(reader, catalog) };
  };
  return {
    'skills-market-browse': async (args) => {
      const { catalog, key, tags } = browsed.parse(args);
      const opened = await openCatalog(deps, { location: await locationFor(reader, catalog), key }, signal());
      const wanted = tags.map((tag) => tag.toLowerCase());
      const has = ({ tags: own }: CatalogSkill) => {
        const all = own.map((tag) => tag.toLowerCase());
        return wanted.every((tag) => all.includes(tag));
      };
      const skills = await shownSkills(deps, opened, opened.catalog.skills.filter(has));
      return { catalog: catalogShown(opened), skills } as unknown as Json;
    },
    'skills-market-show': async (args) => {
      const wanted = await wantedIn(chosen.parse(args));
      const opened = await openCatalog(deps, wanted, signal());
      const [skill] = await shownSkills(deps, opened, [entryOf(opened, wanted.id)]);
      return { catalog: catalogShown(opened), skill } as unknown as Json;
    },
    'skills-market-look': async (args) => {
      const { opened, skill, inquest, before } = await lookAtSkill(deps, await wantedIn(chosen.parse(args)), signal());
      const shown: ShownLook = {
        ...{ id: skill.id, version: skill.version ?? null, before: before ? (before.version ?? '') : null },
        ...{ inquest, catalog: catalogShown(opened) },
      };
      return shown as unknown as Json;
    },
    'skills-market-install': async (args) => {
      const { pin, ...asked } = installed.parse(args);
      const { skill } = await installFromCatalog(deps, { ...(await wantedIn(asked)), pin }, signal());
      return { id: skill.id, version: skill.version ?? null };
    },
    'skills-market-updates': async ({ catalog }) => {
      return (await updates(deps, typeof catalog === 'string' ? catalog : undefined)) as unknown as Json;
    },
    'skills-market-trust': (args) => trust(deps, trusted.parse(args)),
  };
}

const catalogShown = ({ location, catalog, key, isFirst }: Opened): ShownCatalog => ({
  ...{ location, name: catalog.name, format: catalog.format },
  serial: catalog.signed?.serial ?? null,
  expires: catalog.signed?.expires.toISOString() ?? null,
  key: key ?? null,
  key_id: (key !== undefined && parsePublicKey(key)?.id) || null,
  first: isFirst && key !== undefined,
  skipped: catalog.skipped,
});

async function shownSkills(
  { database }: MarketDeps,
  { catalog, location }: Opened,
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
  const found: ShownUpdates = { skills: [], failures: [] };
  for (const each of locations) {
    const location = await locationFor(reader, each);
    const here = async () => store.installs(reader, location);
    if (named === undefined && (await here()).length === 0) continue;
    try {
      const opened = await openCatalog(deps, { location }, signal);
      // Revocations were kept meanwhile.
      found.skills.push(...(await here()).map((install) => updateOf(opened, install)));
    } catch (error) {
      if (!(error instanceof CodaError)) throw error;
      const { code, message, remedy } = error;
      found.failures.push({ catalog: location, code, message, remedy });
    }
  }
  return found;
}

function updateOf({ catalog }: Opened, { name, version, sha256, revoked_reason, catalog: location }: store.Install) {
  const entry = catalog.skills.find(({ id }) => id === name);
  const state = entry?.bundle === undefined ? 'gone' : entry.bundle.sha256 === sha256 ? 'current' : 'newer';
  const update: ShownUpdate = {
    ...{ id: name, catalog: location, from: version, to: entry?.version ?? null },
    ...{ state, rests: revoked_reason },
  };
  return update;
}

/** Has another key of a catalog be the pinned one. */
async function trust({ database, world }: MarketDeps, { catalog, key }: z.output<typeof trusted>): Promise<Json> {
  const parsed = parsePublicKey(key);
  if (!parsed) throw keyRefused();
  const location = await locationFor(readerOf(database), catalog);
  await database.tx('skills.market.trust', async (tx) => {
    if (!(await store.setKey(tx, location, parsed.text))) {
      throw new CodaError('SKILL_CATALOG_NOT_FOUND', {
        message: texts.notKnown(location),
        remedy: texts.browseRemedy(),
      });
    }
    recordAct(world, 'skills market trust', () => ({ catalog: location, key: parsed.id }))(tx, undefined);
  });
  return { location, key_id: parsed.id };
}
