import { basename, dirname, extname, isAbsolute } from 'node:path';
import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { readInside } from '../../base/folders/read.ts';
import { type Egress, isPublic } from '../../egress/index.ts';
import { type BundlePlace, CATALOG_LIMITS, type Catalog, type CatalogSkill, SKILL_NAME } from './catalog.ts';
import * as texts from './texts.ts';

export type Place = { url: string } | { folder: string; path: string };

const REDIRECTS = 3;
const ADDRESS = /^[a-z][a-z0-9+.-]+:/i;

/** The place that a person means. Throws where it is neither an address nor an absolute path. */
export function placeOf(location: string): Place {
  if (ADDRESS.test(location)) {
    const url = addressOf(location);
    if (url.pathname === '/' && url.search === '') url.pathname = DISCOVERY_PATH;
    url.hash = '';
    return { url: url.href };
  }
  if (isAbsolute(location)) return { folder: dirname(location), path: basename(location) };
  throw notThere(location);
}

export const locationOf = (place: Place): string => ('url' in place ? place.url : `${place.folder}/${place.path}`);

export function placeIn(place: Place, reference: string): Place {
  if ('url' in place) return { url: addressOf(reference, place.url).href };
  return ADDRESS.test(reference) ? { url: addressOf(reference).href } : { folder: place.folder, path: reference };
}

export function signaturePlace(place: Place): Place {
  if (!('url' in place)) return { ...place, path: `${place.path}.minisig` };
  const url = new URL(place.url);
  url.pathname = `${url.pathname}.minisig`;
  return { url: url.href };
}

function addressOf(text: string, base?: string): URL {
  try {
    return new URL(text, base);
  } catch {
    throw new CodaError('EGRESS_URL', { message: texts.noAddress(text), remedy: texts.addressRemedy() });
  }
}

