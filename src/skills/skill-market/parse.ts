/** Reads catalogs: coda's own format here, others through `foreign.ts`. Pure. */
import { z } from 'zod';
import { parseJson } from '../../base/json.ts';
import { CATALOG_LIMITS, type Catalog, checkCatalog, invalid, SKILL_ID } from './catalog.ts';
import { foreignCatalog } from './foreign.ts';
import { parsePublicKey } from './minisign.ts';
import * as texts from './texts.ts';

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

const ownCatalog = z.object({
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
export function parseCatalog(bytes: Uint8Array, where: string): Catalog {
  const json = readJson(bytes, where);
  const { format } = (json ?? {}) as { format?: unknown };
  if (format !== undefined) return withUniqueIds(fromOwn(checkCatalog(ownCatalog, json, where), where), where);
  const catalog = foreignCatalog(json, where);
  if (!catalog) throw invalid(where, texts.unknownFormat());
  // A marketplace is shown only: nothing is installed by its ids.
  return catalog.format === 'plugins' ? catalog : withUniqueIds(catalog, where);
}

function readJson(bytes: Uint8Array, where: string): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The message of the parser quotes the file, which may be a page with anything in it.
    throw invalid(where, texts.notJson());
  }
}

function fromOwn(file: z.output<typeof ownCatalog>, where: string): Catalog {
  const [created, expires] = [new Date(file.created), new Date(file.expires)];
  if (expires.getTime() - created.getTime() > LONGEST_LIFE_DAYS * DAY_MS) {
    throw invalid(where, texts.livesTooLong(LONGEST_LIFE_DAYS));
  }
  if (file.key !== undefined && !parsePublicKey(file.key)) throw invalid(where, texts.notAKey('key'));
  const skills = file.skills.map(({ url, sha256: hash, bytes, version, author, license, homepage, ...skill }) => {
    return { ...skill, version, author, license, homepage, bundle: { url, sha256: hash, kind: 'zip' as const, bytes } };
  });
  const signed = { serial: file.serial, created, expires, key: file.key };
  return { format: 'coda', name: file.name, signed, skills, revoked: file.revoked, skipped: 0 };
}

function withUniqueIds(catalog: Catalog, where: string): Catalog {
  const ids = new Set<string>();
  for (const skill of catalog.skills) {
    if (ids.has(skill.id)) throw invalid(where, texts.twiceReason(skill.id));
    ids.add(skill.id);
  }
  return catalog;
}
