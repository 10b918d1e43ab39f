/** Writes that commands request of a running coda, each with its entry in the audit log. */

import { recordAct } from '../audit/index.ts';
import type { World } from '../base/world.ts';
import type { Optimize, Optimized, SkillDecisions } from '../skills/agent-skills/index.ts';
import type { Besides } from '../storage/index.ts';
import type { App } from './build.ts';

type Controlled = Pick<App, 'agentSkills'>;

/** An act that writes its entry down in its own transaction; `R`: what comes of that. */
type Act<A, R, T> = (args: A, besides: Besides<R>) => Promise<T>;

/** Gives an act its entry: `detail` is what stands in it, its arguments where nothing else is said. */
function recorder(world: World) {
  return <A extends object, R, T>(
    subject: string,
    act: Act<A, R, T>,
    detail: (args: A, result: R) => object | undefined = (args) => args,
  ) =>
    (args: A): Promise<T> =>
      act(
        args,
        recordAct<R>(world, subject, (result) => detail(args, result)),
      );
}

/** The acts by the name of their verb. */
export function controlActs(app: Controlled, world: World) {
  return {
    ...controlSkills(app.agentSkills, world),
    ...variantActs(app.agentSkills, world),
    ...imageActs(app.agentSkills.images, world),
  };
}

/** Also where no daemon runs. */
export function controlSkills(
  skills: Pick<SkillDecisions, 'activate' | 'approve' | 'deprecate' | 'feedback' | 'resetFeedback' | 'undeprecate'>,
  world: World,
) {
  const recorded = recorder(world);
  return {
    approveSkill: recorded(
      'skills approve',
      ({ name, hash }: { name: string; hash: string }, besides: Besides<boolean>) =>
        skills.approve(name, hash, besides),
      (args, isDone) => (isDone ? args : undefined),
    ),
    activateSkill: recorded(
      'skills activate',
      ({ name, hash }: { name: string; hash: string }, besides: Besides<boolean>) =>
        skills.activate(name, hash, besides),
      (args, isDone) => (isDone ? args : undefined),
    ),
    skillFeedback: recorded(
      'skills feedback',
      (args: Parameters<typeof skills.feedback>[0], besides: Besides<boolean>) => skills.feedback(args, besides),
      // Its words are a person's, and not the log's.
      ({ query: _, ...args }, isLearned) => (isLearned ? args : undefined),
    ),
    resetSkillFeedback: recorded('skills feedback', ({ spaceId }: { spaceId: string }, besides: Besides<number>) =>
      skills.resetFeedback(spaceId, besides),
    ),
    deprecateSkill: recorded(
      'skills deprecate',
      (args: Parameters<typeof skills.deprecate>[0], besides: Besides<void>) => skills.deprecate(args, besides),
    ),
    undeprecateSkill: recorded('skills undeprecate', ({ name }: { name: string }, besides: Besides<boolean>) =>
      skills.undeprecate(name, besides),
    ),
  };
}

function variantActs(skills: App['agentSkills'], world: World) {
  return {
    optimizeSkill: recorder(world)(
      'skills optimize',
      (args: Optimize, besides: Besides<Optimized>) => skills.optimize(args, besides),
      ({ act }, { skill, winner, variants }) => ({ skill, act, winner, variants: variants.map(({ name }) => name) }),
    ),
  };
}

function imageActs(images: App['agentSkills']['images'], world: World) {
  return {
    builtImage: recorder(world)(
      'skills images',
      (image: { skill: string; image: string; hash: string }, besides: Besides<void>) => images.built(image, besides),
    ),
    removedImage: recorder(world)('skills images', (image: { skill: string; image: string }, besides: Besides<void>) =>
      images.removed(image, besides),
    ),
  };
}
