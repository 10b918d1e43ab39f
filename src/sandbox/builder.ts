/** Builds images on the engine that runs sandboxes. The steps of a build are Docker's own containers, and no sandbox. */

import type { World } from '../base/world.ts';
import { pack } from './archive.ts';
import { failureOf } from './container.ts';
import { DockerStepError } from './docker-call.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { failure, failureIn, type SandboxFailure } from './failure.ts';
import { parseImage } from './images.ts';
import type { PutFile } from './port.ts';

export interface BuildRequest {
  /** The name that it gets, `coda-skill-pdf:latest`. */
  tag: string;
  /** What it is built on: an image that `execution.allowed_images` matches. */
  base: string;
  /** The `Dockerfile`, given the id of the base. */
  dockerfile(base: string): string;
  /** A label, `name=value`, that the Dockerfile sets first and no other image has: images with it and no name are removed. */
  label: string;
  /** Beside it. */
  files: readonly PutFile[];
}

export interface BuiltImage {
  ok: true;
  /** `sha256:…` */
  id: string;
}

/** Every failure that is not a bug is a value. */
export interface ImageBuilder {
  /** The image that has this name now. */
  find(tag: string): Promise<(BuiltImage & { labels: Readonly<Record<string, string>> }) | undefined | SandboxFailure>;
  /**
   * Builds it; the image that had the name before is removed unless it is in use. `isFresh`: every step is made anew.
   * Rejects with the signal's reason.
   */
  build(
    request: BuildRequest,
    options?: { signal?: AbortSignal; isFresh?: boolean; onText?: (text: string) => void },
  ): Promise<BuiltImage | SandboxFailure>;
  close(): Promise<void>;
}

export function openBuilder(options: EngineOptions, world: Pick<World, 'env'>): ImageBuilder {
  const engine = new Engine(options, world);
  const { execution } = options;
  const find: ImageBuilder['find'] = async (tag) => {
    const off = whyOff(options);
    if (off) return off;
    try {
      const image = await engine.find(tag);
      return image && { ok: true, id: image.id, labels: image.labels };
    } catch (error) {
      return failureIn(error) ?? failureOf(error);
    }
  };
  return {
    find,
    async build({ tag, base, label, dockerfile, files }, { signal, isFresh = false, onText } = {}) {
      const off = whyOff(options);
      if (off) return off;
      if (!parseImage(tag)) return failure('SANDBOX_INPUT', `An image cannot be called ${JSON.stringify(tag)}.`);
      try {
        const { docker } = await engine.connected();
        const { id: from } = await engine.image(base, signal);
        const context = pack([{ path: 'Dockerfile', content: dockerfile(from) }, ...files], 0);
        if ('ok' in context) return context;
        const { network } = execution.build;
        try {
          return { ok: true, id: await docker.build({ tag, context, network, isFresh, onText }, signal) };
        } finally {
          for (const unnamed of await docker.unnamedImages(label).catch(() => [])) {
            await docker.removeImage(unnamed).catch(() => {});
          }
        }
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        return failureIn(error) ?? unbuilt(tag, error);
      }
    },
    close: () => engine.close(),
  };
}

function whyOff({ execution }: EngineOptions): SandboxFailure | undefined {
  return execution.enabled ? undefined : failure('SANDBOX_OFF', 'Running code is switched off.');
}

function unbuilt(tag: string, error: unknown): SandboxFailure {
  if (!(error instanceof DockerStepError)) return failureOf(error);
  const why = error.message.replace(/\s+/g, ' ').trim();
  return failure('SANDBOX_ENGINE', `${tag} cannot be built: ${why}`, 'Look at what was written before it.');
}
