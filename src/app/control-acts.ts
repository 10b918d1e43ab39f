/** What commands have a coda do that writes, each with its entry in the log of what was done. */
import { signInPath } from '../adapters/http/index.ts';
import { CodaError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import { type Notice, notify } from '../delivery/index.ts';
import { recordAct } from './acts.ts';
import type { App } from './build.ts';
import type { AskedJob } from './jobs.ts';
import type { NewToken } from './tokens.ts';

type Controlled = Pick<
  App,
  'database' | 'delivery' | 'jobs' | 'enqueue' | 'agentSkills' | 'tokens' | 'sessions' | 'http' | 'hooks' | 'approvals'
>;
/** An act that is written down once it is done. */
type Recorded = <A extends object, R>(subject: string, act: (args: A) => Promise<R>) => (args: A) => Promise<R>;

/** The acts by the name of their verb. */
export function controlActs(app: Controlled, world: World) {
  const recorded: Recorded = (subject, act) => async (args) => {
    const result = await act(args);
    await recordAct(app.database, world, subject, args);
    return result;
  };
  return {
    resend: recorded('outbox resend', ({ id }: { id?: string | undefined }) => app.delivery.outbox.revive(id)),
    retryJobs: recorded('jobs retry', ({ id }: { id?: string | undefined }) => app.jobs.retry(id)),
    addToken: recorded('tokens add', (asked: NewToken) => app.tokens.add(asked)),
    revokeToken: recorded('tokens revoke', ({ named }: { named: string }) => app.tokens.revoke(named)),
    openLink: async ({ person, token }: { person?: string | undefined; token?: string | undefined }) => {
      const url = app.http?.url;
      if (url === undefined) throw needsHttp();
      // Who is signed in decides about calls that wait.
      if (!app.approvals.carries(token)) throw needsToken();
      const { code, expiresAt } = await app.sessions.link(person);
      await recordAct(app.database, world, 'open', { person: person ?? null });
      return { url: url + signInPath(code), expires_at: expiresAt.toISOString() };
    },
    revokeSessions: recorded('open revoke', ({ person }: { person?: string | undefined }) =>
      app.sessions.revoke(person),
    ),
    cancelJob: recorded('jobs cancel', ({ id }: { id: string }) => app.jobs.cancelOne(id)),
    enqueueJob: async (job: AskedJob) => {
      const id = await app.enqueue(job);
      await recordAct(app.database, world, 'jobs enqueue', { kind: job.kind, id });
      return id;
    },
    addHook: async (hook: Record<string, Json>) => {
      const made = await app.hooks.add(hook);
      await recordAct(app.database, world, 'hooks add', { path: made.path });
      return made;
    },
    removeHook: recorded('hooks remove', ({ name }: { name: string }) => app.hooks.remove(name)),
    notify: async (notice: Notice) => {
      const notified = await notify({ database: app.database, jobs: app.jobs, world }, notice);
      // Its words are the person's, and not the log's.
      await recordAct(app.database, world, 'notify', { to: notice.to, ...notified });
      return notified;
    },
    ...skillActs(app.agentSkills, recorded),
  };
}

function skillActs(skills: App['agentSkills'], recorded: Recorded) {
  return {
    approveSkill: recorded('skills approve', ({ name, hash }: { name: string; hash: string }) =>
      skills.approve(name, hash),
    ),
    deprecateSkill: recorded('skills deprecate', (args: Parameters<typeof skills.deprecate>[0]) =>
      skills.deprecate(args),
    ),
    builtImage: recorded('skills images', (image: { skill: string; image: string; hash: string }) =>
      skills.images.built(image),
    ),
    undeprecateSkill: recorded('skills undeprecate', ({ name }: { name: string }) => skills.undeprecate(name)),
  };
}

function needsToken(): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: 'The running coda has another access.approval_token.',
    remedy: 'Run "coda open" with its configuration: whoever is signed in may approve calls.',
  });
}

function needsHttp(): CodaError {
  return new CodaError('CONFIG_INVALID', {
    message: 'There is no page to open: HTTP is off.',
    remedy: 'Add "http: {}" to the configuration (docs/http.md), and start coda again.',
  });
}
