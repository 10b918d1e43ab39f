import { sleep } from '../../base/async.ts';
import type { FileSource, FoundFile, PendingFile, UploadLimits } from '../../delivery/index.ts';
import { type Api, isSlackAddress } from './client.ts';
import type { SlackConfig, SlackOptions } from './config.ts';
import { isOutage, SlackLimit, SlackRefusal } from './outcome.ts';
import type { RawFile, RawMessage } from './parse.ts';
import { asFile } from './shapes.ts';
import * as texts from './texts.ts';

/** Limits of coda's uploads: Slack itself takes 1 GB a file. */
export const UPLOADS: UploadLimits = { each: 50 * 1024 * 1024, most: 10, together: 60 * 1024 * 1024 };

/** Reference to a file: its id, or an address of Slack's own, which nobody reads without the token. */
type At = { id: string; url?: string };

/** Services that keep files for Slack, by `external_type` (docs.slack.dev/reference/objects/file-object). */
const KEEPERS: Readonly<Record<string, string>> = {
  gdrive: 'Google Drive',
  dropbox: 'Dropbox',
  box: 'Box',
  onedrive: 'OneDrive',
  sharepoint: 'SharePoint',
};

/** A file as it is stored with its message, with why it cannot be had where Slack says so; nothing of what is gone. Pure. */
export function pendingOf(file: RawFile, { api_url: api }: SlackConfig): PendingFile[] {
  const { id, name, title, mimetype: type, size = 0, mode, external_type: by = '' } = file;
  if (mode === 'tombstone') return [];
  if (mode === 'hidden_by_limit')
    return [{ name: name ?? title ?? texts.unnamedFile(), size, at: { id }, whyNot: texts.hiddenByLimit() }];
  if (mode === 'external') {
    const keeper = Object.hasOwn(KEEPERS, by) ? KEEPERS[by] : undefined;
    return [{ name: name ?? title ?? id, size, at: { id }, whyNot: texts.keptElsewhere(keeper) }];
  }
  const url = addressOf(file);
  const at: At = url !== undefined && isSlackAddress(url, api) ? { id, url } : { id };
  return [{ name: name ?? id, ...(type !== undefined && { type }), size, at }];
}

/** A clip that its author has recorded in Slack for this message, rather than passed on. */
export function isOwnVoice({ subtype, user, id }: RawFile, message: Pick<RawMessage, 'user' | 'files'>): boolean {
  const isOwn = user !== undefined && user === message.user && message.files?.some((file) => file.id === id) === true;
  return subtype === 'slack_audio' && isOwn;
}

export function fileSource({ config }: Pick<SlackOptions, 'config'>, api: () => Api | undefined): FileSource {
  const locate = async ({ at, whyNot, ...file }: PendingFile, signal: AbortSignal): Promise<FoundFile | undefined> => {
    if (whyNot !== undefined) return undefined;
    const { id, url } = at as At;
    if (url !== undefined) return withToken({ ...file, url }, config);
    const raw = await infoOf(id, api(), signal);
    const fileUrl = raw && addressOf(raw);
    if (!raw || fileUrl === undefined) return undefined;
    const { name, mimetype: type = file.type, size = file.size } = raw;
    return withToken({ ...file, name: name ?? file.name, type, size, url: fileUrl }, config);
  };
  return {
    title: 'Slack',
    maxMb: config.max_file_mb,
    locate: (files, _, signal) => Promise.all(files.map((file) => locate(file, signal))),
  };
}

function addressOf({ url_private_download: download, url_private: view }: RawFile): string | undefined {
  return download ?? view;
}

/** The token goes to Slack's own addresses only: a file may stand elsewhere. Pure. */
export function withToken(file: FoundFile, { api_url: api, bot_token: token }: SlackConfig): FoundFile {
  return isSlackAddress(file.url, api) ? { ...file, headers: { authorization: `Bearer ${token}` } } : file;
}

/** Refusals that are about the file, though elsewhere they are about the token. */
const DENIED: readonly string[] = ['access_denied', 'no_permission'];

const LONGEST_LIMIT_MS = 30_000;

/** A file of a shared channel comes by its id alone (docs.slack.dev/reference/events/message/file_share). */
async function infoOf(id: string, api: Api | undefined, signal: AbortSignal): Promise<RawFile | undefined> {
  if (!api) throw new Error('not signed in to Slack');
  try {
    return asFile(await api('files.info', { file: id })).file;
  } catch (error) {
    // Deleted, or not to be seen from here.
    if (error instanceof SlackRefusal && (!isOutage(error) || DENIED.includes(error.error))) return undefined;
    if (!(error instanceof SlackLimit) || error.afterMs > LONGEST_LIMIT_MS) throw error;
    await sleep(error.afterMs, signal);
    return infoOf(id, api, signal);
  }
}
