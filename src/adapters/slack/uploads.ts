import { deadline, unlessAborted, withTimeout } from '../../base/async.ts';
import { type Part, type Receipt, uploadOf } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import { type Api, isSlackAddress } from './client.ts';
import { UPLOADS } from './files.ts';
import { errorOf, SlackUnclear } from './outcome.ts';

/** Milliseconds for one file: 50 MB over a slow line. */
const UPLOAD_WITHIN_MS = 120_000;
/** An attempt at a part has 10 s: what takes longer goes on, and a later attempt shares it. */
const ATTEMPT_WAITS_MS = 7_000;

/** Files by Slack's upload addresses (docs.slack.dev/messaging/working-with-files#upload). */
export class Uploads {
  private readonly artifacts: Artifacts;
  private readonly apiUrl: string | undefined;
  private readonly api: () => Api | undefined;
  /** Running uploads by the part's key, so that none is uploaded twice at once. */
  private readonly underway = new Map<string, Promise<string[]>>();
  private readonly over = new AbortController();

  constructor(artifacts: Artifacts, apiUrl: string | undefined, api: () => Api | undefined) {
    this.artifacts = artifacts;
    this.apiUrl = apiUrl;
    this.api = api;
  }

  /**
   * Shares the files of a part. The id of each is kept as it is uploaded, and all of them before they are completed, so that
   * a repeat completes the same ones, which Slack shares once. Nobody sees them before.
   */
  async share(
    api: Api,
    part: Part,
    { channel, thread }: { channel: string; thread: string | undefined },
    signal: AbortSignal,
  ): Promise<Receipt> {
    try {
      return await this.complete(api, part, { channel, thread }, signal);
    } catch (error) {
      // Slack does not keep for ever what was not completed.
      if (errorOf(error) !== 'file_not_found' || idsOf(part.progress).length === 0) throw error;
      await part.keep?.({ files: [] });
      return await this.complete(api, { ...part, progress: { files: [] } }, { channel, thread }, signal);
    }
  }

  close(): void {
    this.over.abort();
  }

  private async complete(
    api: Api,
    part: Part,
    { channel, thread }: { channel: string; thread: string | undefined },
    signal: AbortSignal,
  ): Promise<Receipt> {
    const ids = await withTimeout(ATTEMPT_WAITS_MS, unlessAborted(signal, this.uploadPart(part)));
    if (!ids) throw new SlackUnclear('upload', 'it is still under way', true);
    // An attempt that was given up, or has lost the part to another process, shares nothing.
    const isMine = (await part.keep?.({ files: ids, all: true })) ?? true;
    if (!isMine || signal.aborted) throw new SlackUnclear('upload', 'it came too late', true);
    const files = ids.map((id) => ({ id }));
    await api('files.completeUploadExternal', { files, channel_id: channel, ...(thread && { thread_ts: thread }) });
    return { id: ids[0] ?? '', channel, files: ids };
  }

  private uploadPart(part: Part): Promise<string[]> {
    const { progress } = part;
    if (isWhole(progress)) return Promise.resolve(idsOf(progress));
    const running = this.underway.get(part.key);
    if (running) return running;
    const upload = this.upload(part).finally(() => this.underway.delete(part.key));
    this.underway.set(part.key, upload);
    // An upload that nobody waits for is repeated by the next attempt.
    upload.catch(() => {});
    return upload;
  }

  /** The receipt, if the files that an earlier attempt has uploaded are shared in the channel. Throws what a request throws. */
  async find(api: Api, part: Part, channel: string): Promise<Receipt | undefined> {
    const ids = idsOf(part.progress);
    const [first] = ids;
    if (first === undefined || !isWhole(part.progress)) return undefined;
    const asked = api<{ file?: { shares?: Record<string, Record<string, unknown>> } }>('files.info', { file: first });
    const { file } = await asked.catch((error: unknown) => {
      // An upload that was never completed.
      if (errorOf(error) !== 'file_not_found') throw error;
      return { file: undefined };
    });
    const shares = Object.values(file?.shares ?? {}).flatMap((each) => Object.keys(each));
    return shares.includes(channel) ? { id: first, channel, files: ids } : undefined;
  }

  async remove(api: Api, ids: readonly string[]): Promise<void> {
    for (const file of ids) {
      try {
        await api('files.delete', { file });
      } catch (error) {
        if (!['file_not_found', 'file_deleted'].includes(errorOf(error) ?? '')) throw error;
      }
    }
  }

  private async upload(part: Part): Promise<string[]> {
    const api = this.api();
    if (!api) throw new SlackUnclear('upload', 'not signed in to Slack', true);
    const { files } = await uploadOf(part.content, this.artifacts, UPLOADS);
    const ids = idsOf(part.progress).slice(0, files.length);
    for (const { name, data } of files.slice(ids.length)) {
      // Slack takes no file without bytes.
      const bytes = data.byteLength > 0 ? data : Buffer.from('\n');
      const { upload_url: url = '', file_id: id = '' } = await api<{ upload_url?: string; file_id?: string }>(
        'files.getUploadURLExternal',
        { filename: name, length: bytes.byteLength },
      );
      if (!isSlackAddress(url, this.apiUrl) || id === '')
        throw new SlackUnclear('upload', 'no address to upload to', true);
      await this.put(url, bytes);
      ids.push(id);
      await part.keep?.({ files: [...ids] });
    }
    return ids;
  }

  private async put(url: string, bytes: Buffer): Promise<void> {
    using limit = deadline(UPLOAD_WITHIN_MS, this.over.signal);
    const { signal } = limit;
    const answer = await fetch(url, { method: 'POST', body: new Uint8Array(bytes), redirect: 'error', signal }).catch(
      (error: Error) => {
        // Nothing is shown before it is completed.
        throw new SlackUnclear('upload', error.message, true);
      },
    );
    await answer.body?.cancel();
    if (!answer.ok) throw new SlackUnclear('upload', `status ${answer.status}`, true);
  }
}

function idsOf(progress: unknown): string[] {
  const { files } = (progress ?? {}) as { files?: unknown };
  return Array.isArray(files) && files.every((each) => typeof each === 'string') ? files : [];
}

function isWhole(progress: unknown): boolean {
  return ((progress ?? {}) as { all?: unknown }).all === true;
}
