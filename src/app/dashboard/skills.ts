import { z } from 'zod';
import type { Approvals } from '../../agent/index.ts';
import { type LiveSkills, skillFacts } from '../../agent-skills/index.ts';
import { recordAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import { type AnyRoute, type Checks, type HttpRequest, route } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import type { Delivery } from '../../delivery/index.ts';
import type { JobQueue, Schedules } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import type { EquippedSkill } from '../skills.ts';

type SkillParts = Pick<DashboardParts, 'agentSkills' | 'world'>;

const skillName = z.string().trim().min(1).max(200);
const whose = {
  person: z.string().trim().min(1).max(200).optional(),
  space: z.string().trim().min(1).max(200).optional(),
};

/** Nothing that is said of a body which is refused repeats any of it: the value may stand in the wrong field. */
const NAME = z
  .string()
  .trim()
  .max(200)
  .regex(/^[A-Z_][A-Z0-9_]*$/, { error: 'expected a name of A–Z, 0–9 and _' });
const secret = { skill: skillName, name: NAME, ...whose };
const MOST_BYTES = 262_144;
/** Programs that are no skills, and have values under this name. */
const BESIDE_SKILLS = 'connectors';

export function skillActs(parts: SkillParts): readonly AnyRoute[] {
  return [setSecret(parts), removeSecret(parts)];
}

function setSecret({ agentSkills, world }: SkillParts): AnyRoute {
  return route({
    method: 'POST',
    path: '/skills/secrets',
    page: true,
    scope: 'admin',
    summary: 'Seals a value that a skill is run with.',
    maxBytes: MOST_BYTES,
    body: z.strictObject({ ...secret, value: z.string().min(1).max(32_768) }),
    async answerRequest(request) {
      const { value, ...given } = request.body;
      const asked = { ...given, skill: await programNamed(agentSkills, given.skill) };
      const by = { personId: personOf(request), origin: ORIGIN } as const;
      await agentSkills.secrets.set(
        asked,
        value,
        recordAct<void>(world, 'secrets set', () => asked, by),
      );
      return { body: { json: { done: true } } };
    },
  });
}

function removeSecret({ agentSkills, world }: SkillParts): AnyRoute {
  return route({
    method: 'POST',
    path: '/skills/secrets/remove',
    page: true,
    scope: 'admin',
    summary: 'Removes a value that a skill is run with.',
    body: z.strictObject({ ...secret, name: z.string().min(1).max(200) }),
    async answerRequest(request) {
      const asked = request.body;
      const by = { personId: personOf(request), origin: ORIGIN } as const;
      const act = recordAct<boolean>(world, 'secrets remove', (was) => (was ? asked : undefined), by);
      if (await agentSkills.secrets.remove(asked, act)) return { body: { json: { done: true } } };
      throw new CodaError('HTTP_CONFLICT', {
        message: 'This secret is not there any more.',
        remedy: 'Look at the page again.',
      });
    },
  });
}

/** The name under which a program's values are kept. Throws `SKILL_NOT_FOUND`. */
async function programNamed({ catalog, secrets }: SkillParts['agentSkills'], typed: string): Promise<string> {
  const snapshot = catalog.current();
  const skill = skillFacts.skillMeant(snapshot, typed) ?? snapshot.disabled.find(({ name }) => name === typed);
  if (skill) return skill.name;
  if (typed === BESIDE_SKILLS || (await secrets.list()).some((kept) => kept.skill === typed)) return typed;
  throw new CodaError('SKILL_NOT_FOUND', {
    message: 'There is no skill of that name.',
    remedy: 'Choose one that the page lists, or connectors.',
  });
}

const ORIGIN = 'dashboard';

function personOf({ caller }: Pick<HttpRequest, 'caller'>): string {
  if (caller?.personId === undefined) throw new Error('a browser is signed in as nobody');
  return caller.personId;
}

export interface DashboardParts {
  config: Config;
  world: World;
  database: Database;
  delivery: Delivery;
  jobs: JobQueue;
  schedules: Schedules;
  skills: readonly EquippedSkill[];
  agentSkills: LiveSkills;
  approvals: Approvals;
  checks: Checks;
  version: string;
  platforms(): readonly { name: string; away: string | undefined }[];
}
