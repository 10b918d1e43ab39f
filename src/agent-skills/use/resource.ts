import { basename, extname } from 'node:path';
import { z } from 'zod';
import { type AnyTool, dataTool, done, type Failed, failed, lookAt } from '../../agent/index.ts';
import { pathProblem } from '../../base/folders/folder.ts';
import { readInside } from '../../base/folders/read.ts';
import { decodeText } from '../../base/text.ts';
import { conversations, type FileRef } from '../../delivery/index.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import { activeIn, offIn } from '../store.ts';
import * as texts from '../texts.ts';
import { READ_RESOURCE, skillName, skillThing, type ToolDeps } from './deps.ts';
import { isPinned, pinnedFiles } from './trusted.ts';

export function resourceTool(deps: ToolDeps): AnyTool {
  const { views } = deps;
  return dataTool({
    name: READ_RESOURCE,
    group: 'skills',
    description:
      'Reads a file of an active skill, such as references/guide.md, or shows you a picture of it. Where the answer is truncated, read on from `next`.',
    effect: 'read',
    flow: { impersonal: true },
    policy: { thingsIn: ({ name }) => [skillThing(views.viewOf(undefined), name)] },
    does: ['file_read'],
    input: z.object({ name: skillName, path: z.string().min(1).max(1_024), from: z.int().min(0).default(0) }),
    async prepare({ name, path, from }, { turn: { key: turnKey }, conversationId }) {
      const { snapshot, decisions, files } = views.viewOf(turnKey);
      const own = snapshot.skills.get(name);
      if (!own) return failed('NOT_FOUND', texts.noSkill(name, undefined));
      const why = decisions.resting.get(name);
      if (why !== undefined) return failed('REVOKED', texts.rests(name, why));
      const skill = await files.inUse(deps.reader, own, conversationId);
      const pinned = isTrusted(skill.source) ? 'all' : await pinnedFiles(deps.reader, skill);
      if (!pinned) return failed('NOT_ACTIVE', texts.notActive(name), { remedy: texts.notActiveRemedy() });
      const read = await readResource(skill, pinned, path, from);
      return 'bytes' in read ? keep(deps, read, conversationId) : read;
    },
    async run({ name }, { tx, conversationId, prepared, turn: { key: turnKey } }) {
      const refused = notInUse(name, await conversations.stateOf(tx, conversationId));
      if (refused) return refused;
      const read = prepared as (Resource & { pictures?: FileRef[] }) | Failed;
      if (!('content' in read)) return read;
      const { ok: _, pictures, ...resource } = read;
      const { snapshot, files } = views.viewOf(turnKey);
      const skill = snapshot.skills.get(name);
      const isOwn = skill !== undefined && isTrusted(skill.source) && !files.has(skill);
      return done(JSON.stringify(resource), {
        ...(pictures && { pictures }),
        ...(isOwn ? {} : { tainted: true }),
      });
    },
  });
}

export function notInUse(name: string, { settings, epoch }: conversations.ConversationState): Failed | undefined {
  if (offIn(settings).has(name)) return failed('OFF', texts.isOff(name));
  return activeIn(settings, epoch).includes(name)
    ? undefined
    : failed('NOT_ACTIVE', texts.notActive(name), { remedy: texts.notActiveRemedy() });
}

/** Steps hold what a picture is called by; its bytes stay what they are here, whatever becomes of the skill. */
async function keep(deps: ToolDeps, picture: Picture, conversationId: string) {
  const refused = notInUse(picture.skill_name, await conversations.stateOf(deps.reader, conversationId));
  if (refused) return refused;
  const { bytes, type, ...resource } = picture;
  const file: FileRef = { name: basename(picture.path), type, ...(await deps.artifacts.put(bytes)) };
  return { ...resource, pictures: [file] };
}

/** Hashes pinned when the skill was activated, by path: the one file that is read is compared with its own. */
type Files = Readonly<Record<string, string>> | 'all';

const READABLE = new Set('.md .txt .json .yaml .yml .sh .py .js .ts .csv .toml .xml .html'.split(' '));
const PICTURES = new Set(['.png', '.jpg', '.jpeg', '.gif', '.webp']);
const MAX_TEXT_BYTES = 4 * 1024 * 1024;
/** Larger pictures are not even made smaller. */
const MAX_PICTURE_BYTES = 40_000_000;
/** Characters of a page, and of the whole result, which must not be shortened. */
const PAGE = 6_000;
const MAX_RESULT = 7_800;

/** A file as read; its form is a promise to the model. */
export interface Resource {
  ok: true;
  content: string;
  skill_name: string;
  path: string;
  truncated: boolean;
  next?: number;
}

export interface Picture extends Resource {
  bytes: Buffer;
  type: string;
}

/** A page of the file `path` from the character `from` on, or the picture there, if it is the file that was pinned. */
async function readResource(
  skill: AgentSkill,
  pinned: Files,
  path: string,
  from: number,
): Promise<Resource | Picture | Failed> {
  const extension = extname(path).toLowerCase();
  const isPicture = PICTURES.has(extension);
  if (!isPicture && !READABLE.has(extension)) {
    return failed('REFUSED', texts.notReadable(path, [...READABLE, ...PICTURES]));
  }
  const bytes = await bytesOf(skill, pinned, path, isPicture ? MAX_PICTURE_BYTES : MAX_TEXT_BYTES);
  if (!Buffer.isBuffer(bytes)) return bytes;
  const of = { skill_name: skill.name, path };
  return isPicture ? picture(bytes, of) : page(decodeText(bytes), from, of);
}

async function bytesOf(skill: AgentSkill, pinned: Files, path: string, maxBytes: number): Promise<Buffer | Failed> {
  const { directory, name } = skill;
  const problem = pathProblem(path);
  if (problem !== undefined) return failed('REFUSED', texts.badPath(problem));
  if (directory === undefined) return failed('NOT_FOUND', texts.noFiles(name));
  const read = await readInside(directory, path, { maxBytes });
  if (!read.ok) return failed(read.code === 'not_found' ? 'NOT_FOUND' : 'REFUSED', read.message);
  if (read.truncated) return failed('REFUSED', texts.tooLong(path));
  const isKnown = pinned === 'all' || isPinned(pinned, path, read.content);
  return isKnown ? read.content : failed('NEEDS_APPROVAL', texts.changedNotice(name, []));
}

function picture(bytes: Buffer, of: { skill_name: string; path: string }): Picture | Failed {
  const look = lookAt(bytes);
  if (!look) return failed('REFUSED', texts.noPicture(of.path));
  const { type, width, height } = look;
  return { ok: true, content: texts.picture(type, width, height), ...of, truncated: false, bytes, type };
}

function page(text: string, from: number, of: { skill_name: string; path: string }): Resource {
  let content = text.slice(from, from + PAGE);
  for (;;) {
    const next = from + content.length;
    const truncated = next < text.length;
    const resource: Resource = { ok: true, content, ...of, truncated, ...(truncated && { next }) };
    // Every escaped character takes more room as JSON.
    const over = JSON.stringify(resource).length - MAX_RESULT;
    if (over <= 0 || content.length < 500) return resource;
    content = content.slice(0, Math.max(400, content.length - over));
  }
}
