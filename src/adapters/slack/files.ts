import type { Attached, UploadLimits } from '../../delivery/index.ts';
import { isSlackAddress } from './client.ts';
import type { SlackConfig } from './config.ts';
import type { RawFile } from './parse.ts';

/** What coda sends: Slack itself takes 1 GB a file. */
export const UPLOADS: UploadLimits = { each: 50 * 1024 * 1024, most: 10, together: 60 * 1024 * 1024 };

/**
 * A file that came with a message. The token goes to Slack's own addresses only: a file may stand elsewhere, and what is
 * gone or not Slack's has none. Pure.
 */
export function attachedTo(file: RawFile, { api_url: api, bot_token: token }: SlackConfig): Attached[] {
  const { id, name, mimetype: type, size = 0, url_private_download: download, url_private: shown, mode } = file;
  if (mode === 'tombstone' || mode === 'hidden_by_limit') return [];
  const url = download ?? shown ?? '';
  const attached = { name: name ?? id, type, size, url };
  return [isSlackAddress(url, api) ? { ...attached, headers: { authorization: `Bearer ${token}` } } : attached];
}
