import type { Readable } from 'node:stream';
import { readLines } from '../base/lines.ts';
import { type Caller, DockerError, DockerStepError, jsonIn, unlessGone } from './docker-call.ts';

export interface ImageFacts {
  /** `sha256:…` */
  id: string;
  architecture: string;
  volumes: string[];
  labels: Readonly<Record<string, string>>;
}

export interface DockerBuild {
  /** `coda-skill-pdf:latest` */
  tag: string;
  /** A tar stream with the `Dockerfile`. */
  context: Readable;
  /** Docker's name of the network that the steps may use: `bridge`, `host`, `none`. */
  network: string;
  /** Makes every step anew. */
  isFresh: boolean;
  /** The image's, besides those that the Dockerfile gives it. */
  labels?: Readonly<Record<string, string>>;
  /** The path of the Dockerfile in the context. */
  dockerfile?: string;
  /** Gets what Docker and the steps write, as it comes. */
  onText?: ((text: string) => void) | undefined;
}

interface Inspected {
  Id: string;
  Architecture: string;
  Config?: { Volumes?: object | null; Labels?: Record<string, string> | null };
}

/** A line of a pull or a build. */
interface Progress {
  error?: string;
  stream?: string;
  status?: string;
  aux?: { ID?: string };
}

/** For the first word of a pull or a build. */
const BEGINS_MS = 600_000;

export function imageCalls(call: Caller) {
  return {
    async image(reference: string, signal?: AbortSignal): Promise<ImageFacts> {
      const { Id, Architecture, Config } = await call<Inspected>(`/images/${reference}/json`, { signal });
      return {
        id: Id,
        architecture: Architecture,
        volumes: Object.keys(Config?.Volumes ?? {}),
        labels: Config?.Labels ?? {},
      };
    },

    /** Resolves when the image is there. */
    async pull(reference: string, platform: string, signal?: AbortSignal): Promise<void> {
      const query = { fromImage: reference, platform };
      const asked = { method: 'POST', query, answer: 'stream', ms: BEGINS_MS, signal } as const;
      for await (const _ of progress(await call<Readable>('/images/create', asked), signal));
    },

    /** Resolves with the image's id. */
    async build(wanted: DockerBuild, signal?: AbortSignal): Promise<string> {
      const { context, onText } = wanted;
      const query = buildQuery(wanted);
      const asked = { method: 'POST', query, file: context, answer: 'stream', ms: BEGINS_MS, signal } as const;
      let id: string | undefined;
      for await (const told of progress(await call<Readable>('/build', asked), signal)) {
        if (told.aux?.ID !== undefined) id = told.aux.ID;
        const text = told.stream ?? (told.status === undefined ? undefined : `${told.status}\n`);
        if (text !== undefined) onText?.(text);
      }
      if (id === undefined) throw new DockerStepError('The build ended early.');
      return id;
    },

    /** The ids of images without a name that have all of these labels. */
    async unnamedImages(labels: readonly string[]): Promise<string[]> {
      const query = { filters: { dangling: ['true'], label: labels } };
      return (await call<{ Id: string }[]>('/images/json', { query })).map(({ Id }) => Id);
    },

    /** Resolves also when it is gone already, or in use. */
    async removeImage(id: string): Promise<void> {
      try {
        await unlessGone(call<void>(`/images/${id}`, { method: 'DELETE' }));
      } catch (error) {
        if (!(error instanceof DockerError && error.status === 409)) throw error;
      }
    },
  };
}

function buildQuery({ tag, network, isFresh, labels, dockerfile }: DockerBuild) {
  return {
    // Version 1 is in every engine, and takes the id of an image for its base.
    ...{ t: tag, version: '1', rm: 1, forcerm: 1, pull: 0, networkmode: network, nocache: isFresh ? 1 : 0 },
    ...(labels && { labels }),
    ...(dockerfile !== undefined && { dockerfile }),
  };
}

/** Progress of a pull or a build; throws its final error. */
async function* progress(stream: Readable, signal: AbortSignal | undefined): AsyncGenerator<Progress> {
  const stop = () => stream.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of readLines(stream, 65_536)) {
      const told = 'text' in line ? (jsonIn(line.text) as Progress | undefined) : undefined;
      if (told?.error !== undefined) throw new DockerStepError(told.error.slice(0, 500));
      if (told) yield told;
    }
    signal?.throwIfAborted();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    stream.destroy();
  }
}
