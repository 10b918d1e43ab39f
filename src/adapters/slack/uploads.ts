import { type Part, type Receipt, uploadOf } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import { type Api, isSlackAddress } from './client.ts';
import { UPLOADS } from './files.ts';
import { errorOf, SlackUnclear } from './outcome.ts';

const UPLOAD_WITHIN_MS = 60_000;

/** Files by Slack's upload addresses (docs.slack.dev/messaging/working-with-files#upload). */
export class Uploads {
  private readonly artifacts: Artifacts;
  private readonly apiUrl: string | undefined;

  constructor(artifacts: Artifacts, apiUrl: string | undefined) {
    this.artifacts = artifacts;
    this.apiUrl = apiUrl;
  }

  /**
   * Shares the files of a part. Their ids are kept before they are completed, so that a repeat completes the same ones,
   * which Slack shares once.
   */
  async share(
    api: Api,
    part: Part,
    { channel, thread }: { channel: string; thread: string | undefined },
  ): Promise<Receipt> {
    const ids = idsOf(part.progress) ?? (await this.upload(api, part));
    const files = ids.map((id) => ({ id }));
    await api('files.completeUploadExternal', { files, channel_id: channel, ...(thread && { thread_ts: thread }) });
    return { id: ids[0] ?? '', channel, files: ids };
  }

  /** Whether the files that an earlier attempt has uploaded are shared in the channel. Throws what a request throws. */
  async find(api: Api, part: Part, channel: string): Promise<Receipt | undefined> {
    const ids = idsOf(part.progress);
    const [first] = ids ?? [];
    if (!ids || first === undefined) return undefined;
    const { file } = await api<{ file?: { shares?: Record<string, Record<string, unknown>> } }>('files.info', {
      file: first,
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

  private async upload(api: Api, part: Part): Promise<string[]> {
    const { files } = await uploadOf(part.content, this.artifacts, UPLOADS);
    const ids: string[] = [];
    for (const { name, data } of files) {
      // Slack takes no file without bytes.
      const bytes = data.byteLength > 0 ? data : Buffer.from('\n');
      const { upload_url: url = '', file_id: id = '' } = await api<{ upload_url?: string; file_id?: string }>(
        'files.getUploadURLExternal',
        { filename: name, length: bytes.byteLength },
      );
      if (!isSlackAddress(url, this.apiUrl) || id === '')
        throw new SlackUnclear('upload', 'no address to upload to', true);
      const answer = await fetch(url, {
        method: 'POST',
        body: new Uint8Array(bytes),
        redirect: 'error',
        signal: AbortSignal.timeout(UPLOAD_WITHIN_MS),
      }).catch((error: Error) => {
        // Nothing is shown before it is completed.
        throw new SlackUnclear('upload', error.message, true);
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new SlackUnclear('upload', `status ${answer.status}`, true);
      ids.push(id);
    }
    await part.keep?.({ files: ids });
    return ids;
  }
}

function idsOf(progress: unknown): string[] | undefined {
  const { files } = (progress ?? {}) as { files?: unknown };
  return Array.isArray(files) && files.every((each) => typeof each === 'string') ? files : undefined;
}
