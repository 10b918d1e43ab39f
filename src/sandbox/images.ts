export interface ImageReference {
  /** `docker.io` when none is named. */
  registry: string;
  /** `library/python` for `python`. */
  name: string;
  /** `latest` when neither tag nor digest is named. */
  tag: string | undefined;
  digest: string | undefined;
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const REGISTRY = /^(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?=:))(?::\d{1,5})?$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Reads `[registry/]name[:tag][@digest]` as Docker does; undefined for anything else. */
export function parseImage(text: string): ImageReference | undefined {
  if (text.length > 512) return undefined;
  return parts(text, (tag) => TAG.test(tag), COMPONENT);
}

/**
 * True if one of `patterns` matches the whole reference. In a pattern `*` stands for any characters within the tag, or
 * within one component of the name; a pattern without a registry means Docker Hub, and one without a tag means
 * `latest`.
 */
export function allowsImage(patterns: readonly string[], image: string): boolean {
  const wanted = parseImage(image);
  return wanted !== undefined && patterns.some((pattern) => matches(pattern, wanted));
}

function parsePattern(text: string): ImageReference | undefined {
  return parts(text, (tag) => TAG.test(tag.replaceAll('*', 'x')), /^[a-z0-9*][a-z0-9*._-]*$/);
}

function parts(text: string, isTag: (tag: string) => boolean, component: RegExp): ImageReference | undefined {
  const [rest = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const slash = rest.lastIndexOf('/');
  const colon = rest.indexOf(':', slash + 1);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (tag !== undefined && !isTag(tag)) return undefined;
  const components = path.split('/');
  const [first = ''] = components;
  const registry = components.length > 1 && REGISTRY.test(first) ? (components.shift() as string) : 'docker.io';
  if (!components.every((name) => component.test(name))) return undefined;
  // Docker Hub's own host names; its own images have the prefix `library/`.
  const isHub = /^(?:index\.|registry-1\.)?docker\.io$/.test(registry);
  const name = isHub && components.length === 1 ? `library/${components[0]}` : components.join('/');
  return {
    registry: isHub ? 'docker.io' : registry,
    name,
    tag: tag ?? (digest === undefined ? 'latest' : undefined),
    digest,
  };
}

function matches(text: string, wanted: ImageReference): boolean {
  const pattern = parsePattern(text);
  if (!pattern || pattern.registry !== wanted.registry || !glob(pattern.name, wanted.name)) return false;
  if (pattern.digest !== undefined) return pattern.digest === wanted.digest;
  // A digest decides what runs, whatever the tag beside it says: only `*` allows every digest of a name.
  return wanted.digest === undefined ? glob(pattern.tag ?? 'latest', wanted.tag ?? 'latest') : pattern.tag === '*';
}

function glob(pattern: string, text: string): boolean {
  const escaped = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('[^/]*')}$`).test(text);
}
