/** What the fake Slack knows: people, conversations, messages. Field names are the API's. */

export type Body = Record<string, unknown>;

export interface User {
  id: string;
  name: string;
  real_name: string;
  tz: string;
  team_id: string;
  is_bot: boolean;
  /** Of another workspace, in a shared channel (Slack Connect). */
  is_stranger: boolean;
}

export interface SlackFile {
  id: string;
  name: string;
  mimetype: string;
  size: number;
  bytes: Uint8Array;
  url_private: string;
  /** Its bytes were uploaded, and it was completed. */
  uploaded: boolean;
  completed: boolean;
  /** Where it is shared: the `ts` by channel. */
  shares: Map<string, string>;
  mode?: string;
  /** Of a clip: `slack_audio`; and who has uploaded it. */
  subtype?: string;
  user?: string;
  /** The service that keeps it, of one that is not kept in Slack. */
  external_type?: string;
  deleted?: boolean;
  /** Somebody of another workspace has shared it. */
  isForeign?: boolean;
  /** The server serves nothing, or a page to sign in. */
  gone?: boolean;
}

export interface Message {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks: Body[];
  thread_ts?: string;
  bot_id?: string;
  subtype?: string;
  metadata?: Body;
  edited?: { user: string; ts: string };
  files: SlackFile[];
  attachments: Body[];
  team: string;
  /** Only this person sees it, and no method finds it. */
  only?: string;
  deleted?: boolean;
  /** Names of the emoji that coda has put on it. */
  reactions?: string[];
  /** How often it was changed. */
  changes: number;
}

export interface Channel {
  id: string;
  kind: 'channel' | 'group' | 'im' | 'mpim';
  name: string;
  members: Set<string>;
  archived: boolean;
  /** Shared with another workspace. */
  is_ext_shared: boolean;
  messages: Message[];
}

export interface View {
  id: string;
  user: string;
  type: 'modal' | 'home';
  hash: string;
  callback_id: string;
  private_metadata: string;
  blocks: Body[];
  title?: Body;
}

/** A refusal: `{ ok: false, error }` (docs.slack.dev/apis/web-api/#responses). */
export class Refusal extends Error {
  readonly more: Body;

  constructor(error: string, more: Body = {}) {
    super(error);
    this.more = more;
  }
}

/** Everything that a message shows, as text. */
export function wordsOf({ text, blocks }: Message): string {
  const shown = blocks.flatMap((block): string[] => {
    if (block.type === 'markdown') return [String(block.text)];
    if (block.type === 'section' || block.type === 'header') return [String((block.text as Body).text)];
    if (block.type === 'context') return (block.elements as Body[]).map((each) => String(each.text));
    return [];
  });
  return shown.length > 0 ? shown.join('\n') : text;
}

/** The buttons of a message or a view. */
export function buttonsOf({ blocks }: { blocks: Body[] }): Body[] {
  return blocks.flatMap((block) => {
    if (block.type === 'actions') return block.elements as Body[];
    const { accessory } = block as { accessory?: Body };
    return accessory ? [accessory] : [];
  });
}
