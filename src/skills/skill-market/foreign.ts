/**
 * Catalog formats of others. Agent Skills Discovery 0.2.0 (`/.well-known/agent-skills/index.json`,
 * github.com/cloudflare/agent-skills-discovery-rfc) names a SHA-256 for each skill and can be installed from; Claude Code's
 * `marketplace.json` (code.claude.com/docs/en/plugin-marketplaces) and a list of SkillOS name none and are shown only. Pure.
 */
import { extname } from 'node:path';
import { z } from 'zod';
import {
  type BundlePlace,
  CATALOG_LIMITS,
  type Catalog,
  type CatalogSkill,
  checkCatalog,
  SKILL_ID,
  SKILL_NAME,
} from './catalog.ts';

/**
 * The catalog that JSON of another format holds; undefined where it has none of these formats. Throws
 * `SKILL_CATALOG_INVALID`; `where` it was read from.
 */
export function foreignCatalog(json: unknown, where: string): Catalog | undefined {
  const { $schema: schema } = (json ?? {}) as { $schema?: unknown };
  if (DISCOVERY_SCHEMAS.has(schema as string)) return fromDiscovery(checkCatalog(discoveryIndex, json, where));
  if (Array.isArray(json)) {
    const catalog = fromPackages(checkCatalog(packageList, json, where));
    return catalog.skills.length > 0 || json.length === 0 ? catalog : undefined;
  }
  const plugins = pluginMarketplace.safeParse(json);
  return plugins.success ? fromPlugins(plugins.data) : undefined;
}

const DISCOVERY_SCHEMAS: ReadonlySet<string> = new Set(['https://schemas.agentskills.io/discovery/0.2.0/schema.json']);

const discoveryIndex = z.object({
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
function fromDiscovery({ skills: entries }: z.output<typeof discoveryIndex>): Catalog {
  return catalogOf('discovery', 'Agent Skills index', entries, discovered.transform(discoveredSkill));
}

/** A catalog of the entries that have the form; the others are counted. */
function catalogOf(
  format: Catalog['format'],
  name: string,
  entries: readonly unknown[],
  form: z.ZodType<CatalogSkill>,
): Catalog {
  const skills = entries.flatMap((each) => form.safeParse(each).data ?? []);
  return { format, name, signed: undefined, skills, revoked: [], skipped: entries.length - skills.length };
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

const pluginMarketplace = z.object({
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

function fromPlugins({ name, plugins }: z.output<typeof pluginMarketplace>): Catalog {
  return catalogOf('plugins', name, plugins, plugin.transform(pluginSkill));
}

function pluginSkill({ name, category, keywords, tags, ...rest }: z.output<typeof plugin>): CatalogSkill {
  const all = [...new Set([...(category === undefined ? [] : [category]), ...keywords, ...tags])];
  const { description, version, author, license, homepage } = rest;
  return { id: name, description, version, author, license, homepage, tags: all, bundle: undefined };
}

const packageList = z.array(z.unknown()).max(CATALOG_LIMITS.skills);

const skillPackage = z.object({
  id: z.string().regex(SKILL_ID),
  description: z.string().max(4_096),
  version: z.string().max(64),
  implementation: z.string(),
  tags: list,
});

/** A catalog of SkillOS: skills whose code stands in it, which coda shows and does not run. */
function fromPackages(entries: z.output<typeof packageList>): Catalog {
  return catalogOf('plugins', 'Skills of SkillOS', entries, skillPackage.transform(packagedSkill));
}

function packagedSkill({ id, description, version, tags }: z.output<typeof skillPackage>): CatalogSkill {
  const unsaid = { author: undefined, license: undefined, homepage: undefined, bundle: undefined };
  return { id, description, version, tags, ...unsaid };
}
