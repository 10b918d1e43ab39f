import { type Call, done, failed, refusedHere, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import { conversations } from '../../delivery/index.ts';
import type { Person } from '../../people/index.ts';
import { type Inquest, trustTexts } from '../../trust/index.ts';
import { composedCall } from '../catalog/steps.ts';
import { isWithheld } from '../live/decisions.ts';
import type { View } from '../live/host.ts';
import { type AgentSkill, hasTags, nearSkills, skillMeant } from '../skill.ts';
import { offIn, settingOf } from '../store.ts';
import * as texts from '../texts.ts';
import type { ToolDeps } from './deps.ts';
import { isFor } from './prompt.ts';
import { rescanSoon } from './tools.ts';
import { inquireAbout } from './trusted.ts';

export function commands(deps: ToolDeps): Command[] {
  return [skillsCommand(deps), skillCommand(deps), rescanCommand(deps)];
}

/** Calling one is no command but a turn; this answers where there is nothing to call. */
function skillCommand(deps: ToolDeps): Command {
  const { views } = deps;
  return {
    name: 'skill',
    summary: 'Work with a skill.',
    usage: '<name> [arguments]',
    options: [
      {
        name: 'name',
        description: 'The skill',
        required: true,
        complete: async (typed, { person }) => completeNames(deps, typed, person),
      },
      { name: 'arguments', description: 'What it is to do, in your own words' },
    ],
    run: async (rest, { person }) => {
      const [name] = rest.split(/\s+/);
      const { snapshot } = views.viewOf(undefined);
      if (!name) return failed('INVALID_INPUT', texts.skillUsage());
      const skill = skillMeant(snapshot, name);
      const isShown = skill && !deps.denied(views.viewOf(undefined), person).has(skill.name);
      return failed('NOT_FOUND', isShown ? texts.notForPeople(skill.name) : unknown(snapshot, name));
    },
  };
}

function rescanCommand({ host }: ToolDeps): Command {
  return {
    name: 'rescan-skills',
    summary: 'Read the skills’ folders again.',
    writes: () => ({}),
    prepare: () => rescanSoon(host),
    run: async (_, { prepared }) => done(prepared as string),
  };
}

const A_PAGE = 30;
const VERBS = ['on', 'off', 'approve'];

function readSwitch(rest: string): { switch: string } | undefined {
  return /^(?:on|off)\s/i.test(rest) ? { switch: rest } : undefined;
}

function skillsCommand(deps: ToolDeps): Command {
  return {
    name: 'skills',
    summary: 'Show the skills, switch them on or off here, approve one.',
    overtakes: 'bare',
    writes: readSwitch,
    usage: '[on|off|approve NAME | tag:TAG]',
    options: [
      {
        name: 'what',
        description: 'on, off or approve; tag:TAG for those with a tag; nothing for the list',
        complete: async (typed, { person }) => completedWhat(deps, typed, person),
      },
      {
        name: 'name',
        description: 'The skill',
        // Also those that only the model chooses may be off, or wait for an owner.
        complete: async (typed, { person }) => completeNames(deps, typed, person, () => true),
      },
    ],
    prepare: async (rest, { person }) => {
      const [verb, name] = wordsOf(rest);
      return verb === 'approve' && name !== undefined && person.role === 'owner' ? inquest(deps, name) : undefined;
    },
    run(rest, ctx) {
      const view = deps.views.viewOf(undefined);
      const [verb, name] = wordsOf(rest);
      if (verb === 'on' || verb === 'off') return switchSkill(view, verb === 'on', name, ctx);
      if (verb === 'approve') return approval(name, ctx);
      const asked = listAsked(rest);
      if (!asked) return Promise.resolve(failed('INVALID_INPUT', texts.skillsUsage()));
      return list(view, deps.denied(view, ctx.person), asked, ctx);
    },
  };
}

const wordsOf = (rest: string): (string | undefined)[] => {
  const [verb, ...name] = rest.split(/\s+/).filter((word) => word !== '');
  return [verb?.toLowerCase(), name.length > 0 ? name.join(' ') : undefined];
};

interface ListAsked {
  page: number;
  tags: readonly string[];
}

/** `tag:travel`, `--tag travel` and the number of a page, in any order; undefined: there is something else. */
function listAsked(rest: string): ListAsked | undefined {
  const tags: string[] = [];
  const others = rest.replace(/(?:^|\s)(?:tag:\s*|--tag[=\s]+)(\S+)/gi, (_, tag: string) => {
    tags.push(tag.replace(/^#/, ''));
    return ' ';
  });
  const [page = '1', ...more] = others.split(/\s+/).filter((word) => word !== '');
  return /^\d{1,4}$/.test(page) && more.length === 0 ? { page: Number(page), tags } : undefined;
}

/** The verbs, and the tags of skills that the person may use. */
function completedWhat({ views, denied }: ToolDeps, typed: string, person: Person | undefined): string[] {
  const wanted = typed.toLowerCase();
  const view = views.viewOf(undefined);
  const deniedNames = denied(view, person ?? { role: 'guest' });
  const all = [...view.snapshot.skills.values()].flatMap(({ name, tags }) => (deniedNames.has(name) ? [] : tags));
  const tags = [...new Set(all.map((tag) => `tag:${tag.toLowerCase()}`))].sort();
  return [...VERBS, ...(wanted.startsWith('t') ? tags : [])].filter((each) => each.startsWith(wanted)).slice(0, 25);
}

/** Names of skills, of those that people may call if nothing else is said, by what they and their localised names hold. */
function completeNames(
  { views, denied }: ToolDeps,
  typed: string,
  person: Person | undefined,
  isWanted = ({ name, userInvocable }: AgentSkill, { decisions }: View) =>
    userInvocable && !isWithheld(decisions, name),
): string[] {
  const wanted = typed.trim().toLowerCase();
  const view = views.viewOf(undefined);
  const deniedNames = denied(view, person ?? { role: 'guest' });
  const fits = (skill: AgentSkill) => texts.shownName(skill, person?.locale).toLowerCase().includes(wanted);
  return [...view.snapshot.skills.values()]
    .filter((skill) => isWanted(skill, view) && fits(skill) && !deniedNames.has(skill.name))
    .sort((a, b) => Number(b.name.startsWith(wanted)) - Number(a.name.startsWith(wanted)))
    .slice(0, 25)
    .map(({ name }) => name);
}

async function list(
  { snapshot, decisions }: View,
  denied: ReadonlySet<string>,
  { page, tags }: ListAsked,
  ctx: TxContext,
): Promise<ToolResult> {
  const off = offIn((await conversations.stateOf(ctx.tx, ctx.conversationId)).settings);
  const state = (skill: AgentSkill) => {
    const { name, agents } = skill;
    if (off.has(name)) return texts.STATES.off;
    if (decisions.resting.has(name)) return texts.STATES.resting;
    if (decisions.drafts.has(name)) return texts.STATES.draft;
    if (decisions.blocked.has(name)) return texts.STATES.blocked;
    if (decisions.deprecated.has(name)) return texts.STATES.deprecated;
    if (agents !== 'all' && !isFor(skill)) return texts.forSpecialists(agents);
    return snapshot.commandNamed.includes(skill) && skill.userInvocable ? texts.bySkillOnly(name) : '';
  };
  const locale = ctx.person.locale ?? ctx.when.locale;
  // Only one page of thousands is put into words.
  const lines = [
    ...[...snapshot.skills.values()]
      .filter((skill) => !denied.has(skill.name) && hasTags(skill, tags))
      .map((skill) => () => texts.skillLine(skill, locale, state(skill))),
    ...snapshot.disabled
      .filter((skill) => hasTags(skill, tags))
      .map((skill) => () => texts.skillLine(skill, locale, texts.STATES.disabled)),
    ...snapshot.invalid.filter((skill) => hasTags(skill, tags)).map((skill) => () => texts.invalidLine(skill)),
  ];
  if (lines.length === 0 && tags.length > 0) return done(texts.noneTagged(tags));
  const pages = Math.max(1, Math.ceil(lines.length / A_PAGE));
  const pageLines = lines.slice((page - 1) * A_PAGE, page * A_PAGE).map((line) => line());
  return done(texts.skillList(pageLines, Math.min(page, pages), pages, tags));
}

async function switchSkill(
  { snapshot }: View,
  on: boolean,
  name: string | undefined,
  ctx: TxContext,
): Promise<ToolResult> {
  if (name === undefined) return failed('INVALID_INPUT', texts.skillsUsage());
  const refused = refusedHere(ctx);
  if (refused) return refused;
  const skill = skillMeant(snapshot, name);
  if (!skill) return failed('NOT_FOUND', unknown(snapshot, name));
  await conversations.setSetting(ctx.tx, ctx.conversationId, settingOf(skill.name), on ? null : false);
  return done(on ? texts.switchedOn(skill.name) : texts.switchedOff(skill.name));
}

function unknown(snapshot: View['snapshot'], name: string): string {
  return texts.noSuchSkill(name, nearSkills(snapshot, name));
}

async function inquest(deps: ToolDeps, name: string): Promise<Inquest | string> {
  // The files approved are those that are there now.
  await deps.host.rescan();
  const { snapshot } = deps.views.viewOf(undefined);
  const skill = skillMeant(snapshot, name);
  return skill ? inquireAbout(deps.reader, skill) : unknown(snapshot, name);
}

async function approval(name: string | undefined, { person, prepared }: TxContext): Promise<ToolResult | Call> {
  if (person.role !== 'owner') return failed('DENIED', texts.ownersApprove());
  if (name === undefined) return failed('INVALID_INPUT', texts.skillsUsage());
  const inquiry = prepared as Inquest | string;
  if (typeof inquiry === 'string') return failed('NOT_FOUND', inquiry);
  if (inquiry.isApproved) return done(texts.approvedAlready(name));
  const input = { name: inquiry.id.name, source: inquiry.id.source, hash: inquiry.pin.hash };
  return done(trustTexts.inquest(inquiry), {
    choices: [{ label: 'Approve', style: 'primary', tool: 'skill_approve', input }],
  });
}

/** The call of `/name rest`: a skill that people may call, under its own name or after `/skill`. */
export function calledBy(view: View, name: string, rest: string): Call | undefined {
  if (name.toLowerCase() === 'skill') {
    const [, wanted = '', args = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
    return callOf(callable(view, wanted), args);
  }
  const skill = callable(view, name);
  // A command of coda's own wins.
  return skill && view.snapshot.commandNamed.includes(skill) ? undefined : callOf(skill, rest);
}

function callable({ snapshot }: View, name: string): AgentSkill | undefined {
  const skill = skillMeant(snapshot, name);
  return skill?.userInvocable ? skill : undefined;
}

function callOf(skill: AgentSkill | undefined, args: string): Call | undefined {
  if (!skill) return undefined;
  const composed = composedCall(skill, args);
  if (composed) return composed;
  if (skill.forkAgent) return { tool: 'skill_delegate', input: { name: skill.name, task: args || skill.name } };
  return { tool: 'skill_activate', input: { name: skill.name, ...(args !== '' && { arguments: args }) } };
}
