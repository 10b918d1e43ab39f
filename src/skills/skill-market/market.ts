/** Opens catalogs: what is read is checked against the pinned key and what was seen before, and kept. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type SkillHost, type SkillSnapshot, skillInstall, skillTrust } from '../../agent-skills/index.ts';
import type { Instant } from '../../base/clock.ts';
import { CodaError } from '../../base/errors.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import { parseJson } from '../../base/json.ts';
import { didYouMean } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { HealthCheck, SystemTask } from '../../chat/index.ts';
import { conversations, type Outbox, type Outgoing } from '../../delivery/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import { type Database, type Queryable, readerOf, type Transaction } from '../../storage/index.ts';
import { pinFolder } from '../../trust/index.ts';
import { CATALOG_LIMITS, type Catalog, type CatalogSkill, invalid, revocationOf, SKILL_ID } from './catalog.ts';
import {
  DISCOVERY_SCHEMAS,
  discoveryIndex,
  fromDiscovery,
  fromPlugins,
  locationOf,
  notThere,
  type Place,
  placeOf,
  pluginMarketplace,
  read,
  signaturePlace,
} from './download.ts';
import { checkSignature, MOST_SIGNATURE_BYTES, parsePublicKey } from './minisign.ts';
import type { KnownCatalog } from './store.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

/** For a catalog, its signature and a bundle together: a command waits a little longer for the answer. */
export const MARKET_WITHIN_MS = 50_000;

export interface MarketDeps {
  host: SkillHost;
  database: Pick<Database, 'read' | 'tx'>;
  egress: Egress;
  outbox: Outbox;
  world: World;
}

export interface OpenedCatalog {
  location: string;
  place: Place;
  catalog: Catalog;
  /** Minisign's public key; undefined: it has no signature. */
  key: string | undefined;
  /** Seen for the first time: its key is pinned now. */
  isFirst: boolean;
  hash: string;
}

export async function openCatalog(
  deps: MarketDeps,
  asked: { location: string; key?: string | undefined },
  signal: AbortSignal,
): Promise<OpenedCatalog> {
  const opened = await readCatalog(deps, asked, signal);
  if (opened.key !== undefined) await keep(deps, opened);
  return opened;
}

async function readCatalog(
  { database, egress, world }: MarketDeps,
  { location: written, key }: { location: string; key?: string | undefined },
  signal: AbortSignal,
): Promise<OpenedCatalog> {
  const place = placeOf(written);
  const location = locationOf(place);
  const known = await store.catalogOf(readerOf(database), location);
  const wanted = keyFor(location, key, known);
  const bytes = await read(egress, place, { maxBytes: CATALOG_LIMITS.bytes, signal });
  if (!bytes) throw notThere(location);
  const signed = async (by: string) => {
    const signature = await read(egress, signaturePlace(place), { maxBytes: MOST_SIGNATURE_BYTES, signal });
    checkSigned({ location, bytes, signature: signature?.toString('utf8') }, by);
    return by;
  };
  // A signed text is not even parsed before its signature fits.
  if (wanted !== undefined) await signed(wanted);
  const catalog = parseCatalog(bytes, location);
  const declared = wanted === undefined ? catalog.signed?.key : undefined;
  if (declared !== undefined) await signed(declared);
  else if (catalog.signed && wanted === undefined) throw untrustedError(location, texts.noKey(), texts.keyNeeded());
  const hash = createHash('sha256').update(bytes).digest('hex');
  checkFresh(catalog, known, { location, hash, now: world.clock.now() });
  return { location, place, catalog, key: wanted ?? declared, isFirst: known === undefined, hash };
}

function keyFor(location: string, given: string | undefined, known: store.KnownCatalog | undefined) {
  const key = given === undefined ? undefined : parsePublicKey(given);
  if (given !== undefined && !key) throw keyRefused();
  if (known?.key != null && key && key.text !== known.key) {
    throw untrustedError(location, texts.otherKey(parsePublicKey(known.key)?.id ?? ''), texts.keyRemedy(location));
  }
  return known?.key ?? key?.text;
}

export function keyRefused(): CodaError {
  return new CodaError('INPUT_INVALID', { message: texts.badKey(), remedy: texts.badKeyRemedy() });
}

