import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './ports.ts';

/** Path of a program; empty where it is not installed. */
export function programAt(name: string): string {
  try {
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
    return execFileSync('sh', ['-c', `command -v ${name}`], { env, encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** A server of nginx with these lines in its `server` block. */
const ofNginx = (folder: string, port: number, lines: string) => `
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  gzip on;
  gzip_types *;
  server {
    listen 127.0.0.1:${port};
    ${lines}
  }
}
`;

/** A site of Caddy with these lines, without TLS. */
const ofCaddy = (_: string, port: number, lines: string) => `
{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  ${lines}
}
`;

const KINDS = {
  nginx: { config: ofNginx, args: (file: string, folder: string) => ['-p', folder, '-c', file] },
  caddy: { config: ofCaddy, args: (file: string) => ['run', '--config', file, '--adapter', 'caddyfile'] },
};

/** A proxy as people have one in front of coda, with the lines that the documentation gives for it. */
export class RealProxy {
  /** Address of coda; `start` puts it into the lines. */
  upstream = '';
  private readonly kind: keyof typeof KINDS;
  private readonly lines: string;
  private readonly prefix: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'coda-proxy-'));
  private port = 0;
  private child: ChildProcess | undefined;

  /** `lines`: with `127.0.0.1:8321` for coda's address. */
  constructor(kind: keyof typeof KINDS, lines: string, prefix: string) {
    this.kind = kind;
    this.lines = lines;
    this.prefix = prefix;
  }

  async open(): Promise<string> {
    this.port = await freePort();
    return `http://127.0.0.1:${this.port}${this.prefix}`;
  }

  async start(): Promise<void> {
    const { config, args } = KINDS[this.kind];
    const file = join(this.folder, 'config');
    const lines = this.lines.replaceAll('127.0.0.1:8321', new URL(this.upstream).host);
    writeFileSync(file, config(this.folder, this.port, lines));
    const env = { ...process.env, HOME: this.folder, XDG_DATA_HOME: this.folder, XDG_CONFIG_HOME: this.folder };
    this.child = spawn(programAt(this.kind), args(file, this.folder), { env, stdio: 'ignore' });
    await eventually(() =>
      fetch(`http://127.0.0.1:${this.port}/`).then(
        () => true,
        () => false,
      ),
    );
  }

  async close(): Promise<void> {
    if (this.child && this.child.exitCode === null) {
      // Caddy would wait for connections that are open.
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
