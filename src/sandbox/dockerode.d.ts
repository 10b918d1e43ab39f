/** The part of dockerode that `docker.ts` uses; the package has no types of its own. */
declare module 'dockerode' {
  interface Dial {
    path: string;
    method: string;
    options: { _query: object; _body: object };
    headers?: Record<string, string>;
    file?: NodeJS.ReadableStream;
    isStream?: boolean;
    hijack?: boolean;
    openStdin?: boolean;
    allowEmpty?: boolean;
    abortSignal?: AbortSignal;
    statusCodes: Record<number, true>;
  }

  export default class Docker {
    constructor(options: Record<string, unknown>);
    modem: { dial(request: Dial, done: (error: Error | null, value: unknown) => void): void };
  }
}

/** The part of tar-stream 2 that `archive.ts` uses. */
declare module 'tar-stream' {
  import type { Readable, Writable } from 'node:stream';

  interface Header {
    name: string;
    type?: string;
    size?: number;
    mode?: number;
    uid?: number;
    gid?: number;
  }

  interface Pack extends Readable {
    entry(header: Header, content?: string | Uint8Array): unknown;
    finalize(): void;
  }

  interface Extract extends Writable {
    on(event: 'entry', heard: (header: Header, content: Readable, next: (error?: unknown) => void) => void): this;
    on(event: 'finish' | 'close' | 'error', heard: (error?: Error) => void): this;
  }

  const tar: { pack(): Pack; extract(): Extract };
  export default tar;
}
