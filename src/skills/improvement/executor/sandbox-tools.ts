/** Containers of the executor, for whoever looks into a run by hand. */
import { z } from 'zod';
import { type AnyTool, done, failed, outsideTool, type ToolResult } from '../../../agent/index.ts';
import type { SandboxFailure } from '../../../sandbox/index.ts';
import { readerOf } from '../../../storage/index.ts';
import type { Deps } from '../part.ts';
import { contextOf } from './context.ts';
import { withRepository } from './folder.ts';
import { Later, Refused } from './outcome.ts';
import { forgeFor } from './push.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

const MINUTE_MS = 60_000;

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
  .describe('Of the container: lower-case letters, digits and -.');
const tag = z
  .string()
  .regex(/^agent-sandbox-[a-z0-9][a-z0-9-]{0,60}(?::[a-z0-9][a-z0-9.-]{0,40})?$/)
  .describe('Of the image: agent-sandbox-NAME.');

/** Fields common to the tools; their output was written by code. */
const COMMON = { effect: 'external', does: ['code'], mainAgentOnly: true, spare: true, impersonal: true } as const;

const refused = ({ code, message, remedy }: SandboxFailure): ToolResult => failed(code, `${message} ${remedy}`);

export function sandboxTools(deps: Deps): AnyTool[] {
  return [buildTool(deps), runTool(deps), logsTool(deps), stopTool(deps), removeTool(deps), healthTool(deps)];
}

function buildTool(deps: Deps): AnyTool {
  const { executor_build_timeout: timeoutMs } = deps.config;
  return outsideTool({
    ...COMMON,
    name: 'docker_sandbox_build',
    description:
      'Builds an image of the newest change that the executor has made. `context` is a folder of its worktree, `dockerfile` a path in that folder.',
    input: z.object({
      tag,
      context: z.string().min(1).max(300).default('.'),
      dockerfile: z.string().min(1).max(300).default('Dockerfile'),
    }),
    timeoutMs: timeoutMs + 5 * MINUTE_MS,

    async run({ tag: wanted, context, dockerfile }, { signal, person }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      const made = (await store.list(readerOf(deps.database), 20)).find((run) => run.commit !== undefined);
      if (made?.commit === undefined) return failed('NOT_FOUND', texts.noWorktree());
      const { commit, branch } = made;
      try {
        const forge = forgeFor(deps);
        return await withRepository(deps, { id: `tool-${made.id}` }, forge, signal, async ({ repository, tree }) => {
          if ((await repository.fetchBranch(branch, signal)) !== commit)
            return failed('CHANGED', texts.branchTaken(branch));
          await repository.checkout(commit, tree, signal);
          const read = await contextOf(tree, context);
          if ('problem' in read) return failed('REFUSED', read.problem);
          const asked = { tag: wanted, files: read.files, dockerfile };
          const built = await deps.sandbox.detached.build(asked, { timeoutMs, signal });
          return built.ok ? done(texts.built(wanted), { tainted: true }) : refused(built);
        });
      } catch (error) {
        if (error instanceof Refused || error instanceof Later) return failed('FAILED', error.message);
        throw error;
      }
    },
  });
}

function runTool({ sandbox: { detached } }: Deps): AnyTool {
  return outsideTool({
    ...COMMON,
    name: 'docker_sandbox_run',
    description:
      'Starts a container of an image that docker_sandbox_build has made; it runs by itself, without a network, until it is stopped or its time is up. A container that had the name is removed.',
    input: z.object({
      name,
      image: tag,
      command: z.array(z.string().max(4_000)).min(1).max(100).optional(),
      minutes: z.int().min(1).max(240).default(30),
    }),
    timeoutMs: 2 * MINUTE_MS,

    async run({ name: called, image, command, minutes }, { signal, person }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      const spec = { name: called, image, ...(command && { command }), lifetimeMs: minutes * MINUTE_MS };
      const started = await detached.run(spec, signal);
      return started.ok ? done(texts.started(called)) : refused(started);
    },
  });
}

function logsTool({ sandbox: { detached } }: Deps): AnyTool {
  return outsideTool({
    ...COMMON,
    name: 'docker_sandbox_logs',
    description: 'Shows what a container of docker_sandbox_run has written last, and if it runs.',
    input: z.object({ name }),

    async run({ name: called }, { signal, person }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      const logs = await detached.logs(called, signal);
      if (!logs.ok) return refused(logs);
      return done(texts.logs(logs.output.slice(-12_000), logs.isRunning, logs.exitCode), { tainted: true });
    },
  });
}

function stopTool({ sandbox: { detached } }: Deps): AnyTool {
  return outsideTool({
    ...COMMON,
    name: 'docker_sandbox_stop',
    description: 'Stops a container of docker_sandbox_run; what it has written can still be read.',
    input: z.object({ name }),

    async run({ name: called }, { signal, person }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      const stopped = await detached.stop(called, signal);
      return stopped.ok ? done(texts.stopped(called)) : refused(stopped);
    },
  });
}

function removeTool({ sandbox: { detached } }: Deps): AnyTool {
  return outsideTool({
    ...COMMON,
    name: 'docker_sandbox_remove',
    description: 'Removes a container of docker_sandbox_run with all that it has written.',
    input: z.object({ name }),

    async run({ name: called }, { signal, person }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      const removed = await detached.remove(called, signal);
      return removed.ok ? done(texts.removed(called, removed.wasThere)) : refused(removed);
    },
  });
}

function healthTool({ sandbox: { detached }, config }: Deps): AnyTool {
  return outsideTool({
    ...COMMON,
    name: 'docker_sandbox_healthcheck',
    description: 'Asks a container of docker_sandbox_run for a page on its own localhost; nothing else can be reached.',
    input: z.object({
      name,
      port: z.int().min(1).max(65_535).default(config.executor_shadow_port),
      path: z
        .string()
        .regex(/^\/[\w./~-]{0,200}$/)
        .default(config.executor_health_path),
    }),

    async run({ name: called, port, path }, { signal, person }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      const health = await detached.health(called, { port, path }, signal);
      if (!health.ok) return refused(health);
      return done((health.isHealthy ? texts.healthy : texts.unhealthy)(called, health.status), { tainted: true });
    },
  });
}
