/** Images of skills: planned here, built by whoever may talk to Docker about it, used when their scripts run. */

import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { CodaError } from '../../base/errors.ts';
import { readInside } from '../../base/folders/read.ts';
import { didYouMean } from '../../base/text.ts';
import { type Database, type Queryable, readerOf, type WritesBesides } from '../../storage/index.ts';
import {
  type AgentSkill,
  inOrder,
  pipDependencies,
  type SkillCatalog,
  type SkillSnapshot,
  skillMeant,
} from '../skill.ts';
import { lookAt } from '../use/trusted.ts';
import * as store from './store.ts';

export interface SkillImagesDeps extends PlanOptions {
  catalog: SkillCatalog;
  database: Pick<Database, 'read' | 'tx'>;
  clock: Clock;
  installation(): Promise<string>;
}

export interface PlannedImage extends ImagePlan {
  built: { image: string; hash: string } | null;
  installation: string;
}

export interface UsedImage {
  id: string;
  isStale: boolean;
}

export interface RunImage {
  /** An id, or the reference that the skill names; undefined: any image will do. */
  image: string | undefined;
  wrong: 'stale' | 'gone' | undefined;
}

/** True if Docker has an image of this id; undefined where it cannot be asked. */
type IsThere = (id: string) => Promise<boolean | undefined>;

const MOST_BYTES = 256 * 1024;

export class SkillImages {
  private readonly deps: SkillImagesDeps;
  private readonly reader: Queryable;

  constructor(deps: SkillImagesDeps) {
    this.deps = deps;
    this.reader = readerOf(deps.database);
  }

  /** True for an image that was built for a skill. */
  isOwn(image: string): Promise<boolean> {
    return store.isBuilt(this.reader, image);
  }

  /** Planned images of the skill of this name, or of all. Throws `SKILL_NOT_FOUND`. */
  async plans(name?: string): Promise<PlannedImage[]> {
    const imagesBySkill = new Map((await store.allImages(this.reader)).map((each) => [each.skill, each]));
    const plans: PlannedImage[] = [];
    const installation = await this.deps.installation();
    const isLeft = name !== undefined && !this.deps.catalog.current().skills.has(name) && imagesBySkill.has(name);
    for (const skill of isLeft ? [] : this.skillsMeant(name)) {
      const plan = await this.plan(skill);
      if (!plan) continue;
      const reasons = await this.whyHeld(skill);
      const { image, hash } = imagesBySkill.get(skill.name) ?? {};
      plans.push({
        ...plan,
        installation,
        problems: [...plan.problems, ...reasons],
        built: image === undefined || hash === undefined ? null : { image, hash },
      });
    }
    return plans;
  }

  async recordBuilt(
    { skill, image, hash }: Omit<store.SkillImage, 'builtAt'>,
    besides?: WritesBesides<void>,
  ): Promise<void> {
    if (!/^sha256:[0-9a-f]{64}$/.test(image)) throw wrong(`${JSON.stringify(image)} is no id of an image.`);
    const builtAt = this.deps.clock.now();
    await this.deps.database.tx('skills.image', async (tx) => {
      await store.putImage(tx, { skill, image, hash, builtAt });
      besides?.(tx, undefined);
    });
  }

  async imageFor(skill: AgentSkill, isThere: IsThere): Promise<UsedImage | 'gone' | undefined> {
    const imageRow = await store.imageOf(this.reader, skill.name);
    const plan = imageRow && (await this.plan(skill));
    // The skill wants no packages any more: it runs where any skill does.
    if (!plan) return undefined;
    const isPresent = await isThere(imageRow.image);
    if (!isPresent) return isPresent === false ? 'gone' : undefined;
    return { id: imageRow.image, isStale: plan.hash !== imageRow.hash };
  }

  async imageOf(skill: AgentSkill, isThere: IsThere): Promise<RunImage> {
    const usedImage = await this.imageFor(skill, isThere);
    if (usedImage === undefined || usedImage === 'gone') return { image: skill.dockerImage, wrong: usedImage };
    return { image: usedImage.id, wrong: usedImage.isStale ? 'stale' : undefined };
  }

  async namesWithoutImage(isThere: IsThere): Promise<string[]> {
    const names: string[] = [];
    for (const { skill, image } of await store.allImages(this.reader)) {
      if ((await this.isWanted(skill)) && (await isThere(image)) === false) names.push(skill);
    }
    return names;
  }

