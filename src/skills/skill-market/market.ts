/** Opens catalogs: what is read is checked against the pinned key and what was seen before, and kept. */

import { createHash } from 'node:crypto';
import { installedSkills, type SkillHost } from '../../agent-skills/index.ts';
import type { Instant } from '../../base/clock.ts';
import { CodaError } from '../../base/errors.ts';
import { didYouMean } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { SkillPorts, Verdict } from '../../chat/index.ts';
import { conversations, type Outbox, type Outgoing } from '../../delivery/index.ts';
import type { Egress } from '../../egress/index.ts';
import { type Database, type Queryable, readerOf, type Transaction } from '../../storage/index.ts';
import { CATALOG_LIMITS, type Catalog, type CatalogSkill, invalid, revocationOf } from './catalog.ts';
import { locationOf, notThere, type Place, placeOf, readPlace, signaturePlace } from './download.ts';
import { MOST_SIGNATURE_BYTES } from './minisign.ts';
import { parseCatalog } from './parse.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';
import { checkFresh, checkSigned, keyFor, untrustedError } from './trust.ts';

/** For a catalog, its signature and a bundle together: a command waits a little longer for the answer. */
export const MARKET_WITHIN_MS = 50_000;

export interface MarketDeps {
  outbox: Outbox;
  listRunners: SkillPorts['listRunners'];
  host: SkillHost;
  database: Pick<Database, 'read' | 'tx'>;
  egress: Egress;
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
  if (opened.key !== undefined) await keepCatalog(deps, opened);
  return opened;
}

