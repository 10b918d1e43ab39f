/** Installs a skill from a catalog: it is looked at first, and exactly the files that were shown are put in their place. */

import {
  BUNDLE_LIMITS,
  bundleContent,
  inquireAbout,
  installedFolder,
  installedSkills,
  installSkill,
  lookInside,
  plainName,
  type SkillContent,
  skillId,
  usableSkillIn,
} from '../../agent-skills/index.ts';
import { recordAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import { editDistance } from '../../base/text.ts';
import { readerOf } from '../../storage/index.ts';
import { approveLooked, type Inquest, lookForApproval, pinFolder } from '../../trust/index.ts';
import { type BundlePlace, type CatalogSkill, revocationOf } from './catalog.ts';
import { placeIn } from './download.ts';
import { bundleBytes, entryOf, keepCatalog, type MarketDeps, type OpenedCatalog, openCatalog } from './market.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';
import { untrustedError } from './trust.ts';

export interface WantedSkill {
  location: string;
  id: string;
  key?: string | undefined;
  unsigned?: boolean | undefined;
  /** A skill whose name this one resembles: the owner wants both. */
  beside?: string | undefined;
}

export interface LookedAt {
  opened: OpenedCatalog;
  skill: CatalogSkill & { bundle: BundlePlace };
  content: SkillContent;
  inquest: Inquest;
  before: store.Install | undefined;
}

/** Downloads a skill and looks into it. Nothing is installed. Throws where it must not be. */
export async function lookAtSkill(deps: MarketDeps, wanted: WantedSkill, signal: AbortSignal): Promise<LookedAt> {
  const opened = await openCatalog(deps, wanted, signal);
  const skill = installable(opened, entryOf(opened, wanted.id));
  if (opened.key === undefined && !(await isAccepted(deps, opened, wanted))) {
    throw untrustedError(opened.location, texts.unsignedReason(), texts.unsignedRemedy());
  }
  const before = await checkName(deps, opened, wanted);
  checkVersion(skill, before);
  const { bundle } = skill;
  const limits = { maxBytes: BUNDLE_LIMITS.archiveBytes, signal };
  const bytes = await bundleBytes(deps, placeIn(opened.place, bundle.url), bundle, limits);
  const content = contentOf(skill, bytes);
  const inquest = await lookInside(deps.host.installed, content, (staged) => inquestOf(deps, skill.id, staged));
  await checkUnchanged(deps, { id: skill.id, before, wanted: inquest.pin.hash });
  return { opened, skill, content, inquest, before };
}

function installable(
  { catalog, location }: OpenedCatalog,
  skill: CatalogSkill,
): CatalogSkill & { bundle: BundlePlace } {
  const { bundle } = skill;
  if (!bundle) throw refusedError(texts.shownOnly(skill.id, location), texts.shownOnlyRemedy());
  const revocation = revocationOf(catalog, { id: skill.id, sha256: bundle.sha256 });
  if (revocation) throw refusedError(texts.isRevoked(skill.id, revocation.reason), texts.isRevokedRemedy());
  return { ...skill, bundle };
}

async function isAccepted(
  { database }: MarketDeps,
  { location }: OpenedCatalog,
  { unsigned }: WantedSkill,
): Promise<boolean> {
  return unsigned === true || (await store.catalogOf(readerOf(database), location)) !== undefined;
}

/** The installation of that name from this catalog. Throws where the name is another skill's, or looks like one. */
async function checkName(
  { host, database }: MarketDeps,
  { location }: OpenedCatalog,
  { id, beside }: WantedSkill,
): Promise<store.Install | undefined> {
  await host.rescan();
  const { skills, disabled, commands = new Set<string>() } = host.catalog.current();
  const installed = await installedSkills(host.installed);
  if (installed.includes(id)) {
    const before = await store.installOf(readerOf(database), id);
    if (!before || before.catalog === location) return before;
    throw refusedError(texts.fromElsewhere(id, before.catalog), texts.takenRemedy(id));
  }
  const names = [...skills.keys(), ...disabled.map(({ name }) => name), ...installed];
  const takenNames = new Set([...commands, ...names.flatMap((name) => [name, plainName(name)])]);
  if (takenNames.has(id)) throw refusedError(texts.takenNotice(id), texts.takenRemedy(id));
  if (beside !== undefined) takenNames.delete(beside);
  const like = lookalikeOf(id, takenNames);
  if (like !== undefined) throw refusedError(texts.looksLike(id, like), texts.besideRemedy(id, like));
  return undefined;
}

function checkVersion({ id, version }: CatalogSkill, before: store.Install | undefined): void {
  const order = compareVersions(version, before?.version ?? undefined);
  if (order === undefined || order >= 0) return;
  throw refusedError(texts.olderVersion(id, version ?? '', before?.version ?? ''), texts.olderRemedy(id));
}

/** Files that were changed here, or came from elsewhere, stay; the wanted ones are there after a cut-off installation. */
async function checkUnchanged(
  { host }: MarketDeps,
  { id, before, wanted }: { id: string; before: store.Install | undefined; wanted: string },
): Promise<void> {
  const folder = installedFolder(host.catalog.current(), id);
  if (!folder) return;
  const now = await pinFolder(folder.directory, folder.declared);
  if (now.ok && (now.hash === before?.pin || now.hash === wanted)) return;
  if (!now.ok && now.isPassing) throw refusedError(texts.looksTooLong(id), texts.tryAgain());
  throw refusedError(before ? texts.changedHere(id) : texts.takenNotice(id), texts.takenRemedy(id));
}

function contentOf({ id, bundle }: CatalogSkill & { bundle: BundlePlace }, bytes: Buffer): SkillContent {
  if (bundle.kind === 'zip') return bundleContent(bytes, `${id}.skill`);
  if (bundle.kind === 'tar') throw refusedError(texts.tarball(id), texts.tarballRemedy());
  const file = {
    path: 'SKILL.md',
    executable: false,
    async *chunks() {
      yield bytes;
    },
  };
  return { folder: plainName(id), files: [file] };
}

async function inquestOf({ database }: MarketDeps, id: string, staged: string): Promise<Inquest> {
  const skill = await usableSkillIn(staged, id);
  if (typeof skill === 'string') throw refusedError(texts.unusable(id, skill), texts.otherBundleRemedy());
  if (skillId(skill) !== id) throw refusedError(texts.otherName(id, skill.name), texts.otherBundleRemedy());
  const inquest = await inquireAbout(readerOf(database), skill);
  if (typeof inquest === 'string') throw refusedError(texts.unusable(id, inquest), texts.otherBundleRemedy());
  const [worst] = inquest.findings.filter(({ level }) => level === 'block');
  if (worst) throw refusedError(texts.suspicious(id, worst), texts.suspiciousRemedy());
  return inquest;
}

/**
 * Installs the files with the hash `pin`, approves and activates them. They are put in place before the approval
 * commits: a command that is cut off in between is given again.
 */
export async function installFromCatalog(
  deps: MarketDeps,
  wanted: WantedSkill & { pin: string },
  signal: AbortSignal,
): Promise<LookedAt> {
  const { host, database, world } = deps;
  const looked = await lookAtSkill(deps, wanted, signal);
  const { opened, skill, content } = looked;
  if (looked.inquest.pin.hash !== wanted.pin) throw refusedError(texts.changedMeanwhile(skill.id), texts.againRemedy());
  if (opened.key === undefined) await keepCatalog(deps, opened);
  await installSkill(host.installed, content, (staged) => usableSkillIn(staged, skill.id));
  await host.rescan();
  const folder = installedFolder(host.catalog.current(), skill.id);
  const approval = folder && (await lookForApproval(readerOf(database), folder, wanted.pin));
  if (!folder || !approval) throw refusedError(texts.changedMeanwhile(skill.id), texts.againRemedy());
  const now = world.clock.now();
  await database.tx('skills.market.install', async (tx) => {
    if (!(await approveLooked(tx, folder, approval, { personId: undefined, now }))) {
      throw refusedError(texts.changedMeanwhile(skill.id), texts.againRemedy());
    }
    await host.decisions.activateIn(tx, folder);
    const { version = null, bundle } = skill;
    const row = { name: skill.id, catalog: opened.location, version, sha256: bundle.sha256, pin: wanted.pin };
    await store.putInstall(tx, row, now);
    recordAct(world, 'skills market install', () => row)(tx, undefined);
  });
  await host.rescan();
  return looked;
}

function refusedError(message: string, remedy: string): CodaError {
  return new CodaError('SKILL_REFUSED', { message, remedy });
}

// Names that look like others. Pure.

/** Shorter names are too near to each other by chance. */
const SHORTEST_NEAR = 5;

function lookalikeOf(id: string, names: Iterable<string>): string | undefined {
  const looks = skeleton(id);
  for (const name of names) {
    if (name === id) continue;
    if (skeleton(name) === looks) return name;
    const isLong = Math.min(id.length, name.length) >= SHORTEST_NEAR;
    if (isLong && editDistance(id, name.toLowerCase(), 2) < 2) return name;
  }
  return undefined;
}

/** Canonical form of a name: look-alike letters are one letter, and separators are left out. */
function skeleton(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_.]/g, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('0', 'o')
    .replaceAll('5', 's')
    .replace(/[1i|]/g, 'l');
}

/** Less than 0 where version `a` is older than `b`; undefined where either is no list of numbers. */
function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  const [left, right] = [partsOf(a), partsOf(b)];
  if (!left || !right) return undefined;
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf(version: string | undefined): number[] | undefined {
  const plain = /^v?(\d{1,9}(?:\.\d{1,9}){0,5})$/.exec(version ?? '')?.[1];
  return plain?.split('.').map(Number);
}