/** Runs in the transaction in which the revocations of the catalog begin to hold. */
export async function keep(deps: MarketDeps, { location, catalog, key, hash }: OpenedCatalog): Promise<void> {
  const now = deps.world.clock.now();
  const { name, format, signed } = catalog;
  const there = new Set(await skillInstall.installedSkills(deps.host.installed));
  const isChanged = await deps.database.tx('skills.market.seen', async (tx) => {
    const row = { location, name, format, key: key ?? null, serial: signed?.serial ?? null, hash };
    if (!(await store.putCatalog(tx, row, now))) throw untrustedError(location, texts.outrun(), texts.staleRemedy());
    return applyRevocations(tx, deps.outbox, { location, catalog, there }, now);
  });
  if (isChanged) await deps.host.rescan();
}

/** The catalog that is meant where none is named: the only one that is known. */
export async function locationFor(db: Queryable, named: string | undefined): Promise<string> {
  if (named !== undefined) return locationOf(placeOf(named));
  const known = await store.catalogs(db);
  const [only] = known;
  if (only && known.length === 1) return only.location;
  throw new CodaError('USAGE', {
    message: only ? texts.severalCatalogs(known.map(({ location }) => location)) : texts.noCatalog(),
    remedy: texts.nameCatalog(),
  });
}

/** The entry with that id. Throws `SKILL_NOT_FOUND`. */
export function entryOf({ catalog, location }: OpenedCatalog, id: string): CatalogSkill {
  const found = catalog.skills.find((skill) => skill.id === id);
  if (found) return found;
  const near = didYouMean(
    id,
    catalog.skills.map((skill) => skill.id),
  );
  throw new CodaError('SKILL_NOT_FOUND', {
    message: texts.notInCatalog(id, location),
    remedy: near === undefined ? texts.browseRemedy() : texts.meantHint(near),
  });
}

export async function bundleBytes(
  { egress }: MarketDeps,
  place: Place,
  { sha256, bytes }: { sha256: string; bytes?: number | undefined },
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Buffer> {
  const found = await read(egress, place, { maxBytes, signal });
  if (!found) throw invalid(locationOf(place), texts.noBundle());
  const isPromised = createHash('sha256').update(found).digest('hex') === sha256;
  if (isPromised && (bytes === undefined || bytes === found.length)) return found;
  throw new CodaError('SKILL_BUNDLE_REFUSED', {
    message: texts.otherBundle(locationOf(place)),
    remedy: texts.otherBundleRemedy(),
  });
}

// Reads catalogs: coda's own format, and those of others. Pure.

const DAY_MS = 86_400_000;
/** A catalog is signed anew at least so often: nobody is shown an old one for longer. */
const LONGEST_LIFE_DAYS = 400;

const id = z
  .string()
  .regex(SKILL_ID, { error: 'expected a name of lower-case letters, digits, - and _, at most 64, or group/name' });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256 in lower-case hex' });
const words = (most: number) => z.string().max(most);

const entry = z.object({
  id,
  version: words(64).optional(),
  description: words(1_024),
  tags: z.array(words(64)).max(50).default([]),
  author: words(200).optional(),
  license: words(200).optional(),
  homepage: words(2_000).optional(),
  url: z.string().min(1).max(2_000),
  sha256,
  bytes: z.int().min(1).optional(),
});

const revocation = z.object({ id, sha256: sha256.optional(), reason: words(500) });

const own = z.object({
  format: z.literal('coda-skill-catalog/1'),
  name: z.string().min(1).max(200),
  serial: z.int().min(1),
  created: z.iso.datetime({ offset: true }),
  expires: z.iso.datetime({ offset: true }),
  key: z.string().max(200).optional(),
  skills: z.array(entry).max(CATALOG_LIMITS.skills),
  revoked: z.array(revocation).max(CATALOG_LIMITS.revoked).default([]),
});

/** The catalog in `bytes`. Throws `SKILL_CATALOG_INVALID`; `where` it was read from. */
function parseCatalog(bytes: Uint8Array, where: string): Catalog {
  const json = readJson(bytes, where);
  const { format, $schema: schema } = (json ?? {}) as { format?: unknown; $schema?: unknown };
  if (format !== undefined) return fromOwn(checkCatalog(own, json, where), where);
  if (DISCOVERY_SCHEMAS.has(schema as string))
    return unique(fromDiscovery(checkCatalog(discoveryIndex, json, where)), where);
  const plugins = pluginMarketplace.safeParse(json);
  if (plugins.success) return fromPlugins(plugins.data);
  throw invalid(where, texts.unknownFormat());
}

function readJson(bytes: Uint8Array, where: string): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The message of the parser quotes the file, which may be a page with anything in it.
    throw invalid(where, texts.notJson());
  }
}

