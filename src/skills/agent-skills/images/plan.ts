/** Build plan of a skill's image: a pure function of the skills' declarations. */

import { createHash } from 'node:crypto';
import { type AgentSkill, inOrder, pipDependencies, type SkillSnapshot } from '../skill.ts';

export interface ImagePlan {
  skill: string;
  /** `coda-skill-pdf:latest` */
  tag: string;
  /** The reference of the image that it is built on. */
  base: string;
  /** Requirements, as pip takes them. */
  pip: string[];
  /** Packages of the base's distribution. */
  system: string[];
  /** Each `scripts/requirements.txt`, of the skill itself and of those that it depends on. */
  requirements: { skill: string; content: string }[];
  /** Changes with all of the above. */
  hash: string;
  /** Why it is not built; empty: it can be. */
  problems: string[];
}

export interface PlanOptions {
  /** For a skill that names none. */
  defaultImage: string;
  /** True if a package may be named by a URL. */
  allowUrls: boolean;
}

export const REQUIREMENTS = 'scripts/requirements.txt';

/** A new way of building makes all images anew. */
const FORM = 'coda skill image 1';

const NAME = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
const EXTRAS = '(?:\\s*\\[[A-Za-z0-9._, -]*\\])?';
const VERSION = '\\s*(?:===|==|~=|!=|<=|>=|<|>)\\s*[A-Za-z0-9.*+!_-]+';
const VERSIONS = `(?:${VERSION}(?:\\s*,${VERSION})*|\\s*\\(${VERSION}(?:\\s*,${VERSION})*\\s*\\))?`;
const MARKER = '(?:\\s*;[A-Za-z0-9._\'"()<>=!~, -]+)?';
const HASHES = '(?:\\s+--hash=sha(?:256|384|512):[0-9a-f]{64,128})*';
const BY_NAME = new RegExp(`^${NAME}${EXTRAS}${VERSIONS}${MARKER}${HASHES}$`);
const BY_URL = new RegExp(`^(?:${NAME}${EXTRAS}\\s*@\\s*)?(?:git\\+)?https://[^\\s'"\`\\\\]+${MARKER}${HASHES}$`);
/** A name that ends with `-` would have apt remove the package. */
const SYSTEM = /^[a-z0-9](?:[a-z0-9.+-]*[a-z0-9+])?(?:=[A-Za-z0-9.+:~-]*[A-Za-z0-9.+:~])?$/;
const LONGEST = 512;
const MOST_PACKAGES = 200;
const MOST_REQUIREMENTS_BYTES = 64 * 1024;

/** The plan of `skill`; undefined where it needs no image. `requirementsOf` reads a skill's requirements, if it has some. */
export async function planImage(
  snapshot: SkillSnapshot,
  skill: AgentSkill,
  requirementsOf: (skill: AgentSkill) => Promise<string | undefined>,
  { defaultImage, allowUrls }: PlanOptions,
): Promise<ImagePlan | undefined> {
  const all = inOrder(snapshot, skill).skills;
  const pip = unique(all.flatMap((one) => pipDependencies(snapshot, one)));
  const system = unique(all.flatMap((one) => one.dependencies.system));
  const requirements: ImagePlan['requirements'] = [];
  for (const one of all) {
    const text = await requirementsOf(one);
    const lines = text === undefined ? [] : requirementLines(text);
    if (lines.length > 0) requirements.push({ skill: one.name, content: `${lines.join('\n')}\n` });
  }
  if (pip.length + system.length + requirements.length === 0) return undefined;
  const base = skill.dockerImage ?? defaultImage;
  const made = { base, pip, system, requirements: requirements.map(({ content }) => content) };
  const hash = createHash('sha256')
    .update(JSON.stringify([FORM, made]))
    .digest('hex');
  const problems = problemsOf({ pip, system, requirements }, allowUrls);
  return { skill: skill.name, tag: tagOf(skill.name), base, pip, system, requirements, hash, problems };
}

const unique = (names: readonly string[]) => [...new Set(names.map((name) => name.trim()))].sort();

/** Lines as pip reads them: without comments, and with those that go on behind a `\` as one. */
export function requirementLines(text: string): string[] {
  return text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*$/, ''))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '');
}

function problemsOf(
  { pip, system, requirements }: Pick<ImagePlan, 'pip' | 'system' | 'requirements'>,
  allowUrls: boolean,
): string[] {
  const lines = [...pip, ...requirements.flatMap(({ content }) => content.trimEnd().split('\n'))];
  const isPip = (text: string) => text.length <= LONGEST && (BY_NAME.test(text) || (allowUrls && BY_URL.test(text)));
  const isSystem = (text: string) => text.length <= LONGEST && SYSTEM.test(text);
  const show = (text: string) => JSON.stringify(text.slice(0, 100));
  const urls = lines.filter((line) => !isPip(line) && BY_URL.test(line));
  const wrong = lines.filter((line) => !isPip(line) && !BY_URL.test(line));
  const bytes = requirements.reduce((sum, { content }) => sum + content.length, 0);
  return [
    ...urls.map((text) => `${show(text)} is named by a URL (execution.build.allow_urls)`),
    ...wrong.map((text) => `${show(text)} is no name of a package with versions`),
    ...system.filter((text) => !isSystem(text)).map((text) => `${show(text)} is no name of a system package`),
    ...(lines.length + system.length > MOST_PACKAGES || bytes > MOST_REQUIREMENTS_BYTES
      ? [`it names more than ${MOST_PACKAGES} packages`]
      : []),
  ];
}

const DOCKER_NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/** Docker's names are ASCII: others are told apart by a hash. */
export function tagOf(skill: string): string {
  if (DOCKER_NAME.test(skill)) return `coda-skill-${skill}:latest`;
  const plain = skill
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  const hash = createHash('sha256').update(skill).digest('hex').slice(0, 8);
  return `coda-skill-${[plain, hash].filter(Boolean).join('-')}:latest`;
}
