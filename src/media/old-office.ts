/** Documents of Office before 2007 as newer ones: by the `soffice` of the sandbox's image, where there is one. */
import { FairQueue } from '../base/async.ts';
import { BoundedMap } from '../base/bounded.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Ran, Sandbox, SandboxFailure, Workspaces } from '../sandbox/index.ts';
import type { Artifact } from '../storage/index.ts';

/** Old formats by the newer one that each becomes. */
const EXTENSIONS: Readonly<Record<string, string>> = { docx: 'doc', xlsx: 'xls', pptx: 'ppt' };

/** LibreOffice takes 2 to 10 s to start, and a second for a hundred pages. */
const WITHIN_MS = 60_000;
/** Looking for a program takes milliseconds in a container that is there. */
const LOOK_WITHIN_MS = 10_000;
/** A container has its own memory: one of them at a time is enough for a household. */
const AT_ONCE = 1;
/** A fault of Docker's passes, and time or memory may be more; the steps of one turn do not each wait for it. */
const FAULT_MS = 3 * 60_000;
const REMEMBERED_IMAGES = 20;
const REMEMBERED_DOCUMENTS = 100;
/** Characters of what the program has said. */
const LOGGED = 300;
/** Exit status that no version of LibreOffice has. */
const NO_PROGRAM = 99;

const LOOK = `program=$(command -v soffice || command -v libreoffice) || exit ${NO_PROGRAM}`;
/** Its profile is written to memory; macros are not run without a window, and nothing is fetched without a network. */
const CONVERT = `${LOOK}
exec "$program" --headless --norestore --nolockcheck --nologo -env:UserInstallation=file:///tmp/office \\
  --convert-to "$1" --outdir "$OUTPUT_DIR" "/workspace/$2"`;

export interface OfficeParts {
  sandbox: Pick<Sandbox, 'facts'> & { workspaces: Pick<Workspaces, 'alone'>; settings: { enabled: boolean } };
  clock: Pick<Clock, 'monotonic'>;
  log: Log;
}

/** `why`: a clause that goes on after "LibreOffice". */
export type ConversionResult = { ok: true; made: Artifact } | { ok: false; why: string; isPassing?: boolean };

/** Names its content; `open` is only asked for it where it is converted. */
export interface ConvertedDocument {
  hash: string;
  open(): Promise<Buffer>;
}

interface FailedConversion {
  why: string;
  /** Monotonic time at which it is tried again; undefined: never. */
  until?: number;
}

/** Converts in a container without a network, with the limits of `execution` and a minute of its own. */
export class OfficeConverter {
  private readonly parts: OfficeParts;
  private readonly queue = new FairQueue(AT_ONCE);
  /** True for the id of an image that has the program. */
  private readonly images = new BoundedMap<string, boolean>(REMEMBERED_IMAGES);
  /** Documents that could not be converted, by their hash in an image: asking again costs a minute each time. */
  private readonly failed = new BoundedMap<string, FailedConversion>(REMEMBERED_DOCUMENTS);

  constructor(parts: OfficeParts) {
    this.parts = parts;
  }

  /**
   * The document in the format `to`, stored by its content; undefined where no program converts it. Rejects only when
   * `signal` aborts, and where nothing can be read or stored.
   */
  convert(
    { hash, open }: ConvertedDocument,
    to: string,
    by: string,
    signal: AbortSignal,
  ): Promise<ConversionResult | undefined> {
    return this.queue.run(by, async () => {
      const image = await this.imageId(signal);
      if (image === undefined || this.images.get(image) === false) return undefined;
      const key = `${image} ${hash}`;
      const fault = this.failed.get(key);
      if (fault && (fault.until ?? Number.POSITIVE_INFINITY) > this.parts.clock.monotonic())
        return { ok: false, why: fault.why, isPassing: fault.until !== undefined };
      const name = `document.${EXTENSIONS[to] ?? 'doc'}`;
      const content = await open();
      const ran = await this.run(['sh', '-c', CONVERT, 'sh', to, name], signal, {
        files: [{ path: name, content }],
        timeoutMs: WITHIN_MS,
      });
      if (ran.ok) this.images.set(image, ran.exitCode !== NO_PROGRAM);
      if (ran.ok && ran.exitCode === NO_PROGRAM) return undefined;
      const document = ran.ok ? ran.files.find(({ name: file }) => file === `document.${to}`) : undefined;
      if (document) return { ok: true, made: { hash: document.hash, size: document.size } };
      const why = whyNot(ran);
      const output = ran.ok ? `${ran.stdout.text}${ran.stderr.text}`.slice(0, LOGGED) : '';
      this.parts.log.info({ file: hash, why, output }, 'an old Office document was not converted');
      signal.throwIfAborted();
      // A slow machine and a small container (execution.max_memory) are no faults of the document.
      const isPassing = !ran.ok || ran.timedOut || ran.oomKilled;
      this.failed.set(key, isPassing ? { why, until: this.parts.clock.monotonic() + FAULT_MS } : { why });
      return { ok: false, why, isPassing };
    });
  }

  /** True if the sandbox's image has the program: looked for once for each image. Undefined where no code is run. */
  async isThere(signal: AbortSignal): Promise<boolean | undefined> {
    const image = await this.imageId(signal);
    if (image === undefined) return undefined;
    const hasProgram = this.images.get(image);
    if (hasProgram !== undefined) return hasProgram;
    const ran = await this.run(['sh', '-c', LOOK], signal, { timeoutMs: LOOK_WITHIN_MS });
    if (!ran.ok) return undefined;
    this.images.set(image, ran.exitCode === 0);
    return ran.exitCode === 0;
  }

  /** Undefined where no code is run, or Docker cannot be asked now. */
  private async imageId(signal: AbortSignal): Promise<string | undefined> {
    const { sandbox } = this.parts;
    if (!sandbox.settings.enabled) return undefined;
    const facts = await sandbox.facts(signal);
    return facts.ok ? facts.image : undefined;
  }

  private async run(
    command: readonly string[],
    signal: AbortSignal,
    options: { files?: { path: string; content: Buffer }[]; timeoutMs: number },
  ): Promise<Ran | SandboxFailure> {
    const workspace = this.parts.sandbox.workspaces.alone({ isOffline: true });
    try {
      return await workspace.run(command, { ...options, signal });
    } finally {
      await workspace.close().catch((error: unknown) => {
        this.parts.log.warn({ error: messageOf(error) }, 'a container could not be closed');
      });
    }
  }
}

function whyNot(ran: Ran | SandboxFailure): string {
  if (!ran.ok) return `could not be run: ${ran.message.replace(/\.$/, '')}`;
  if (ran.timedOut) return 'took more than a minute';
  if (ran.oomKilled) return 'needed more memory than a container has (execution.max_memory)';
  // The program ends well where it cannot open a document.
  if (ran.exitCode !== 0) return `stopped at it (status ${ran.exitCode}), or is not whole in the sandbox's image`;
  if (ran.leftOut.some(({ why }) => why === 'too_large')) return 'made more of it than a container may give';
  return 'could not open it; it may be broken, or locked with a password';
}