function checkCatalog<T>(schema: z.ZodType<T>, json: unknown, where: string): T {
  const read = schema.safeParse(json, { error: inputWords });
  if (read.success) return read.data;
  throw invalid(where, faultsOf(read.error, 'catalog', 1));
}

function fromOwn(read: z.output<typeof own>, where: string): Catalog {
  const [created, expires] = [new Date(read.created), new Date(read.expires)];
  if (expires.getTime() - created.getTime() > LONGEST_LIFE_DAYS * DAY_MS) {
    throw invalid(where, texts.livesTooLong(LONGEST_LIFE_DAYS));
  }
  if (read.key !== undefined && !parsePublicKey(read.key)) throw invalid(where, texts.notAKey('key'));
  const skills = read.skills.map(({ url, sha256: hash, bytes, version, author, license, homepage, ...skill }) => {
    return { ...skill, version, author, license, homepage, bundle: { url, sha256: hash, kind: 'zip' as const, bytes } };
  });
  const signed = { serial: read.serial, created, expires, key: read.key };
  return unique({ format: 'coda', name: read.name, signed, skills, revoked: read.revoked, skipped: 0 }, where);
}

function unique(catalog: Catalog, where: string): Catalog {
  const seen = new Set<string>();
  for (const skill of catalog.skills) {
    if (seen.has(skill.id)) throw invalid(where, texts.twiceReason(skill.id));
    seen.add(skill.id);
  }
  return catalog;
}

// Skills that their catalog has revoked: they rest, and their people are told once.

/**
 * Has the skills of a catalog that are `there` rest, or work again, as it says now, and tells people of each change.
 * Returns whether anything has changed: it holds once the skills are read again.
 */
async function applyRevocations(
  tx: Transaction,
  outbox: Outbox,
  { location, catalog, there }: { location: string; catalog: Catalog; there: ReadonlySet<string> },
  now: Instant,
): Promise<boolean> {
  const all = await store.installs(tx, location);
  const gone = all.flatMap(({ name }) => (there.has(name) ? [] : [name]));
  if (gone.length > 0) await store.removeInstalls(tx, gone);
  let isChanged = false;
  for (const { name, sha256 } of all.filter((install) => there.has(install.name))) {
    const reason = revocationOf(catalog, { id: name, sha256 })?.reason;
    if (!(await store.setRevoked(tx, { name, reason }, now))) continue;
    await outbox.addAll(tx, await noticesOf(tx, { name, reason, catalog, now }));
    isChanged = true;
  }
  return isChanged;
}

async function noticesOf(
  tx: Transaction,
  { name, reason, catalog, now }: { name: string; reason: string | undefined; catalog: Catalog; now: Instant },
): Promise<Outgoing[]> {
  const owners = await conversations.ownersDirect(tx);
  const known = new Set(owners.map(({ personId }) => personId));
  const users: { personId: string; conversationId: string }[] = [];
  for (const personId of await store.usersOf(tx, name)) {
    const conversationId = known.has(personId) ? undefined : await conversations.direct(tx, personId);
    if (conversationId !== undefined) users.push({ personId, conversationId });
  }
  const said = (text: string) => (each: { personId: string; conversationId: string }) => {
    const key = `skill-${reason === undefined ? 'restored' : 'revoked'}:${name}:${now.toISOString()}:${each.personId}`;
    return { key, ...each, card: { kind: 'notice' as const, text }, tainted: true };
  };
  const words = (isOwner: boolean) =>
    reason === undefined
      ? texts.restoredNotice(name, catalog.name)
      : texts.revokedNotice(name, catalog.name, reason, isOwner);
  return [...owners.map(said(words(true))), ...users.map(said(words(false)))];
}

// Compares a catalog with what was accepted of it before. Pure.

const CLOCK_TOLERANCE_MS = 86_400_000;

/** Throws `SKILL_CATALOG_UNTRUSTED` unless `key` has signed these bytes. `signature`: undefined where there is none. */
function checkSigned(
  { location, bytes, signature }: { location: string; bytes: Uint8Array; signature: string | undefined },
  key: string,
): void {
  const pinned = parsePublicKey(key);
  if (signature === undefined || !pinned)
    throw untrustedError(location, texts.unsignedReason(), texts.signatureRemedy());
  const checked = checkSignature(bytes, signature, pinned);
  if (checked.ok) return;
  if (checked.why === 'key') throw untrustedError(location, texts.otherKey(pinned.id), texts.keyRemedy(location));
  throw untrustedError(location, texts.badSignature[checked.why], texts.signatureRemedy());
}

