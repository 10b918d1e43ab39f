/** What every sandbox owes. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import type { ExecOptions, ExecResult, Sandbox, SandboxFailure, Session } from '../../src/sandbox/index.ts';
import { eventually } from './eventually.ts';
import { type TestWorld, testWorld } from './world.ts';

/** An image with sh, Python and Perl; two sessions at once; 64 KiB of output. */
export interface SandboxMaker {
  available: boolean;
  /** That image, which is an allowed one. */
  image: string;
  open(world: TestWorld): Sandbox;
  /** Stops all sessions from outside, as an operator would. */
  stopAll(): Promise<void>;
}

/** Fails with the failure's message where there is one. */
export function good<T extends { ok: true }>(value: T | SandboxFailure): T {
  if (!value.ok) throw new Error(`${value.code}: ${value.message}`);
  return value as T;
}

const python = (code: string) => ['python3', '-c', code];
const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args];

export function sandboxContract(name: string, { available, image, open, stopAll }: SandboxMaker): void {
  describe.skipIf(!available)(`a sandbox by ${name}`, () => {
    const world = testWorld();
    let sandbox: Sandbox;
    let session: Session;
    const exec = async (command: readonly string[], options?: ExecOptions): Promise<ExecResult> =>
      good(await session.exec(command, options));
    const collect = async (limits?: { files?: number; bytes?: number }) => {
      const files: Record<string, string> = {};
      const result = await session.collect(async ({ name, content }) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of content) chunks.push(chunk);
        files[name] = Buffer.concat(chunks).toString('latin1');
      }, limits);
      return { ...good(result), content: files };
    };

    beforeAll(async () => {
      sandbox = open(world);
      session = good(await sandbox.open());
    });
    afterAll(() => sandbox?.close());

    describe('a program', () => {
      test('is told of by its exit code and both of its streams', async () => {
        expect(await exec(sh('echo out; echo err >&2; exit 3'))).toMatchObject({
          exitCode: 3,
          stdout: 'out\n',
          stderr: 'err\n',
          stdoutBytes: 4,
          stderrBytes: 4,
          truncated: false,
          timedOut: false,
          oomKilled: false,
        });
        expect(await exec(sh('kill -SEGV $$'))).toMatchObject({ exitCode: 139 });
      });

      test('gets its arguments as they are, without a shell', async () => {
        const args = ['a b', '"\'$HOME`id`', 'two\nlines', '', '-x', '*', 'ü😀'];
        const { stdout } = await exec([...python('import sys\nfor a in sys.argv[1:]: print(ascii(a))'), ...args]);
        expect(stdout.trimEnd().split('\n')).toHaveLength(args.length);
        expect(stdout).toContain("'two\\nlines'");
        expect(stdout).toContain("'\"\\'$HOME`id`'");
      });

      test('gets its input, its variables and its folder', async () => {
        const input = 'ä'.repeat(200_000);
        const script = 'wc -c; echo $A; pwd';
        const { stdout } = await exec(sh(script), { stdin: input, env: { A: 'x=y z' }, cwd: '/tmp' });
        expect(stdout).toBe('400000\nx=y z\n/tmp\n');
        expect(await exec(['cat'], { stdin: '' })).toMatchObject({ exitCode: 0, stdout: '' });
        // Nothing to read is an end, not a wait.
        expect(await exec(['cat'])).toMatchObject({ exitCode: 0, stdout: '' });
        expect(await exec(['true'], { stdin: input })).toMatchObject({ exitCode: 0 });
      });

      test('that is not there, or cannot be run, has the exit code that a shell gives it', async () => {
        expect(await exec(['no-such-program'])).toMatchObject({ exitCode: 127, stdout: '' });
        expect(await exec(['/etc/passwd'])).toMatchObject({ exitCode: 126, stdout: '' });
        expect((await exec(['true'], { cwd: '/no/such/folder' })).exitCode).toBeGreaterThan(125);
      });

      test.each([[[]], [['echo', 'a\0b']]])('%j is refused', async (command) => {
        expect(await session.exec(command)).toMatchObject({ ok: false, code: 'SANDBOX_INPUT' });
      });

      test('is heard while it runs', async () => {
        const heard = deferred<string>();
        const input = deferred<string>();
        const running = session.exec(sh('echo ready; sleep 30'), {
          timeoutMs: 20_000,
          signal: AbortSignal.any([]),
          onOutput: (_, chunk) => {
            heard.resolve(Buffer.from(chunk).toString());
            // The program is still there: this reaches it.
            input.resolve('seen');
          },
        });
        expect(await heard.promise).toBe('ready\n');
        expect(await Promise.race([running, input.promise])).toBe('seen');
        await session.close();
        expect(await running).toMatchObject({ ok: false, code: 'SANDBOX_ENDED' });
        session = good(await sandbox.open());
      });

      test('that writes more than it may is ended, and what came before is there', async () => {
        let heard = 0;
        const result = await exec(['yes'], {
          onOutput: (_, chunk) => {
            heard += chunk.length;
          },
        });
        expect(result).toMatchObject({ truncated: true, timedOut: false });
        expect(result.stdoutBytes).toBeGreaterThan(64 * 1024);
        expect(heard).toBe(64 * 1024);
      });

      test('that takes too long gets SIGTERM', async () => {
        const code =
          'import signal,sys,time\nsignal.signal(15, lambda *_: (print("bye"), sys.exit(7)))\nprint("hi", flush=True)\ntime.sleep(60)';
        expect(await exec(python(code), { timeoutMs: 1_500 })).toMatchObject({
          timedOut: true,
          exitCode: 7,
          stdout: 'hi\nbye\n',
        });
      });

      test('that ignores SIGTERM gets SIGKILL, and the session goes on', async () => {
        const code = 'import signal,time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(60)';
        expect(await exec(python(code), { timeoutMs: 500 })).toMatchObject({ timedOut: true, exitCode: 137 });
        expect(await exec(['echo', 'still here'])).toMatchObject({ stdout: 'still here\n' });
      });

      test('that needs too much memory is told of, and the session goes on', async () => {
        const { oomKilled, exitCode } = await exec(python('x = bytearray(2_000_000_000)'));
        expect({ oomKilled, exitCode }).toEqual({ oomKilled: true, exitCode: 137 });
        expect(await exec(['true'])).toMatchObject({ exitCode: 0, oomKilled: false });
      });

      test('leaves nothing running, whoever holds its output', async () => {
        const { stdout } = await exec(sh('setsid sleep 600 & setsid nohup sleep 600 >/dev/null 2>&1 & echo started'));
        expect(stdout).toBe('started\n');
        expect((await exec(sh('cat /proc/[0-9]*/cmdline | tr "\\0" " "'))).stdout).not.toContain('sleep 600 sleep 600');
        const count =
          'import os\nprint(sum(open(f"/proc/{p}/cmdline").read() == "sleep\\x00600\\x00" for p in os.listdir("/proc") if p.isdigit()))';
        expect((await exec(python(count))).stdout).toBe('0\n');
      });

      test('that closes its output is waited for', async () => {
        expect(await exec(sh('exec >&- 2>&-; sleep 0.3; exit 5'))).toMatchObject({ exitCode: 5 });
      });

      test('runs after the one before it has ended', async () => {
        const one = exec(sh('sleep 0.3; echo 1 >> order'));
        const two = exec(sh('echo 2 >> order; cat order'));
        await one;
        expect((await two).stdout).toBe('1\n2\n');
      });

      test('whose listener fails is an error of the listener', async () => {
        const failing = session.exec(['echo', 'x'], {
          onOutput: () => {
            throw new Error('disk full');
          },
        });
        await expect(failing).rejects.toThrow('disk full');
        expect(await exec(['true'])).toMatchObject({ exitCode: 0 });
      });
    });

    describe('files', () => {
      test('go in and come out as they are', async () => {
        const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
        good(
          await session.put([
            { path: 'in/data.bin', content: bytes },
            {
              path: 'run',
              content: '#!/bin/sh\ncp in/data.bin $OUTPUT_DIR/\nmkdir -p /output/d\necho two > /output/d/ü.txt\n',
              executable: true,
            },
          ]),
        );
        expect(await exec(['./run'])).toMatchObject({ exitCode: 0 });
        const { content, files, leftOutCount } = await collect();
        expect(content).toEqual({ 'data.bin': Buffer.from(bytes).toString('latin1'), 'd/ü.txt': 'two\n' });
        expect([files, leftOutCount]).toEqual([2, 0]);
        expect((await exec(sh('echo more >> in/data.bin && rm -r /output/* && ls /workspace/output'))).stdout).toBe('');
      });

      test('of a skill are there to be read', async () => {
        good(await session.put([{ path: 'one/scripts/a.py', content: 'print("from a skill")' }], 'skills'));
        expect(await exec(['python3', '/skills/one/scripts/a.py'])).toMatchObject({ stdout: 'from a skill\n' });
        const { stdout } = await exec(
          sh(
            'echo x > /skills/one/scripts/a.py || rm -rf /skills/one || mv /skills/one /skills/two || chmod 777 /skills || echo none',
          ),
        );
        expect(stdout).toBe('none\n');
      });

      test('do not follow links that code has put in their way', async () => {
        await exec(sh('ln -s /skills sub; ln -s /etc/passwd target; ln -s /etc etc'));
        const files = ['sub/evil.py', 'target', 'etc/evil'].map((path) => ({ path, content: 'written' }));
        good(await session.put(files));
        const { stdout } = await exec(
          sh('ls /skills /etc | grep -c evil; grep -c written /etc/passwd; cat sub/evil.py target etc/evil'),
        );
        expect(stdout).toBe('0\n0\nwrittenwrittenwritten');
      });

      test('that are links, pipes or too large stay inside', async () => {
        await exec(sh('cd output; ln -s /etc/passwd link; mkfifo pipe; echo a > a; ln a hard; truncate -s 60M sparse'));
        const { files, leftOut } = await collect();
        expect(files).toBe(1);
        expect(leftOut.map(({ name, why }) => `${why} ${name}`).sort()).toEqual(
          expect.arrayContaining(['not_a_file link', 'not_a_file pipe', 'too_large sparse']),
        );
        await exec(sh('rm -rf output/*'));
      });

      test('are limited in number', async () => {
        await exec(sh('for i in 1 2 3 4 5; do echo $i > output/$i; done'));
        const { files, bytes } = await collect({ files: 3 });
        expect([files, bytes]).toEqual([3, 6]);
        await exec(sh('rm -rf output/*'));
      });

      test('are refused with a name that leads elsewhere', async () => {
        expect(await session.put([{ path: '../x', content: '' }])).toMatchObject({ ok: false, code: 'SANDBOX_INPUT' });
      });
    });

    describe('a session', () => {
      test('shares nothing with another', async () => {
        const other = good(await sandbox.open());
        await exec(sh('echo mine > /tmp/mine; echo mine > mine'));
        const { stdout } = good(await other.exec(sh('ls /tmp /workspace /output')));
        expect(stdout).not.toContain('mine');
        await other.close();
      });

      test('waits for its place, hears so, and can give up', async () => {
        const other = good(await sandbox.open());
        const waits: number[] = [];
        const impatient = new AbortController();
        const first = sandbox.open({}, { onWait: (before) => waits.push(before) });
        const second = sandbox.open({}, { onWait: (before) => waits.push(before), signal: impatient.signal });
        impatient.abort(new Error('enough'));
        await expect(second).rejects.toThrow('enough');
        expect(waits).toEqual([0, 1]);
        await other.close();
        await good(await first).close();
      });

      test('ends at once when its program is stopped', async () => {
        const stop = new AbortController();
        const code =
          'import signal,time\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\nprint("up", flush=True)\ntime.sleep(60)';
        const running = session.exec(python(code), {
          signal: stop.signal,
          onOutput: () => stop.abort(new Error('/stop')),
        });
        await expect(running).rejects.toThrow('/stop');
        expect(await session.exec(['true'])).toMatchObject({ ok: false, code: 'SANDBOX_ENDED' });
        expect(await session.put([{ path: 'a', content: '' }])).toMatchObject({ ok: false, code: 'SANDBOX_ENDED' });
        session = good(await sandbox.open());
      });

      test('ends when its time is up', async () => {
        const short = good(await sandbox.open({ timeoutMs: 60_000 }));
        const running = short.exec(['sleep', '60']);
        await world.clock.moveTo(new Date(world.clock.now().getTime() + 61_000));
        expect(await running).toMatchObject({ ok: false, code: 'SANDBOX_ENDED' });
      });

      test('that is stopped from outside says so, during a call and after it', async () => {
        const running = session.exec(sh('echo up; sleep 60'), { onOutput: () => stopAll() });
        expect(await running).toMatchObject({ ok: false, code: 'SANDBOX_ENDED' });
        expect(await session.collect(async () => {})).toMatchObject({ ok: false, code: 'SANDBOX_ENDED' });
        await session.close();
        session = good(await sandbox.open());
        expect(await exec(['ls'])).toMatchObject({ stdout: 'output\n' });
      });

      test('that is stopped between two calls is noticed by the next', async () => {
        await exec(['true']);
        await stopAll();
        const next = await eventually(async () => {
          const result = await session.exec(['true']);
          return result.ok ? undefined : result;
        });
        expect(next).toMatchObject({ ok: false, code: 'SANDBOX_ENDED' });
        session = good(await sandbox.open());
      });
    });

    describe('a container that runs by itself', () => {
      const tag = `agent-sandbox-contract-${process.pid}`;
      const files = (...lines: string[]) => [
        { path: 'Dockerfile', content: [`FROM ${image}`, 'WORKDIR /app', 'COPY . /app', ...lines].join('\n') },
        { path: 'site/index.html', content: 'it is up' },
      ];
      const build = (...lines: string[]) =>
        sandbox.detached.build({ tag, files: files(...lines) }, { timeoutMs: 120_000 });
      const run = (command: readonly string[]) => sandbox.detached.run({ name: 'one', image: tag, command });
      const ended = async () => good(await sandbox.detached.wait('one', { timeoutMs: 60_000 })).exitCode;
      afterAll(() => sandbox?.detached.removeImage(tag));

      test('is built, runs, is read and is gone', async () => {
        good(await build());
        good(await run(['sh', '-c', 'cat site/index.html; echo wrong >&2; exit 3']));
        expect(await ended()).toBe(3);
        const logs = good(await sandbox.detached.logs('one'));
        expect(logs).toMatchObject({ isRunning: false, exitCode: 3, oomKilled: false });
        expect(logs.output).toContain('it is up');
        expect(logs.output).toContain('wrong');
        expect(await sandbox.detached.remove('one')).toMatchObject({ wasThere: true });
        expect(await sandbox.detached.logs('one')).toMatchObject({ ok: false, code: 'SANDBOX_INPUT' });
      });

      test('answers on its own port, and nobody else reaches it or is reached by it', async () => {
        good(await build());
        good(await run(['python3', '-m', 'http.server', '3099', '--bind', '0.0.0.0', '-d', 'site']));
        const asked = () => sandbox.detached.health('one', { port: 3099, path: '/index.html' });
        expect(await eventually(async () => good(await asked()).isHealthy)).toBe(true);
        expect(good(await asked()).output).toContain('it is up');
        expect(good(await sandbox.detached.health('one', { port: 3098, path: '/' }))).toMatchObject({
          isHealthy: false,
        });
        for (const path of ['@example.com/', '//example.com:80@/x?y', '/\r\nHost: x']) {
          expect(await sandbox.detached.health('one', { port: 3099, path })).toMatchObject({ ok: false });
        }
        good(await sandbox.detached.stop('one'));
        expect(good(await sandbox.detached.logs('one')).isRunning).toBe(false);
        await sandbox.detached.remove('one');
      });

      test('has the lockdown of a session', async () => {
        good(await build());
        const seen =
          'id -u; ls /sys/class/net 2>/dev/null; grep CapEff /proc/self/status; touch /app/x || echo read-only';
        good(await run(['sh', '-c', `${seen}; touch /tmp/x && touch /workspace/x && echo own`]));
        await ended();
        const { output } = good(await sandbox.detached.logs('one'));
        expect(output).not.toMatch(/^0$|eth0/m);
        expect(output).toMatch(/CapEff:\s+0+\n/);
        expect(output).toMatch(/read-only[\s\S]*own/);
        await sandbox.detached.remove('one');
      });

      test('that hangs is given up on, and is replaced by the next of its name', async () => {
        good(await build());
        good(await run(['sleep', '600']));
        expect(good(await sandbox.detached.wait('one', { timeoutMs: 50 })).exitCode).toBeUndefined();
        good(await run(['true']));
        expect(await ended()).toBe(0);
        await sandbox.detached.remove('one');
      });

      test('is removed when its time is up', async () => {
        good(await build());
        good(await sandbox.detached.run({ name: 'one', image: tag, command: ['sleep', '600'], lifetimeMs: 60_000 }));
        await world.clock.moveTo(new Date(world.clock.now().getTime() + 61_000));
        expect(await eventually(async () => !(await sandbox.detached.logs('one')).ok)).toBe(true);
      });

      test('is made of allowed images only, by names of its own', async () => {
        const built = (name: string, dockerfile: string) =>
          sandbox.detached.build(
            { tag: name, files: [{ path: 'Dockerfile', content: dockerfile }] },
            { timeoutMs: 60_000 },
          );
        expect(await built('python:3.12-slim', `FROM ${image}`)).toMatchObject({ ok: false, code: 'SANDBOX_INPUT' });
        expect(await built(tag, 'FROM evil.example/base')).toMatchObject({ ok: false, code: 'SANDBOX_IMAGE_REFUSED' });
        for (const more of ['COPY --from=evil.example/x / /', 'ADD https://example.com/x /x', 'FROM $IMAGE']) {
          expect(await built(tag, `FROM ${image}\n${more}`)).toMatchObject({ ok: false });
        }
        expect(await sandbox.detached.run({ name: 'one', image })).toMatchObject({ ok: false });
        expect(await sandbox.detached.run({ name: '../one', image: tag })).toMatchObject({ ok: false });
      });

      test('whose build fails says what it printed, and one that hangs is given up on', async () => {
        const wrong = await build('RUN echo almost && exit 7');
        expect(wrong).toMatchObject({ ok: false, code: 'SANDBOX_ENGINE', message: expect.stringContaining('almost') });
        const hung = sandbox.detached.build({ tag, files: files('RUN sleep 600') }, { timeoutMs: 1_500 });
        expect(await hung).toMatchObject({ ok: false, message: expect.stringContaining('not built within') });
      });
    });
  });
}
