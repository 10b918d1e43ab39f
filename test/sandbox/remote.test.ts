import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DOCKER, freshInstallation, leftovers, testSandbox } from '../support/docker.ts';
import { requireService } from '../support/postgres.ts';
import { good } from '../support/sandbox-contract.ts';
import { testWorld } from '../support/world.ts';

requireService('CODA_TEST_DOCKER');

/** What dockerode speaks SSH with. */
const ssh = createRequire(createRequire(import.meta.url).resolve('dockerode'))('ssh2');

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'coda-remote-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

/** Listens until the test has ended; resolves with its port. */
async function listening(server: Pick<Server, 'listen' | 'close' | 'address' | 'on' | 'once'>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server as Server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Joins a stream to Docker's socket. */
function toDocker(stream: Duplex): void {
  const docker = connect(DOCKER?.socket ?? '');
  stream.pipe(docker).pipe(stream);
  stream.on('error', () => docker.destroy());
  docker.on('error', () => stream.destroy());
  stream.on('close', () => docker.destroy());
}

/** A sandbox on that address, closed with its test. */
function on(docker_socket: string, settings: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  const installation = freshInstallation();
  const sandbox = testSandbox({ docker_socket, ...settings }, { installation, world: testWorld({ env }) });
  onTestFinished(() => sandbox.close());
  return { sandbox, installation };
}

/** A file goes in, a program makes another of it, and nothing is left. */
async function works({ sandbox, installation }: ReturnType<typeof on>): Promise<void> {
  const session = good(await sandbox.open());
  good(await session.put([{ path: 'a.txt', content: 'far away' }]));
  const script = 'cat > output/in.txt; tr a-z A-Z < a.txt > output/out.txt; echo done';
  expect(good(await session.exec(['sh', '-c', script], { stdin: 'typed' })).stdout).toBe('done\n');
  const files: string[] = [];
  await session.collect(async ({ name, content }) => {
    for await (const chunk of content) files.push(`${name}: ${chunk}`);
  });
  expect(files.sort()).toEqual(['in.txt: typed', 'out.txt: FAR AWAY']);
  await session.close();
  await sandbox.reap();
  expect(await leftovers(installation)).toEqual([]);
}

describe.skipIf(!DOCKER)('an engine elsewhere', () => {
  /** An authority, and what it signs: `NAME.pem` and `NAME.key` in a folder. */
  function authority() {
    const home = folder();
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const make = (name: string, ...more: string[]) =>
      execFileSync(
        'openssl',
        ['req', '-x509', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`, ...more],
        { cwd: home, stdio: 'ignore' },
      );
    make('ca');
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'basicConstraints=CA:FALSE'];
    make('server', ...signed, '-addext', 'subjectAltName=IP:127.0.0.1');
    make('client', ...signed);
    const read = (name: string) => readFileSync(join(home, name));
    /** What `docker_tls` names. */
    const keys = (ca = read('ca.pem')) => {
      const made = folder();
      writeFileSync(join(made, 'ca.pem'), ca);
      writeFileSync(join(made, 'cert.pem'), read('client.pem'));
      writeFileSync(join(made, 'key.pem'), read('client.key'));
      return made;
    };
    return { read, keys };
  }

  test('by TCP with TLS runs code; who has other keys, or none, is turned away and told', async () => {
    const own = authority();
    const options = { key: own.read('server.key'), cert: own.read('server.pem'), ca: own.read('ca.pem') };
    const server = createTlsServer(
      { ...options, requestCert: true, rejectUnauthorized: true, allowHalfOpen: true },
      toDocker,
    );
    const address = `tcp://127.0.0.1:${await listening(server)}`;
    await works(on(address, { docker_tls: own.keys() }));

    const foreign = authority();
    const [stranger, believer] = [foreign.keys(), foreign.keys(own.read('ca.pem'))];
    // It does not know the server; the server does not know it; there is nothing to be known by.
    for (const docker_tls of [stranger, believer, folder()]) {
      expect(await on(address, { docker_tls }).sandbox.open()).toMatchObject({
        code: 'SANDBOX_UNREACHABLE',
        message: expect.stringMatching(/signed|unable|verify|certificate|unknown ca|ECONNRESET|hang up|ca\.pem/i),
      });
    }
  });

  /** A machine that is reached by SSH, and an agent with the key that it knows. */
  async function machine(hostKeys: { private: string }[]) {
    const key = ssh.utils.generateKeyPairSync('ed25519');
    const secret = ssh.utils.parseKey(key.private);
    type Auth = { method: string; key?: { data: Buffer }; accept(): void; reject(methods: string[]): void };
    const server = new ssh.Server({ hostKeys: hostKeys.map((each) => each.private) }, (client: Duplex) => {
      client.on('error', () => {});
      client.on('authentication', (asked: Auth) => {
        const isKnown = asked.method === 'publickey' && asked.key?.data.equals(secret.getPublicSSH());
        if (isKnown) asked.accept();
        else asked.reject(['publickey']);
      });
      client.on('session', (accept: () => Duplex) => {
        accept().on('exec', (take: () => Duplex, refuse: () => void, { command }: { command: string }) => {
          if (command === 'docker system dial-stdio') toDocker(take());
          else refuse();
        });
      });
    });
    const port = await listening(server);
    const agentAt = async (keys: unknown[]) => {
      const path = join(folder(), 'agent.sock');
      const agent = createServer((socket: Socket) => {
        const protocol = new ssh.AgentProtocol(false);
        protocol.on('identities', (asked: unknown) => protocol.getIdentitiesReply(asked, keys));
        protocol.on('sign', (asked: unknown, _: unknown, data: Buffer) => protocol.signReply(asked, secret.sign(data)));
        socket.pipe(protocol).pipe(socket);
        socket.on('error', () => {});
      }).listen(path);
      await once(agent, 'listening');
      onTestFinished(() => void agent.close());
      return path;
    };
    /** A home folder whose `known_hosts` has these keys of the machine. */
    const knowing = (...publicKeys: string[]) => {
      const home = folder();
      mkdirSync(join(home, '.ssh'));
      const lines = publicKeys.map((each) => `[localhost]:${port} ${each.split(' ').slice(0, 2).join(' ')}\n`);
      writeFileSync(join(home, '.ssh', 'known_hosts'), lines.join(''));
      return home;
    };
    return { address: `ssh://ana@localhost:${port}`, agentAt, knowing, secret };
  }

  test('by SSH runs code, whichever of its keys is known; an unknown one, or no agent, is told', async () => {
    const [first, second] = [
      ssh.utils.generateKeyPairSync('ed25519'),
      ssh.utils.generateKeyPairSync('ecdsa', { bits: 256 }),
    ];
    const { address, agentAt, knowing, secret } = await machine([first, second]);
    const SSH_AUTH_SOCK = await agentAt([secret]);
    const warnings: string[] = [];
    const listen = ({ message }: Error) => void warnings.push(message);
    process.on('warning', listen);
    onTestFinished(() => void process.off('warning', listen));
    await works(on(address, {}, { HOME: knowing(second.public), SSH_AUTH_SOCK }));

    const told = async (env: Record<string, string>) => {
      const came = await on(address, {}, env).sandbox.open();
      return came.ok ? 'opened' : `${came.code} ${came.message}`;
    };
    expect(await told({ HOME: knowing(), SSH_AUTH_SOCK })).toMatch(/^SANDBOX_UNREACHABLE .*known_hosts/);
    const other = ssh.utils.generateKeyPairSync('ed25519').public;
    expect(await told({ HOME: knowing(other), SSH_AUTH_SOCK })).toMatch(/^SANDBOX_UNREACHABLE .*host/i);
    const strange = { HOME: knowing(first.public), SSH_AUTH_SOCK: await agentAt([]) };
    expect(await told(strange)).toMatch(/^SANDBOX_UNREACHABLE .*authentication/i);
    expect(await told({ HOME: knowing(first.public) })).toMatch(/^SANDBOX_UNREACHABLE .*authentication/i);
    expect(warnings, 'each address is a valid one').toEqual([]);
  });

  test('behind a socket proxy is asked for nothing but what docs/sandbox.md lets through', async () => {
    const LET_THROUGH = /^\/(v[\d.]+\/)?(containers|exec|images|volumes|events|info|version|_ping)\b/;
    const refused: string[] = [];
    const proxy = createHttpServer((asked, answer) => {
      const { method, url = '', headers } = asked;
      if (!LET_THROUGH.test(url)) {
        refused.push(url);
        return answer.writeHead(403).end();
      }
      const call = request({ socketPath: DOCKER?.socket, method, path: url, headers }, (came) => {
        answer.writeHead(came.statusCode ?? 500, came.headers);
        came.pipe(answer);
      });
      call.on('error', () => answer.destroy());
      answer.on('close', () => call.destroy());
      asked.pipe(call);
    });
    proxy.on('upgrade', ({ method, url, rawHeaders }, socket: Duplex, head: Buffer) => {
      const docker = connect(DOCKER?.socket ?? '');
      const lines = rawHeaders.flatMap((name: string, index: number) =>
        index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : [],
      );
      docker.write(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      docker.write(head);
      socket.pipe(docker).pipe(socket);
      for (const each of [socket, docker]) each.on('error', () => {});
    });
    onTestFinished(() => proxy.closeAllConnections());
    await works(on(`tcp://127.0.0.1:${await listening(proxy)}`));
    expect(refused).toEqual([]);
  });
});
