import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FakeSlack } from './index.ts';
import { wholeFile } from './methods.ts';
import { type Body, type Channel, Refusal, type SlackFile } from './model.ts';

/** Files: uploads by address (docs.slack.dev/messaging/working-with-files#upload), and what is served of them. */
export class Files {
  readonly all = new Map<string, SlackFile>();
  /** Names of files that were asked for. */
  readonly fetched: string[] = [];
  /** Ids that were completed, in order, repeats included. */
  readonly completed: string[] = [];
  /** Keeps back what is uploaded and downloaded. */
  hold: Promise<void> | undefined;
  private readonly fake: FakeSlack;
  private count = 0;

  constructor(fake: FakeSlack) {
    this.fake = fake;
  }

  make(name: string, mimetype: string, bytes: Uint8Array): SlackFile {
    const id = `F${String(++this.count).padStart(8, '0')}`;
    const url_private = `${this.fake.origin}/files/${id}/${encodeURIComponent(name)}`;
    const file: SlackFile = {
      ...{ id, name, mimetype, bytes, url_private },
      size: bytes.byteLength,
      uploaded: true,
      completed: true,
      shares: new Map(),
    };
    this.all.set(id, file);
    return file;
  }

  get(id: string): SlackFile {
    const file = this.all.get(id);
    if (!file || file.deleted) throw new Refusal('file_not_found');
    return file;
  }

  shown(file: SlackFile): Body {
    return wholeFile(file);
  }

  begin(filename: string, length: number): Body {
    if (filename === '' || !(length > 0)) throw new Refusal('invalid_arguments');
    const file = this.make(filename, 'application/octet-stream', new Uint8Array());
    Object.assign(file, { uploaded: false, completed: false, size: length });
    return { upload_url: `${this.fake.origin}/upload/${file.id}`, file_id: file.id };
  }

  complete(channel: Channel, files: { id: string }[], thread: string | undefined): Body {
    if (!Array.isArray(files) || files.length === 0) throw new Refusal('invalid_arguments');
    const found = files.map(({ id }) => this.get(id));
    if (found.some(({ uploaded }) => !uploaded)) throw new Refusal('internal_error');
    this.completed.push(...found.map(({ id }) => id));
    // A file that is shared in the channel already is not shared a second time.
    const fresh = found.filter(({ shares }) => !shares.has(channel.id));
    for (const file of found) file.completed = true;
    if (fresh.length > 0) {
      const args = thread === undefined ? {} : { thread_ts: thread };
      this.fake.messages.post(channel, this.fake.bot, { text: '', blocks: [] }, args, fresh);
    }
    return { files: found.map(({ id, name: title }) => ({ id, title })) };
  }

  remove(id: string): Body {
    const file = this.get(id);
    file.deleted = true;
    for (const channel of this.fake.channels.values()) {
      for (const message of channel.messages) if (message.files.includes(file)) message.deleted = true;
    }
    return {};
  }

  serve(request: IncomingMessage, body: Buffer, response: ServerResponse): boolean {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const [, kind, id = ''] = path.split('/');
    const file = this.all.get(id);
    if (!file) return false;
    if (kind === 'upload') {
      void this.take(file, body, response);
      return true;
    }
    if (kind !== 'files') return false;
    this.fetched.push(file.name);
    void this.give(file, request, response);
    return true;
  }

  private async give(file: SlackFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.hold;
    // Without a good token, or without the scope, there is a page to sign in, with a status of success.
    if (
      file.gone ||
      !this.fake.scopes.has('files:read') ||
      request.headers.authorization !== `Bearer ${this.fake.botToken}`
    ) {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    } else response.writeHead(200, { 'content-type': file.mimetype }).end(file.bytes);
  }

  private async take(file: SlackFile, body: Buffer, response: ServerResponse): Promise<void> {
    await this.hold;
    if (body.length !== file.size) response.writeHead(400).end('length');
    else {
      Object.assign(file, { uploaded: true, bytes: new Uint8Array(body) });
      response.writeHead(200).end(`OK - ${body.length}`);
    }
  }
}
