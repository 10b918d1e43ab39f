/** An MCP server as a process of this machine, which its owner trusts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { deferred, withTimeout } from '../../../base/async.ts';
import { CodaError, messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import type { World } from '../../../base/world.ts';
import type { Sandbox } from '../../../sandbox/index.ts';
import type { ServerSettings } from '../config.ts';
import { endedWith, LONGEST_COMPLAINT, type OpenChannel } from './lines.ts';

/** Variables of coda's own environment that a server gets: nobody's keys. */
const INHERITED = ['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'TZ', 'USER'];
/** Between the end of its input and SIGKILL, and between its end and that of its output, which others may hold open. */
const GRACE_MS = 1_000;
/** After SIGKILL. */
const KILLED_MS = 5_000;

/**
 * Starts `command` in a process group of its own, so that what it starts ends with it; what has left the group (`setsid`)
 * lives on, unheard.
 */
export function hostChannel(
  { command = '', args, env }: Pick<ServerSettings, 'command' | 'args' | 'env'>,
  { env: own }: Pick<World, 'env'>,
  log: Log,
): OpenChannel {
  return async (signal) => {
    signal.throwIfAborted();
    const inherited = INHERITED.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]] as const]));
    const child = spawn(command, args, {
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const end = deferred<string>();
    let complaint = '';
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The whole group is gone already.
      }
    };
    const over = (code: number | null, name: string | null) =>
      end.resolve(endedWith(code === null ? `${name}` : `${code}`, complaint));
    child.on('close', over);
    child.on('exit', (code, name) => {
      kill();
      // Whoever has left the group may hold its output open.
      void withTimeout(GRACE_MS, end.promise).then(() => {
        over(code, name);
        child.stdout.destroy();
        child.stderr.destroy();
      });
    });
    child.stdin.on('error', () => {});
    child.stdout.on('error', () => {});
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk.toString()}`.slice(-LONGEST_COMPLAINT);
      log.debug({ says: chunk.toString().slice(0, LONGEST_COMPLAINT) }, 'an MCP server writes to stderr');
    });
    await once(child, 'spawn');
    const close = async () => {
      child.stdin.end();
      await withTimeout(GRACE_MS, end.promise);
      kill();
      await withTimeout(KILLED_MS, end.promise);
      child.stdout.destroy();
      child.stderr.destroy();
    };
    return { input: child.stdin, output: child.stdout, ended: end.promise, close };
  };
}

// An MCP server in a sandbox: without a network, and without any file of this machine.

/** Starts `command` in a container of its own, which lives as long as `lifetimeMs`. */
export function containerChannel(
  { command = '', args, env, image }: Pick<ServerSettings, 'command' | 'args' | 'env' | 'image'>,
  sandbox: Pick<Sandbox, 'open'>,
  lifetimeMs: number,
  log: Log,
): OpenChannel {
  return async (signal) => {
    const session = await sandbox.open({ timeoutMs: lifetimeMs, ...(image && { image }) }, { signal });
    if (!session.ok) {
      const { code, message, remedy } = session;
      throw new CodaError(code, { message, remedy });
    }
    const [input, output] = [new PassThrough(), new PassThrough()];
    let complaint = '';
    const onOutput = async (stream: 'stdout' | 'stderr', chunk: Uint8Array) => {
      if (stream === 'stderr') {
        complaint = `${complaint}${Buffer.from(chunk).toString()}`.slice(-LONGEST_COMPLAINT);
        log.debug(
          { says: Buffer.from(chunk).toString().slice(0, LONGEST_COMPLAINT) },
          'an MCP server writes to stderr',
        );
        return;
      }
      // Docker's buffer is used again.
      if (!output.write(Uint8Array.from(chunk))) await new Promise((resolve) => output.once('drain', resolve));
    };
    const ended = session
      .exec([command, ...args], { stdin: input, env, timeoutMs: lifetimeMs, onOutput })
      .then((came) => {
        if (!came.ok) return came.message;
        return came.timedOut ? 'its time in the sandbox is up' : endedWith(`${came.exitCode}`, complaint);
      })
      .catch(messageOf)
      .finally(() => {
        output.end();
        return session.close();
      });
    const close = async () => {
      output.resume();
      await session.close();
      await ended;
    };
    return { input, output, ended, close };
  };
}
