/** An MCP server in a sandbox: without a network, and without any file of this machine. */
import { PassThrough } from 'node:stream';
import { CodaError, messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import type { Sandbox } from '../../../sandbox/index.ts';
import type { ServerSettings } from '../config.ts';
import { endedWith, LONGEST_COMPLAINT, type OpenChannel } from './channel.ts';

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
