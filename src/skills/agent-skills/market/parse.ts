/** Reads catalogs: coda's own format, and those of others. Pure. */

import { z } from 'zod';
import { CATALOG_LIMITS, type Catalog, invalid, SKILL_ID } from './catalog.ts';
import { DISCOVERY_SCHEMAS, discoveryIndex, fromDiscovery, fromPlugins, pluginMarketplace } from './formats.ts';
import { parsePublicKey } from './minisign.ts';
import * as texts from './texts.ts';

const DAY_MS = 86_400_000;
/** A catalog is signed anew at least so often: nobody is shown an old one for longer. */
const LONGEST_LIFE_DAYS = 400;

const id = z.string().regex(SKILL_ID, { error: 'expected lower-case letters, digits, - and _, at most 64' });
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
export function parseCatalog(bytes: Uint8Array, where: string): Catalog {
  const json = parsed(bytes, where);
  const { format, $schema: schema } = (json ?? {}) as { format?: unknown; $schema?: unknown };
  if (format !== undefined) return fromOwn(checked(own, json, where), where);
  if (DISCOVERY_SCHEMAS.has(schema as string))
    return unique(fromDiscovery(checked(discoveryIndex, json, where)), where);
  const plugins = pluginMarketplace.safeParse(json);
  if (plugins.success) return fromPlugins(plugins.data);
  throw invalid(where, texts.unknownFormat());
}

function parsed(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The message of the parser quotes the file, which may be a page with anything in it.
    throw invalid(where, texts.notJson());
  }
}

function checked<T>(schema: z.ZodType<T>, json: unknown, where: string): T {
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [problem] = read.error.issues;
  throw invalid(where, `${problem?.path.join('.') || 'catalog'}: ${problem?.message}`);
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
    if (seen.has(skill.id)) throw invalid(where, texts.twice(skill.id));
    seen.add(skill.id);
  }
  return catalog;
}
