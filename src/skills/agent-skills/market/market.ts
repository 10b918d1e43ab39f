/** Opens catalogs: what is read is checked against the pinned key and what was seen before, and kept. */

import { createHash } from 'node:crypto';
import { CodaError } from '../../../base/errors.ts';
import { didYouMean } from '../../../base/text.ts';
import type { World } from '../../../base/world.ts';
import type { Outbox } from '../../../delivery/index.ts';
import type { Egress } from '../../../egress/index.ts';
import { type Database, type Queryable, readerOf } from '../../../storage/index.ts';
import { installedSkills } from '../files/install.ts';
import type { SkillHost } from '../host.ts';
import { CATALOG_LIMITS, type Catalog, type CatalogSkill, invalid } from './catalog.ts';
import { locationOf, notThere, type Place, placeOf, read, signaturePlace } from './download.ts';
import { MOST_SIGNATURE_BYTES, parsePublicKey } from './minisign.ts';
import { parseCatalog } from './parse.ts';
import { applyRevocations } from './revocations.ts';
import { checkFresh, checkSigned, untrusted } from './seen.ts';
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

/** A catalog that was read and checked. */
export interface Opened {
  location: string;
  place: Place;
  catalog: Catalog;
  /** Minisign's public key; undefined: it has no signature. */
  key: string | undefined;
  /** Nobody has seen it before: its key is pinned now. */
  isFirst: boolean;
  hash: string;
}

/** Reads a catalog and keeps what was seen of it; skills that it revokes rest from now on. */
export async function openCatalog(
  deps: MarketDeps,
  asked: { location: string; key?: string | undefined },
  signal: AbortSignal,
): Promise<Opened> {
  const opened = await readCatalog(deps, asked, signal);
  if (opened.key !== undefined) await keep(deps, opened);
  return opened;
}

/** The same without keeping anything. */
async function readCatalog(
  { database, egress, world }: MarketDeps,
  { location: written, key }: { location: string; key?: string | undefined },
  signal: AbortSignal,
): Promise<Opened> {
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
  else if (catalog.signed && wanted === undefined) throw untrusted(location, texts.noKey(), texts.keyNeeded());
  const hash = createHash('sha256').update(bytes).digest('hex');
  checkFresh(catalog, known, { location, hash, now: world.clock.now() });
  return { location, place, catalog, key: wanted ?? declared, isFirst: known === undefined, hash };
}

/** The key that has to fit: the pinned one, else the given one. */
function keyFor(location: string, given: string | undefined, known: store.KnownCatalog | undefined) {
  const key = given === undefined ? undefined : parsePublicKey(given);
  if (given !== undefined && !key) throw keyRefused();
  if (known?.key != null && key && key.text !== known.key) {
    throw untrusted(location, texts.otherKey(parsePublicKey(known.key)?.id ?? ''), texts.keyRemedy(location));
  }
  return known?.key ?? key?.text;
}

export function keyRefused(): CodaError {
  return new CodaError('INPUT_INVALID', { message: texts.badKey(), remedy: texts.badKeyRemedy() });
}

/** Keeps what was seen of it, in the transaction in which its revocations begin to hold. */
export async function keep(deps: MarketDeps, { location, catalog, key, hash }: Opened): Promise<void> {
  const now = deps.world.clock.now();
  const { name, format, signed } = catalog;
  const there = new Set(await installedSkills(deps.host.installed));
  const isChanged = await deps.database.tx('skills.market.seen', async (tx) => {
    const row = { location, name, format, key: key ?? null, serial: signed?.serial ?? null, hash };
    if (!(await store.putCatalog(tx, row, now))) throw untrusted(location, texts.outrun(), texts.staleRemedy());
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
export function entryOf({ catalog, location }: Opened, id: string): CatalogSkill {
  const found = catalog.skills.find((skill) => skill.id === id);
  if (found) return found;
  const near = didYouMean(
    id,
    catalog.skills.map((skill) => skill.id),
  );
  throw new CodaError('SKILL_NOT_FOUND', {
    message: texts.notInCatalog(id, location),
    remedy: near === undefined ? texts.browseRemedy() : texts.meant(near),
  });
}

/** The bytes of a bundle, if they are those that the catalog promises. */
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
