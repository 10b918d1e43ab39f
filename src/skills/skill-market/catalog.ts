import type { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import * as texts from './texts.ts';

export const CATALOG_LIMITS = { bytes: 4 * 1024 * 1024, skills: 5_000, revoked: 20_000 } as const;

/** A name that no path, no other alphabet and no other case hides in. */
export const SKILL_NAME = /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/;
/** The same, or a group and a name: `community/hello`. */
export const SKILL_ID = /^(?:[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?\/)?[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/;

export interface BundlePlace {
  url: string;
  sha256: string;
  /** `zip`: a bundle; `tar`: the same, gzipped; `file`: a SKILL.md alone. */
  kind: 'zip' | 'tar' | 'file';
  bytes?: number | undefined;
}

export interface CatalogSkill {
  id: string;
  version: string | undefined;
  description: string;
  tags: readonly string[];
  author: string | undefined;
  license: string | undefined;
  homepage: string | undefined;
  /** Undefined: the format names no hash, and the skill is shown only. */
  bundle: BundlePlace | undefined;
}

/** All bundles of a skill, or the one with that hash. */
export interface Revocation {
  id: string;
  sha256?: string | undefined;
  reason: string;
}

export interface Catalog {
  format: 'coda' | 'discovery' | 'plugins';
  name: string;
  /** Only of coda's own format, which is always signed. */
  signed: { serial: number; created: Date; expires: Date; key: string | undefined } | undefined;
  skills: readonly CatalogSkill[];
  revoked: readonly Revocation[];
  skipped: number;
}

export function revocationOf({ revoked }: Catalog, skill: { id: string; sha256: string }): Revocation | undefined {
  return revoked.find(({ id, sha256 }) => id === skill.id && (sha256 === undefined || sha256 === skill.sha256));
}

export function invalid(where: string, why: string): CodaError {
  return new CodaError('SKILL_CATALOG_INVALID', {
    message: texts.notACatalog(where, why),
    remedy: texts.notACatalogRemedy(),
  });
}

export function checkCatalog<T>(schema: z.ZodType<T>, json: unknown, where: string): T {
  const parsed = schema.safeParse(json, { error: inputWords });
  if (parsed.success) return parsed.data;
  throw invalid(where, faultsOf(parsed.error, 'catalog', 1));
}
