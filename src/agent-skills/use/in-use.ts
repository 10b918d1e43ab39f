import { createHash } from 'node:crypto';
import type { CallContext } from '../../agent/index.ts';
import type { SkillDeps, SkillsInUse } from '../../chat/index.ts';
import { conversations } from '../../delivery/index.ts';
import { allowsImage, roomForSkills } from '../../sandbox/index.ts';
import { type Database, type Queryable, readerOf } from '../../storage/index.ts';
import type { RunImage } from '../images/images.ts';
import { type SkillHost, type View, Views } from '../live/host.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import { activeIn, offIn } from '../store.ts';
import * as texts from '../texts.ts';
import { type Bundle, bundleOf } from './bundle.ts';
import { deniedBy } from './deps.ts';
import { isFor } from './prompt.ts';

interface InUseDeps {
  host: SkillHost;
  gate: SkillDeps['people']['gate'];
  database: Pick<Database, 'read'>;
  settings: SkillDeps['sandbox']['settings'];
  hasImage: SkillDeps['sandbox']['hasImage'];
}

const NOTHING: SkillsInUse = { files: [], image: undefined, tainted: false, binding: undefined, notes: [] };

/** A page of the file system is the least that a file takes; so many of them leave room for folders. */
const PAGE = 4_096;
const SHARE = 0.9;

export function skillsInUse({ host, gate, database, settings, hasImage }: InUseDeps): SkillDeps['sandbox']['inUse'] {
  const reader = readerOf(database);
  const denied = deniedBy(gate);
  const views = new Views(host);
  return async (ctx, ownImage) => {
    if (!settings.enabled) return NOTHING;
    const state = await conversations.stateOf(reader, ctx.conversationId);
    const names = activeIn(state.settings, state.epoch);
    if (names.length === 0) return NOTHING;
    const view = views.viewOf(ctx.turn.key);
    const off = offIn(state.settings, denied(view, ctx.person));
    // The newest first: where there is not room for all, they are the ones that are worked with.
    const own = usable(view, names, off, ctx).reverse();
    const skills = await Promise.all(own.map((one) => view.files.inUse(reader, one, ctx.conversationId)));
    const { bundles, notes } = await bundlesOf(reader, skills, roomForSkills(settings.disk), ctx.signal);
    const imageOf = (skill: AgentSkill) => host.images.imageOf(skill, hasImage);
    const whole = skills.filter(
      (skill) => skill.directory === undefined || bundles.some((each) => each.skill === skill),
    );
    const may = (named: string) => mayRun(named, { settings, hasImage });
    return inUse(bundles, ownImage === undefined ? await imageFor(whole, imageOf, may) : undefined, notes);
  };
}

/** Skills that this person may use here and that a call of the name means. */
function usable(
  view: View,
  names: readonly string[],
  off: ReadonlySet<string>,
  { turn: { agent } }: CallContext,
): AgentSkill[] {
  const { snapshot, decisions, skillsByAgent } = view;
  return names.flatMap((name) => {
    const skill = snapshot.skills.get(name);
    const rests = [off, decisions.drafts, decisions.blocked, decisions.resting].some((each) => each.has(name));
    return skill && !rests && isFor(skill, agent, skillsByAgent) ? [skill] : [];
  });
}

/** The files of each, as long as there is room; of one that has changed since it was approved none. */
async function bundlesOf(
  reader: Queryable,
  skills: readonly AgentSkill[],
  most: ReturnType<typeof roomForSkills>,
  signal: AbortSignal,
): Promise<{ bundles: Bundle[]; notes: string[] }> {
  const bundles: Bundle[] = [];
  const notes: string[] = [];
  const room = { bytes: most.bytes * SHARE, files: most.files / 2 };
  for (const skill of skills) {
    if (skill.directory === undefined) continue;
    const bundle = await bundleOf(reader, skill, signal);
    if (!bundle.ok) {
      notes.push(texts.notInSandbox(skill.name, bundle.message));
      continue;
    }
    const bytes = bundle.files.reduce((sum, { content }) => sum + Math.ceil(content.length / PAGE) * PAGE, 0);
    if (bytes > room.bytes || bundle.files.length > room.files) {
      notes.push(texts.notInSandbox(skill.name, texts.noRoom()));
      continue;
    }
    room.bytes -= bytes;
    room.files -= bundle.files.length;
    bundles.push(bundle);
  }
  return { bundles, notes };
}

interface ChosenImage extends Pick<RunImage, 'wrong'> {
  skill: string;
  image: string | undefined;
  refused?: string;
}

async function imageFor(
  skills: readonly AgentSkill[],
  imageOf: (skill: AgentSkill) => Promise<RunImage>,
  may: (image: string) => Promise<boolean>,
): Promise<ChosenImage | undefined> {
  for (const skill of skills) {
    const { image, wrong } = await imageOf(skill);
    if (image === undefined && wrong === undefined) continue;
    const isNamed = image !== undefined && image === skill.dockerImage;
    if (isNamed && !(await may(image))) return { skill: skill.name, image: undefined, wrong, refused: image };
    return { skill: skill.name, image, wrong };
  }
  return undefined;
}

async function mayRun(image: string, { settings, hasImage }: Pick<InUseDeps, 'settings' | 'hasImage'>) {
  return allowsImage(settings.allowed_images, image) && (settings.pull || (await hasImage(image)) === true);
}

function inUse(
  bundles: readonly Bundle[],
  chosenImage: ChosenImage | undefined,
  omissions: readonly string[],
): SkillsInUse {
  const files = [...bundles].sort((a, b) => (a.name < b.name ? -1 : 1));
  const notes = [
    ...omissions,
    ...(chosenImage?.wrong ? [texts.wrongImage[chosenImage.wrong](chosenImage.skill)] : []),
    ...(chosenImage?.refused === undefined ? [] : [texts.imageRefused(chosenImage.skill, chosenImage.refused)]),
  ];
  const image = chosenImage?.image;
  if (files.length === 0 && image === undefined) return { ...NOTHING, notes };
  const content = JSON.stringify([image ?? null, files.map(({ name, hash }) => [name, hash])]);
  const of = image === undefined || !chosenImage ? undefined : { skill: chosenImage.skill, image };
  return {
    files,
    image,
    tainted: files.some(({ skill }) => !isTrusted(skill.source)),
    binding: {
      hash: createHash('sha256').update(content).digest('hex'),
      says: texts.runsWith(
        files.map(({ name }) => name),
        of,
      ),
    },
    notes,
  };
}