  async listUnwanted(name?: string): Promise<{ skill: string; image: string }[]> {
    const unwantedImages: { skill: string; image: string }[] = [];
    for (const { skill, image } of await store.allImages(this.reader)) {
      if ((name === undefined || name === skill) && !(await this.isWanted(skill)))
        unwantedImages.push({ skill, image });
    }
    return unwantedImages;
  }

  /** An image that was built for the skill meanwhile stays. */
  async recordRemoved(
    { skill, image }: { skill: string; image: string },
    besides?: WritesBesides<void>,
  ): Promise<void> {
    await this.deps.database.tx('skills.image', async (tx) => {
      await store.dropImage(tx, { skill, image });
      besides?.(tx, undefined);
    });
  }

  private async isWanted(name: string): Promise<boolean> {
    const skill = this.deps.catalog.current().skills.get(name);
    return skill !== undefined && (await this.plan(skill)) !== undefined;
  }

  private skillsMeant(name: string | undefined): AgentSkill[] {
    const { skills } = this.deps.catalog.current();
    if (name === undefined) return [...skills.values()];
    const skill = skillMeant(this.deps.catalog.current(), name);
    if (skill) return [skill];
    const near = didYouMean(name, [...skills.keys()]);
    throw new CodaError('SKILL_NOT_FOUND', {
      message: `There is no skill ${name}.`,
      remedy: near ? `Did you mean ${near}?` : '"coda skills list" shows them.',
    });
  }

  private plan(skill: AgentSkill): Promise<ImagePlan | undefined> {
    return planImage(this.deps.catalog.current(), skill, requirementsOf, this.deps);
  }

  /**
   * A build installs what the skill and those that it depends on name, as root and with a network: none of them may be
   * one that an owner has yet to look at.
   */
  private async whyHeld(skill: AgentSkill): Promise<string[]> {
    const reasons: string[] = [];
    for (const one of inOrder(this.deps.catalog.current(), skill).skills) {
      const trust = await lookAt(this.reader, one);
      const isFree =
        trust.kind === 'own' || trust.kind === 'known' || (trust.kind === 'first' && trust.suspicions.length === 0);
      const which = one === skill ? 'the skill' : `the skill ${one.name}, which it depends on,`;
      if (!isFree) reasons.push(`an owner has to approve ${which} first ("coda skills approve ${one.name}")`);
    }
    return reasons;
  }
}

async function requirementsOf({ directory }: AgentSkill): Promise<string | undefined> {
  if (directory === undefined) return undefined;
  const read = await readInside(directory, REQUIREMENTS, { maxBytes: MOST_BYTES });
  return read.ok ? read.content.toString('utf8') : undefined;
}

function wrong(message: string): CodaError {
  return new CodaError('INPUT_INVALID', { message, remedy: '"coda skills images" builds images and records them.' });
}

// The build plan of a skill's image: a pure function of the skills' declarations.

interface ImagePlan {
  skill: string;
  tag: string;
  base: string;
  pip: string[];
  system: string[];
  requirements: { skill: string; content: string }[];
  hash: string;
  /** Why it is not built; empty: it can be. */
  problems: string[];
}

interface PlanOptions {
  defaultImage: string;
  allowUrls: boolean;
}

const REQUIREMENTS = 'scripts/requirements.txt';

const BUILD_VERSION = 'coda skill image 1';

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
  const contents = { base, pip, system, requirements: requirements.map(({ content }) => content) };
  const hash = createHash('sha256')
    .update(JSON.stringify([BUILD_VERSION, contents]))
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
    .map((line) => line.replace(/(?:^|\s)#.*$/s, ''))
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
  const isUrl = (text: string) => text.length <= LONGEST && BY_URL.test(text);
  const isPip = (text: string) => (text.length <= LONGEST && BY_NAME.test(text)) || (allowUrls && isUrl(text));
  const isSystem = (text: string) => text.length <= LONGEST && SYSTEM.test(text);
  const show = (text: string) => JSON.stringify(text.slice(0, 100));
  const urls = lines.filter((line) => !isPip(line) && isUrl(line));
  const wrong = lines.filter((line) => !isPip(line) && !isUrl(line));
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
    .replace(/^-+|(?<!-)-+$/g, '')
    .slice(0, 60);
  const hash = createHash('sha256').update(skill).digest('hex').slice(0, 8);
  return `coda-skill-${[plain, hash].filter(Boolean).join('-')}:latest`;
}
