/** A publisher of catalogs on this machine: it signs as minisign does, and serves what the test says. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import type { Json } from '../../../src/base/json.ts';
import type { ShownLook } from '../../../src/skills/skill-market/operations.ts';
import { zip } from '../../agent-skills/support/zip.ts';
import { skillText } from '../../agent-skills/support.ts';
import type { Play } from '../../support/play.ts';
import { freePort } from '../../support/ports.ts';

/** Stands for a public address: the owner has allowed it. */
const PUBLIC = '127.0.0.22';

/** A key pair of minisign. */
export class Signer {
  private readonly id = randomBytes(8);
  private readonly secret: KeyObject;
  /** The second line of `minisign.pub`. */
  readonly key: string;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.secret = privateKey;
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    this.key = Buffer.concat([Buffer.from('Ed'), this.id, raw]).toString('base64');
  }

  /** The text of a `.minisig`. */
  sign(content: string | Buffer, { isLegacy = false, comment = 'timestamp:1795168800' } = {}): string {
    const bytes = Buffer.from(content as string);
    const message = isLegacy ? bytes : createHash('blake2b512').update(bytes).digest();
    const signature = sign(null, message, this.secret);
    const global = sign(null, Buffer.concat([signature, Buffer.from(comment)]), this.secret);
    const line = Buffer.concat([Buffer.from(isLegacy ? 'Ed' : 'ED'), this.id, signature]).toString('base64');
    return `untrusted comment: signature\n${line}\ntrusted comment: ${comment}\n${global.toString('base64')}\n`;
  }
}

export const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A bundle with a skill of that name, and `files` beside its SKILL.md. */
export function bundle(name: string, files: Record<string, string> = {}): Buffer {
  const all = { 'SKILL.md': skillText(name), ...files };
  return zip(Object.entries(all).map(([path, content]) => ({ name: `${name}/${path}`, content })));
}

type Serve = (response: ServerResponse) => void;

export class Publisher implements AsyncDisposable {
  readonly signer = new Signer();
  port = 0;
  /** Connections to an address that nobody may reach. */
  trapped = 0;
  readonly asked: string[] = [];
  private readonly paths = new Map<string, Serve>();
  private server!: Server;
  private trap!: TcpServer;

  static async open(): Promise<Publisher> {
    const it = new Publisher();
    it.port = await freePort();
    it.server = createServer(({ url = '' }, response) => {
      it.asked.push(url);
      const serve = it.paths.get(url);
      if (serve) serve(response);
      else response.writeHead(404).end('<h1>Not found</h1>');
    }).listen(it.port, PUBLIC);
    it.trap = createTcpServer((socket) => {
      it.trapped++;
      socket.destroy();
    }).listen(it.port, '127.0.0.1');
    await Promise.all([once(it.server, 'listening'), once(it.trap, 'listening')]);
    return it;
  }

  /** For a coda that may reach it. */
  get config(): Record<string, unknown> {
    return { 'egress.i_understand_private': [{ network: `${PUBLIC}/32`, port: this.port }] };
  }

  at(path: string): string {
    return `http://${PUBLIC}:${this.port}${path}`;
  }

  /** An address inside, which nobody may be led to. */
  get inside(): string {
    return `http://127.0.0.1:${this.port}/secret`;
  }

  serve(path: string, what: string | Buffer | Serve): string {
    this.paths.set(path, typeof what === 'function' ? what : (response) => void response.writeHead(200).end(what));
    return this.at(path);
  }

  gone(path: string): void {
    this.paths.delete(path);
  }

  redirect(path: string, to: string): string {
    return this.serve(path, (response) => void response.writeHead(302, { location: to }).end());
  }

  /** A catalog in coda's format with these skills; each one's bundle is served. */
  catalog(
    skills: Record<string, Buffer | [Buffer, Record<string, unknown>]>,
    more: Record<string, unknown> = {},
  ): Record<string, unknown> {
    const entries = Object.entries(skills).map(([id, given]) => {
      const [bytes, own] = Array.isArray(given) ? given : [given, {}];
      const url = this.serve(`/bundles/${sha256(bytes)}.skill`, bytes);
      return { id, version: '1.0.0', description: `Does ${id}.`, tags: ['office'], url, sha256: sha256(bytes), ...own };
    });
    return {
      format: 'coda-skill-catalog/1',
      name: 'Skills of the office',
      serial: 1,
      created: '2026-11-19T00:00:00Z',
      expires: '2027-02-01T00:00:00Z',
      key: this.signer.key,
      skills: entries,
      ...more,
    };
  }

  /** Puts a catalog at `path`, signed; returns its address. */
  publish(path: string, catalog: unknown, by = this.signer, isLegacy = false): string {
    const text = typeof catalog === 'string' ? catalog : JSON.stringify(catalog);
    this.serve(`${path}.minisig`, by.sign(text, { isLegacy }));
    return this.serve(path, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    this.trap.close();
  }
}

/** Carries out a verb as a command of the terminal does. */
export async function ask<T>(coda: Play, verb: string, args: Record<string, Json>): Promise<T> {
  const act = await coda.app.findVerb(`skills-market-${verb}`);
  if (!act) throw new Error(`there is no verb ${verb}`);
  return (await act(args)) as T;
}

/** Looks at a skill and approves what was shown, as `coda skills market install ID --approval approved`. */
export async function install(coda: Play, args: Record<string, Json>): Promise<ShownLook> {
  const look = await ask<ShownLook>(coda, 'look', args);
  await ask(coda, 'install', { ...args, pin: look.inquest.pin.hash });
  return look;
}
