/** Writes that commands request of a running coda, each with its entry in the audit log. */

import { signInPath } from '../adapters/http/index.ts';
import { recordAct } from '../audit/index.ts';
import { CodaError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import { type Notice, type Notified, notify } from '../delivery/index.ts';
import type { Optimize, Optimized, SkillDecisions } from '../skills/agent-skills/index.ts';
import type { Besides } from '../storage/index.ts';
import type { App } from './build.ts';
import { approves, type NewToken } from './tokens.ts';

type Controlled = Pick<
  App,
  'database' | 'jobs' | 'agentSkills' | 'tokens' | 'sessions' | 'http' | 'hooks' | 'approvals'
>;

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
  const recorded = recorder(world);
  return {
    ...tokenActs(app, world),
    ...sessionActs(app, world),
    addHook: recorded(
      'hooks add',
      (hook: Record<string, Json>, besides: Besides<string>) => app.hooks.add(hook, besides),
      (_, path) => ({ path }),
    ),
    removeHook: recorded('hooks remove', ({ name }: { name: string }, besides: Besides<boolean>) =>
      app.hooks.remove(name, besides),
    ),
    notify: recorded(
      'notify',
      (notice: Notice, besides: Besides<Notified>) =>
        notify({ database: app.database, jobs: app.jobs, world }, notice, besides),
      // Its words are the person's, and not the log's.
      ({ to }, notified) => ({ to, ...notified }),
    ),
    ...controlSkills(app.agentSkills, world),
    ...variantActs(app.agentSkills, world),
    ...secretActs(app.agentSkills.secrets, world),
    ...imageActs(app.agentSkills.images, world),
  };
}

function tokenActs({ tokens, approvals }: Controlled, world: World) {
  const recorded = recorder(world);
  return {
    addToken: recorded(
      'tokens add',
      async ({ token, ...asked }: NewToken & Carried, besides: Besides<void>) => {
        if (approves(asked.scopes)) needsToken(approvals, token);
        return tokens.add(asked, besides);
      },
      ({ token: _, ...asked }) => asked,
    ),
    revokeToken: recorded('tokens revoke', ({ named }: { named: string }, besides: Besides<number>) =>
      tokens.revoke(named, besides),
    ),
  };
}

function sessionActs({ http, approvals, sessions }: Controlled, world: World) {
  const recorded = recorder(world);
  return {
    openLink: recorded(
      'open',
      async ({ person, token }: { person?: string | undefined } & Carried, besides: Besides<void>) => {
        const url = http?.url;
        if (url === undefined) throw needsHttp();
        // The signed-in person decides about calls that wait.
        needsToken(approvals, token);
        const { code, expiresAt } = await sessions.link(person, besides);
        return { url: url + signInPath(code), expires_at: expiresAt.toISOString() };
      },
      ({ person }) => ({ person: person ?? null }),
    ),
    revokeSessions: recorded('open revoke', ({ person }: { person?: string | undefined }, besides: Besides<number>) =>
      sessions.revoke(person, besides),
    ),
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

function secretActs(secrets: App['agentSkills']['secrets'], world: World) {
  const recorded = recorder(world);
  type Asked = Parameters<typeof secrets.set>[0];
  return {
    setSecret: recorded(
      'secrets set',
      ({ asked, value }: { asked: Asked; value: string }, besides: Besides<void>) => secrets.set(asked, value, besides),
      ({ asked }) => asked,
    ),
    removeSecret: recorded('secrets remove', (asked: Asked, besides: Besides<boolean>) =>
      secrets.remove(asked, besides),
    ),
    rotateSecrets: recorded(
      'secrets rotate',
      (_: object, besides: Besides<number>) => secrets.rotate(besides),
      (_, count) => ({ count }),
    ),
  };
}

/** Fields of a command that grants the right to approve calls. */
interface Carried {
  token?: string | undefined;
}

/** Throws where a command that gives somebody the right to approve calls does not carry `access.approval_token`. */
export function needsToken(approvals: Pick<Controlled['approvals'], 'carries'>, token: string | undefined): void {
  if (approvals.carries(token)) return;
  throw new CodaError('INPUT_INVALID', {
    message: 'The running coda has another access.approval_token.',
    remedy: 'Give it with --approval-token: whoever gets what this gives may approve calls.',
  });
}

function needsHttp(): CodaError {
  return new CodaError('CONFIG_INVALID', {
    message: 'There is no page to open: HTTP is off.',
    remedy: 'Add "http: {}" to the configuration (docs/http.md), and start coda again.',
  });
}