/** The bytes at `place`, `maxBytes` of them at most; undefined where there is nothing. */
export async function read(
  egress: Egress,
  place: Place,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Buffer | undefined> {
  if ('url' in place) return fetchBytes(egress, place.url, { maxBytes, signal });
  const found = await readInside(place.folder, place.path, { maxBytes });
  if (!found.ok) {
    if (found.code === 'not_found') return undefined;
    throw new CodaError('SKILL_CATALOG_NOT_FOUND', { message: found.message, remedy: texts.notThereRemedy() });
  }
  if (found.truncated) throw tooLarge(locationOf(place), maxBytes);
  return found.content;
}

async function fetchBytes(
  egress: Egress,
  url: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Buffer | undefined> {
  await checkScheme(egress, url);
  const answer = await egress.fetch(url, { signal, limits: { maxBytes, redirects: REDIRECTS } });
  if (!answer.ok) throw new CodaError(answer.code, { message: answer.message, remedy: answer.remedy });
  try {
    await checkScheme(egress, answer.url);
    if (answer.status >= 500) throw awayError(url, answer.status);
    if (answer.status !== 200) return undefined;
    const whole = await answer.bytes();
    if (!whole.ok) throw new CodaError(whole.code, { message: whole.message, remedy: whole.remedy });
    return Buffer.from(whole.bytes);
  } finally {
    answer.close();
  }
}

/** Plain HTTP is for the networks that the owner has listed: on the way from elsewhere anybody could change it. */
async function checkScheme(egress: Egress, url: string): Promise<void> {
  if (new URL(url).protocol === 'https:') return;
  const target = await egress.check(url);
  if (!target.ok) throw new CodaError(target.code, { message: target.message, remedy: target.remedy });
  if (target.addresses.some(isPublic)) {
    throw new CodaError('EGRESS_URL', { message: texts.plainHttp(target.url.hostname), remedy: texts.httpsRemedy() });
  }
}

function awayError(url: string, status: number): CodaError {
  const message = texts.answersWith(new URL(url).hostname, status);
  return new CodaError('EGRESS_UNREACHABLE', { message, remedy: texts.laterRemedy() });
}

function tooLarge(location: string, bytes: number): CodaError {
  return new CodaError('EGRESS_TOO_LARGE', { message: texts.tooLarge(location, bytes), remedy: texts.sizeRemedy() });
}

export function notThere(location: string): CodaError {
  return new CodaError('SKILL_CATALOG_NOT_FOUND', {
    message: texts.notThere(location),
    remedy: texts.notThereRemedy(),
  });
}

/**
 * Catalog formats of others. Agent Skills Discovery 0.2.0 (`/.well-known/agent-skills/index.json`,
 * github.com/cloudflare/agent-skills-discovery-rfc) names a SHA-256 for each skill and can be installed from; Claude Code's
 * `marketplace.json` (code.claude.com/docs/en/plugin-marketplaces) names none and is shown only. Pure.
 */
export const DISCOVERY_SCHEMAS: ReadonlySet<string> = new Set([
  'https://schemas.agentskills.io/discovery/0.2.0/schema.json',
]);

const DISCOVERY_PATH = '/.well-known/agent-skills/index.json';

export const discoveryIndex = z.object({
  $schema: z.string(),
  skills: z.array(z.unknown()).max(CATALOG_LIMITS.skills),
});

const discovered = z.object({
  name: z.string().regex(SKILL_NAME),
  type: z.enum(['skill-md', 'archive']),
  description: z.string().max(1_024),
  url: z.string().min(1).max(2_000),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
});

/** An entry of an unknown type, or with a name that the standard does not allow, is skipped, as it asks of clients. */
export function fromDiscovery({ skills: written }: z.output<typeof discoveryIndex>): Catalog {
  const read = written.map((each) => discovered.safeParse(each));
  const skills = read.flatMap(({ data }) => (data ? [discoveredSkill(data)] : []));
  const skipped = written.length - skills.length;
  return { format: 'discovery', name: 'Agent Skills index', signed: undefined, skills, revoked: [], skipped };
}

function discoveredSkill({ name, type, description, url, digest }: z.output<typeof discovered>): CatalogSkill {
  const bundle = { url, sha256: digest.slice('sha256:'.length), kind: kindOf(type, url) };
  const unsaid = { version: undefined, tags: [], author: undefined, license: undefined, homepage: undefined };
  return { id: name, description, ...unsaid, bundle };
}

function kindOf(type: 'skill-md' | 'archive', url: string): BundlePlace['kind'] {
  if (type === 'skill-md') return 'file';
  const [path = ''] = url.split(/[?#]/);
  return ['.gz', '.tgz', '.tar'].includes(extname(path).toLowerCase()) ? 'tar' : 'zip';
}

export const pluginMarketplace = z.object({
  name: z.string().min(1).max(200),
  owner: z.object({ name: z.string().max(200) }),
  plugins: z.array(z.unknown()).max(CATALOG_LIMITS.skills),
});

const text = z.string().max(2_000).optional().catch(undefined);
const list = z.array(z.string().max(200)).max(200).default([]).catch([]);

const plugin = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  description: z.string().max(4_096).default('').catch(''),
  version: text,
  author: z
    .union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])
    .optional()
    .catch(undefined),
  license: text,
  homepage: text,
  category: text,
  keywords: list,
  tags: list,
});

export function fromPlugins({ name, plugins }: z.output<typeof pluginMarketplace>): Catalog {
  const skills = plugins.flatMap((each) => {
    const { data } = plugin.safeParse(each);
    return data ? [pluginSkill(data)] : [];
  });
  const skipped = plugins.length - skills.length;
  return { format: 'plugins', name, signed: undefined, skills, revoked: [], skipped };
}

function pluginSkill({ name, category, keywords, tags, ...rest }: z.output<typeof plugin>): CatalogSkill {
  const all = [...new Set([...(category === undefined ? [] : [category]), ...keywords, ...tags])];
  const { description, version, author, license, homepage } = rest;
  return { id: name, description, version, author, license, homepage, tags: all, bundle: undefined };
}