/** Throws where the catalog is an older one than was seen, of another form, of the future, or past its time. */
function checkFresh(
  { signed }: Catalog,
  known: KnownCatalog | undefined,
  { location, hash, now }: { location: string; hash: string; now: Date },
): void {
  if (!signed) {
    if (known?.serial != null) throw untrustedError(location, texts.otherForm(), texts.signatureRemedy());
    return;
  }
  const { serial, created, expires } = signed;
  if (created.getTime() > now.getTime() + CLOCK_TOLERANCE_MS) {
    throw untrustedError(location, texts.future(created), texts.clockRemedy());
  }
  if (expires.getTime() <= now.getTime())
    throw untrustedError(location, texts.expiredReason(expires), texts.staleRemedy());
  if (known?.serial == null) return;
  if (serial < known.serial)
    throw untrustedError(location, texts.rolledBack(serial, known.serial), texts.staleRemedy());
  if (serial === known.serial && hash !== known.hash) {
    throw untrustedError(location, texts.twoOfOneSerial(serial), texts.staleRemedy());
  }
}

export function untrustedError(location: string, why: string, remedy: string): CodaError {
  return new CodaError('SKILL_CATALOG_UNTRUSTED', { message: texts.notTrusted(location, why), remedy });
}

export const MARKET_TASK = 'skills.market';

/** Once a day: a skill that its catalog revokes rests within that time. */
export const marketTask: SystemTask = { name: MARKET_TASK, kind: MARKET_TASK, cron: '41 4 * * *', missed: 'latest' };

/** Asks nobody where nothing is installed from a catalog that can revoke. */
export function marketJob(deps: MarketDeps): JobHandler {
  return {
    kind: MARKET_TASK,
    alone: true,
    async run(_, signal) {
      const { database, world } = deps;
      const reader = readerOf(database);
      const used = new Set((await store.installs(reader)).map(({ catalog }) => catalog));
      for (const { location, serial } of await store.catalogs(reader)) {
        if (serial === null || !used.has(location)) continue;
        try {
          await openCatalog(deps, { location }, AbortSignal.any([signal, AbortSignal.timeout(MARKET_WITHIN_MS)]));
        } catch (error) {
          if (!(error instanceof CodaError) || signal.aborted) throw error;
          const { message } = error;
          world.log.warn({ catalog: location, error: message }, 'a catalog of skills could not be looked at');
          await database.tx('skills.market.failed', (tx) =>
            store.noteFailure(tx, location, message, world.clock.now()),
          );
        }
      }
    },
  };
}

export function marketCheck({ database, host }: Pick<MarketDeps, 'database' | 'host'>): HealthCheck {
  return {
    name: 'skill catalogs',
    async check() {
      const known = await store.catalogs(readerOf(database));
      const failed = known.filter(({ failure }) => failure !== null);
      const [first, ...also] = failed.map(({ location, failure }) => ({
        ok: false,
        severity: 'warning' as const,
        code: 'SKILL_CATALOG',
        says: texts.checkFailed(location, failure ?? ''),
        remedy: texts.checkRemedy(),
      }));
      if (first) return { ...first, also };
      const resting = [...host.decisions.current.resting.keys()];
      if (resting.length === 0) return { ok: true, says: texts.checkOk(known.length) };
      const says = texts.checkResting(resting);
      return { ok: true, code: 'SKILL_RESTS', severity: 'notice', says, remedy: texts.restingRemedy() };
    },
  };
}

// Skills that rest, because their catalog has revoked them.

/** Why skills rest, by name: those whose files are the ones that were revoked. Awaits files. */
export async function restingIn(db: Queryable, { skills }: SkillSnapshot): Promise<Map<string, string>> {
  const resting = new Map<string, string>();
  for (const { name, pin, revoked_reason: reason } of await store.installs(db)) {
    const skill = reason === null ? undefined : skills.get(name);
    const folder = skill?.source.kind === 'installed' ? skillTrust.folderOf(skill) : undefined;
    if (!folder || reason === null) continue;
    const now = await pinFolder(folder.directory, folder.declared);
    // Other files are another skill: these wait for an owner by themselves.
    if (now.ok && now.hash === pin) resting.set(name, reason);
  }
  return resting;
}
