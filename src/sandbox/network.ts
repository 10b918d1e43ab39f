/** The way of a session's code to its proxy: a relay in a container of its own, on the loopback of the session's. */
import { withTimeout } from '../base/async.ts';
import { errorOfFailure, failure, type SandboxFailure } from './failure.ts';
import type { Program, ProgramSpec, SessionProxy } from './port.ts';
import { Relay, relayScript } from './relay.ts';
import { PROXY_PORT } from './spec.ts';

const MB = 1024 * 1024;
const START_MS = 20_000;

interface Parts {
  /** The container of the session. */
  container: string;
  /** An image with perl. */
  image: string;
  proxy: SessionProxy;
  start(spec: ProgramSpec): Promise<Program | SandboxFailure>;
}

/**
 * Resolves, once code can connect, with the function that ends it. The relay shares the loopback of the session and nothing else,
 * so that the code's image needs nothing and the code cannot touch it. Rejects with a failure; `proxy` is closed then.
 */
export async function connectNetwork({ container, image, proxy, start }: Parts): Promise<() => Promise<void>> {
  try {
    const program = await start({
      image,
      command: ['perl', '-e', await relayScript(), '--', String(PROXY_PORT)],
      limits: { memory: 64 * MB, cpus: 0.5, pids: 16, shared: MB, temporary: MB, files: 1_024 },
      joins: container,
    });
    if (!program.ok) throw errorOfFailure(program.code === 'SANDBOX_ENGINE' ? notStarted(program.message) : program);
    const listens = new Promise<true>((resolve) => {
      new Relay({
        input: program.input,
        output: program.output,
        onConnect: (connection) => proxy.take(connection),
        ready: () => resolve(true),
        onOver: () => void program.close(),
      });
    });
    const outcome = await withTimeout(START_MS, Promise.race([listens, program.whenEnded]));
    if (outcome !== true) {
      await program.close();
      throw errorOfFailure(notStarted(outcome ?? ''));
    }
    return async () => {
      await program.close();
      await proxy.close();
    };
  } catch (error) {
    await proxy.close();
    throw error;
  }
}

const notStarted = (why: string) =>
  failure('SANDBOX_NETWORK', `The relay for the network of code does not start${why === '' ? '' : ` (${why})`}.`);
