/** "Wrong skill": a person says that another one was meant, and requests like that one find it sooner. */

import { z } from 'zod';
import { type AnyTool, type CallContext, dataTool, done, failed, type TxContext } from '../../agent/index.ts';
import type { Choice } from '../../delivery/index.ts';
import { learn, termsToLearn } from '../find/search.ts';
import { lastRequest, noteRequest } from '../find/store.ts';
import type { AgentSkill } from '../skill.ts';
import * as texts from '../texts.ts';
import { MEANT, skillName, type ToolDeps } from './deps.ts';
import { offeredSkills } from './prompt.ts';

/** Other skills that are offered instead: as many as one row of buttons has beside it. */
const MOST_OTHERS = 3;

/** Keeps what the person asked for, so that the button beside the answer knows it; gives the button. */
export async function wrongChoice(skill: string, ctx: TxContext): Promise<Choice[]> {
  // A skill that was called by name, or by a specialist, was nobody's guess about this request.
  if (ctx.request.byName || ctx.turn.agent !== undefined) return [];
  const terms = termsToLearn(ctx.request.said.join(' '));
  if (terms.length === 0) return [];
  const { person, place } = ctx;
  await noteRequest(ctx.tx, { spaceId: place.space, skill, personId: person.id, terms }, ctx.clock.now());
  return [{ label: texts.wrongLabel(), tool: 'skill_wrong', input: { name: skill } }];
}

/** Tool of the button: the skill is found later for such requests, and the person is asked which one was meant. */
export function wrongTool(deps: ToolDeps): AnyTool {
  return dataTool({
    name: 'skill_wrong',
    description: 'Notes that a skill was the wrong one.',
    effect: 'write',
    callers: 'buttons',
    input: z.object({ name: skillName }),
    prepare: ({ name }, ctx) => othersFor(deps, name, ctx),
    async run({ name }, ctx) {
      const terms = await lastRequest(ctx.tx, ctx.place.space, name);
      const feedback = { spaceId: ctx.place.space, got: name, expected: undefined, terms };
      if (!(await learn(ctx.tx, feedback, ctx.clock.now()))) return failed('GONE', texts.noRequest(name));
      const { snapshot, files } = deps.views.viewOf(undefined);
      const skill = snapshot.skills.get(name);
      if (skill) await files.noteWrong(ctx.tx, skill, ctx.conversationId);
      ctx.tx.afterCommit(() => deps.host.onDecision());
      const choices = (ctx.prepared as AgentSkill[]).map(
        (other): Choice => ({ label: other.name, tool: MEANT, input: { name, expected: other.name } }),
      );
      return done(texts.whichMeant(name, choices.length), choices.length > 0 ? { choices } : {});
    },
  });
}

export function meantTool(deps: ToolDeps): AnyTool {
  return dataTool({
    name: MEANT,
    description: 'Notes which skill was meant.',
    effect: 'write',
    callers: 'buttons',
    input: z.object({ name: skillName, expected: skillName }),
    async run({ name, expected }, ctx) {
      const terms = await lastRequest(ctx.tx, ctx.place.space, name);
      const feedback = { spaceId: ctx.place.space, got: undefined, expected, terms };
      if (!(await learn(ctx.tx, feedback, ctx.clock.now()))) return failed('GONE', texts.noRequest(name));
      ctx.tx.afterCommit(() => deps.host.onDecision());
      return done(texts.learnt(expected));
    },
  });
}

async function othersFor(deps: ToolDeps, name: string, { person, place }: CallContext): Promise<AgentSkill[]> {
  const terms = await lastRequest(deps.reader, place.space, name);
  const view = deps.views.viewOf(undefined);
  const may = new Set(offeredSkills(view, deps.denied(view, person)));
  const only = (skill: AgentSkill) => skill.name !== name && may.has(skill);
  const fits = await deps.search.find(view.snapshot, terms.join(' '), {
    only,
    learned: deps.host.decisions.learnedIn(place.space),
  });
  return fits.slice(0, MOST_OTHERS).map(({ skill }) => skill);
}
