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
    modem: {
      dial(request: Dial, done: (error: Error | null, value: unknown) => void): void;
      buildRequest(...request: unknown[]): void;
    };
  }
}

declare module 'tar-stream' {
  import type { Readable, Writable } from 'node:stream';

  interface Header {
    name: string;
    type?: string;
    size?: number;
    mode?: number;
    mtime?: Date;
    uid?: number;
    gid?: number;
  }

  interface Pack extends Readable {
    entry(header: Header, content: string | Uint8Array): void;
    entry(header: Header, done?: (error?: Error | null) => void): Writable;
    finalize(): void;
  }

  const tar: { pack(): Pack; extract(): Writable };
  export default tar;
}
