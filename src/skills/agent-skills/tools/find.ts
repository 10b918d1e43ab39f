import { z } from 'zod';
import { type AnyTool, dataTool, done, failed, type ToolResult, type TxContext } from '../../../agent/index.ts';
import { entryOf, offered } from '../prompt/offered.ts';
import { offIn } from '../settings.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import * as texts from '../texts.ts';
import { contents, FILES_A_PAGE } from '../use/contents.ts';
import { makeReady, type Ready } from '../use/ready.ts';
import { settingsOf } from '../use/store.ts';
import { skillName } from './activate.ts';
import { readerOf, type ToolDeps } from './deps.ts';

const SKILLS_A_PAGE = 25;
const page = z.int().min(1).max(10_000).default(1);

/** Finds skills by what they are for. */
export function searchTool({ views, search }: ToolDeps): AnyTool {
  return dataTool({
    name: 'skill_search',
    description: 'Finds skills by what they are for, also those that are not listed. Pass a few words.',
    effect: 'read',
    input: z.object({ words: z.string().min(1).max(400), most: z.int().min(1).max(20).default(8) }),
    prepare: ({ words }, { turn }) => search.find(views.of(turn).snapshot, words),
    async run({ words, most }, ctx) {
      const { settings } = await settingsOf(ctx.tx, ctx.conversationId);
      const may = new Set(offered(views.of(ctx.turn), offIn(settings), ctx.agent));
      const found = (ctx.prepared as AgentSkill[]).filter((skill) => may.has(skill)).slice(0, most);
      return found.length === 0 ? done(texts.noneFound(words)) : said(found.map(entryOf), found);
    },
  });
}

/** Lists the skills, or what is in the folder of one. */
export function listTool(deps: ToolDeps): AnyTool {
  const { views } = deps;
  return dataTool({
    name: 'skill_list',
    spare: true,
    description:
      'Lists the skills, or, with a name, the files of that skill with the first lines of what its scripts say of themselves.',
    effect: 'read',
    input: z.object({ name: skillName.optional(), page }),
    async prepare({ name, page: wanted }, ctx) {
      if (name === undefined) return undefined;
      const ready = await makeReady(readerOf(deps), views.of(ctx.turn), name, ctx);
      return ready.ok ? { ready, lines: await linesOf(ready, wanted) } : ready;
    },
    run: ({ name, page: wanted }, ctx) => (name === undefined ? all(deps, wanted, ctx) : filesOf(wanted, ctx)),
  });
}

async function linesOf({ skill, all: read }: Ready, wanted: number): Promise<string[]> {
  const files = read.at(-1)?.files ?? [];
  return skill.directory === undefined ? [] : contents(skill.directory, files, wanted);
}

async function filesOf(wanted: number, ctx: TxContext): Promise<ToolResult> {
  const prepared = ctx.prepared as { ready: Ready; lines: string[] } | Extract<ToolResult, { ok: false }>;
  if ('ok' in prepared) return prepared;
  const { ready, lines } = prepared;
  const { settings } = await settingsOf(ctx.tx, ctx.conversationId);
  const { name } = ready.skill;
  if (offIn(settings).has(name)) return failed('OFF', texts.isOff(name));
  const trust = ready.all.at(-1)?.trust;
  // Nobody has used it yet, and nobody may before an owner has looked.
  if (trust?.kind === 'first' && trust.block.length > 0)
    return failed('NEEDS_APPROVAL', texts.blocked(name, trust.block));
  const pages = Math.ceil((ready.all.at(-1)?.files.length ?? 0) / FILES_A_PAGE);
  if (lines.length === 0) return done(texts.noFiles(name));
  return done([...lines, ...texts.page(wanted, pages)].join('\n'), ready.tainted ? { tainted: true } : {});
}

async function all({ views }: ToolDeps, wanted: number, ctx: TxContext): Promise<ToolResult> {
  const { settings } = await settingsOf(ctx.tx, ctx.conversationId);
  const skills = offered(views.of(ctx.turn), offIn(settings), ctx.agent);
  if (skills.length === 0) return done(texts.noSkills());
  const pages = Math.ceil(skills.length / SKILLS_A_PAGE);
  const shown = skills.slice((wanted - 1) * SKILLS_A_PAGE, wanted * SKILLS_A_PAGE);
  return said([...shown.map(entryOf), ...texts.page(wanted, pages)], shown);
}

function said(lines: readonly string[], of: readonly AgentSkill[]): ToolResult {
  return done(lines.join('\n'), of.every(({ source }) => isTrusted(source)) ? {} : { tainted: true });
}
