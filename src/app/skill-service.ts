/** Agent skills for programs, under the paths that the world of skills knows. */

import { z } from 'zod';
import { recordAct } from '../audit/index.ts';
import { CodaError } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import { type AnyRoute, route } from '../chat/index.ts';
import { skillMeant, validateSkills } from '../skills/agent-skills/index.ts';
import type { LiveSkills } from './agent-skills.ts';
import { type RunParts, runRoute } from './run-route.ts';

interface ServiceParts extends RunParts {
  world: World;
}

const TAG = 'skills';
/** Ids as paths: with and without a group. */
const IDS = [':id', ':group/:id'];
const name = z.object({ group: z.string().max(64).optional(), id: z.string().min(1).max(200) });
const problems = z.array(z.object({ code: z.string(), level: z.string(), message: z.string() }));

/** Each under its own path and under `/v1/skills`. */
export function skillService(parts: ServiceParts): readonly AnyRoute[] {
  return ['', '/v1/skills'].flatMap((prefix) => [
    runRoute(parts, `${prefix}/run`),
    validate(parts, `${prefix}/validate`),
    ...IDS.flatMap((id) => [
      deprecate(parts, `${prefix === '' ? '/skills' : prefix}/${id}/deprecate`),
      undeprecate(parts, `${prefix === '' ? '/skills' : prefix}/${id}/undeprecate`),
    ]),
  ]);
}

function validate({ agentSkills }: ServiceParts, path: string): AnyRoute {
  const verdict = z.object({ name: z.string(), usable: z.boolean(), strict: z.boolean(), problems });
  return route({
    method: 'POST',
    path,
    scope: 'skills',
    tag: TAG,
    summary: 'Looks at every skill, and says what is wrong with it.',
    body: z.strictObject({ check_entrypoints: z.boolean().default(true) }).default({ check_entrypoints: true }),
    answers: {
      200: { description: 'A verdict on each.', schema: z.object({ ok: z.boolean(), skills: z.array(verdict) }) },
    },
    examples: [{ summary: 'With the scripts that they name', body: { check_entrypoints: true }, status: 200 }],
    async handle({ body: { check_entrypoints: checkEntrypoints } }) {
      const verdicts = await validateSkills(agentSkills.folders(), { checkEntrypoints });
      const skills = verdicts.map(({ name: known, usable, strict, problems: wrong }) => ({
        ...{ name: known, usable, strict },
        problems: wrong.map(({ code, level, message }) => ({ code, level, message })),
      }));
      const missing = skills.some((each) => each.problems.some(({ code }) => code === 'entrypoint_missing'));
      return { body: { json: { ok: skills.every(({ usable }) => usable) && !missing, skills } } };
    },
  });
}

function deprecate({ agentSkills, world }: ServiceParts, path: string): AnyRoute {
  return route({
    method: 'POST',
    path,
    scope: 'admin',
    tag: TAG,
    summary: 'A skill stays, and models are not offered it any more.',
    params: name,
    body: z.strictObject({
      reason: z.string().trim().min(1).max(500),
      replacement_id: z.string().max(200).optional(),
    }),
    answers: { 200: { description: 'It is.', schema: z.object({ id: z.string(), deprecated: z.literal(true) }) } },
    async handle({ params, body: { reason, replacement_id: wanted }, caller }) {
      const id = known(agentSkills, params);
      const replacement = wanted === undefined ? undefined : known(agentSkills, { id: wanted });
      const asked = { name: id, reason, replacement };
      await agentSkills.deprecate(
        asked,
        recordAct(world, 'skills deprecate', () => ({ ...asked, token: caller?.name })),
      );
      return { body: { json: { id, deprecated: true } } };
    },
  });
}

function undeprecate({ agentSkills, world }: ServiceParts, path: string): AnyRoute {
  return route({
    method: 'POST',
    path,
    scope: 'admin',
    tag: TAG,
    summary: 'Models are offered a skill again.',
    params: name,
    answers: { 200: { description: 'They are.', schema: z.object({ id: z.string(), deprecated: z.literal(false) }) } },
    async handle({ params, caller }) {
      const id = known(agentSkills, params);
      await agentSkills.undeprecate(
        id,
        recordAct(world, 'skills undeprecate', () => ({ name: id, token: caller?.name })),
      );
      return { body: { json: { id, deprecated: false } } };
    },
  });
}

/** The name of the skill that is meant. Throws `SKILL_NOT_FOUND`. */
function known({ catalog }: LiveSkills, { group, id: plain }: { group?: string | undefined; id: string }): string {
  const id = group === undefined ? plain : `${group}/${plain}`;
  const skill = skillMeant(catalog.current(), id);
  if (skill) return skill.name;
  throw new CodaError('SKILL_NOT_FOUND', { message: `There is no skill ${id}.`, remedy: 'POST /run finds skills.' });
}