async function readCatalog(
  { database, egress, world }: MarketDeps,
  { location: address, key }: { location: string; key?: string | undefined },
  signal: AbortSignal,
): Promise<OpenedCatalog> {
  const place = placeOf(address);
  const location = locationOf(place);
  const record = await store.catalogOf(readerOf(database), location);
  const wanted = keyFor(location, key, record);
  const bytes = await readPlace(egress, place, { maxBytes: CATALOG_LIMITS.bytes, signal });
  if (!bytes) throw notThere(location);
  const signed = async (by: string) => {
    const signature = await readPlace(egress, signaturePlace(place), { maxBytes: MOST_SIGNATURE_BYTES, signal });
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
  checkFresh(catalog, record, { location, hash, now: world.clock.now() });
  return { location, place, catalog, key: wanted ?? declared, isFirst: record === undefined, hash };
}

/** Runs in the transaction in which the revocations of the catalog begin to hold. */
export async function keepCatalog(deps: MarketDeps, { location, catalog, key, hash }: OpenedCatalog): Promise<void> {
  const now = deps.world.clock.now();
  const { name, format, signed } = catalog;
  const there = new Set(await installedSkills(deps.host.installed));
  const isChanged = await deps.database.tx('skills.market.seen', async (tx) => {
    const row = { location, name, format, key: key ?? null, serial: signed?.serial ?? null, hash };
    if (!(await store.putCatalog(tx, row, now))) throw untrustedError(location, texts.outrun(), texts.staleRemedy());
    return applyRevocations(tx, deps, { location, catalog, there }, now);
  });
  if (isChanged) await deps.host.rescan();
}

/**
 * Has the skills of a catalog that are `there` rest, or work again, as it says now, and tells people of each change.
 * Returns whether anything has changed: it holds once the skills are read again.
 */
async function applyRevocations(
  tx: Transaction,
  { outbox, listRunners }: Pick<MarketDeps, 'outbox' | 'listRunners'>,
  { location, catalog, there }: { location: string; catalog: Catalog; there: ReadonlySet<string> },
  now: Instant,
): Promise<boolean> {
  const all = await store.installs(tx, location);
  const lostNames = all.flatMap(({ name }) => (there.has(name) ? [] : [name]));
  if (lostNames.length > 0) await store.removeInstalls(tx, lostNames);
  let isChanged = false;
  for (const { name, sha256 } of all.filter((install) => there.has(install.name))) {
    const reason = revocationOf(catalog, { id: name, sha256 })?.reason;
    if (!(await store.setRevoked(tx, { name, reason }, now))) continue;
    await outbox.addAll(tx, await noticesOf(tx, listRunners, { name, reason, catalog, now }));
    isChanged = true;
  }
  return isChanged;
}

async function noticesOf(
  tx: Transaction,
  listRunners: MarketDeps['listRunners'],
  { name, reason, catalog, now }: { name: string; reason: string | undefined; catalog: Catalog; now: Instant },
): Promise<Outgoing[]> {
  const owners = await conversations.ownersDirect(tx);
  const ownerIds = new Set(owners.map(({ personId }) => personId));
  const users: { personId: string; conversationId: string }[] = [];
  for (const personId of new Set([...(await store.listAskers(tx, name)), ...(await listRunners(tx, name))])) {
    const conversationId = ownerIds.has(personId) ? undefined : await conversations.direct(tx, personId);
    if (conversationId !== undefined) users.push({ personId, conversationId });
  }
  const messageOf = (text: string) => (each: { personId: string; conversationId: string }) => {
    const key = `skill-${reason === undefined ? 'restored' : 'revoked'}:${name}:${now.toISOString()}:${each.personId}`;
    return { key, ...each, card: { kind: 'notice' as const, text }, tainted: true };
  };
  const words = (isOwner: boolean) =>
    reason === undefined
      ? texts.restoredNotice(name, catalog.name)
      : texts.revokedNotice(name, catalog.name, reason, isOwner);
  return [...owners.map(messageOf(words(true))), ...users.map(messageOf(words(false)))];
}

/** The catalog that is meant where none is named: the only one that is known. */
export async function locationFor(db: Queryable, named: string | undefined): Promise<string> {
  if (named !== undefined) return locationOf(placeOf(named));
  const records = await store.catalogs(db);
  const [only] = records;
  if (only && records.length === 1) return only.location;
  throw new CodaError('USAGE', {
    message: only ? texts.severalCatalogs(records.map(({ location }) => location)) : texts.noCatalog(),
    remedy: texts.nameCatalog(),
  });
}

/** The entry with that id. Throws `SKILL_NOT_FOUND`. */
export function entryOf({ catalog, location }: OpenedCatalog, id: string): CatalogSkill {
  const match = catalog.skills.find((skill) => skill.id === id);
  if (match) return match;
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
  const bundle = await readPlace(egress, place, { maxBytes, signal });
  if (!bundle) throw invalid(locationOf(place), texts.noBundle());
  const isPromised = createHash('sha256').update(bundle).digest('hex') === sha256;
  if (isPromised && (bytes === undefined || bytes === bundle.length)) return bundle;
  throw new CodaError('SKILL_BUNDLE_REFUSED', {
    message: texts.otherBundle(locationOf(place)),
    remedy: texts.otherBundleRemedy(),
  });
}

/** Asks nobody where nothing is installed from a catalog that can revoke. */
export async function askCatalogs(deps: MarketDeps, signal: AbortSignal): Promise<void> {
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
      await database.tx('skills.market.failed', (tx) => store.noteFailure(tx, location, message, world.clock.now()));
    }
  }
}

export async function checkCatalogs({ database, host }: Pick<MarketDeps, 'database' | 'host'>): Promise<Verdict> {
  const records = await store.catalogs(readerOf(database));
  const failed = records.filter(({ failure }) => failure !== null);
  const [first, ...also] = failed.map(({ location, failure }) => ({
    ok: false,
    severity: 'warning' as const,
    code: 'SKILL_CATALOG',
    says: texts.checkFailed(location, failure ?? ''),
    remedy: texts.checkRemedy(),
  }));
  if (first) return { ...first, also };
  const resting = [...host.decisions.current.resting.keys()];
  if (resting.length === 0) return { ok: true, says: texts.checkOk(records.length) };
  const says = texts.checkResting(resting);
  return { ok: true, code: 'SKILL_RESTS', severity: 'notice', says, remedy: texts.restingRemedy() };
}
