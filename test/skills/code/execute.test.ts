import { describe, expect, test } from 'vitest';
import { build, readConfig } from '../../../src/app/index.ts';
import { temporaryFolder } from '../../agent-skills/support.ts';
import { callable } from '../../support/callable.ts';
import { DOCKER, docker, leftovers } from '../../support/docker.ts';
import { borrowEngine } from '../../support/engines.ts';
import { play } from '../../support/play.ts';
import { requireService } from '../../support/postgres.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { testWorld } from '../../support/world.ts';
import { codeConfig, lastResult, playCode, saysAndApproves } from './play.ts';

requireService('CODA_TEST_DOCKER');

const python = (code: string, more: Record<string, unknown> = {}) => ({
  call: 'code_execute',
  input: { language: 'python', code, ...more },
});

describe.skipIf(!DOCKER)('code in a sandbox', () => {
  test.each([
    [{ command: 'ls', code: 'print(1)' }, 'not both'],
    [{ command: 'ls', files: ['missing.csv'] }, 'missing.csv'],
  ])('nobody is asked about code that cannot run: %j', async (input, why) => {
    const model = new ScriptedModel([{ call: 'code_execute', input }], ['It cannot be.']);
    await using coda = await playCode(model);
    expect(await coda.person('ana').says('run it')).toBe('It cannot be.');
    expect(JSON.stringify(model.requests.at(-1)?.messages.at(-1))).toContain(why);
  });

  test('a file goes in with the message, and a picture and a table come back with the answer', async () => {
    const code = `import base64
text = open('a.bin').read()
open('output/copy.txt', 'w').write(text * 2)
open('output/dot.png', 'wb').write(base64.b64decode('${DOT}'))
print(len(text))`;
    const model = new ScriptedModel([python(code)], ['Here it is.']);
    await using coda = await playCode(model);
    await coda.sends('ana', Buffer.from('words'));
    await coda.person('ana').presses('Approve');
    const answer = coda.person('ana').seen().at(-1);
    expect(answer?.text).toBe('Here it is.');
    expect(answer?.files.map(({ name, type, size }) => ({ name, type, size }))).toEqual([
      { name: 'copy.txt', type: 'text/plain', size: 10 },
      { name: 'dot.png', type: 'image/png', size: 70 },
    ]);
    const told = lastResult(model.requests.at(-1));
    expect(told).toMatchObject({ stdout: '5\n', stderr: '', exit_code: 0, timed_out: false, truncated: false });
    // A model that sees is shown it.
    expect(model.requests.at(-1)?.messages.at(-1)).toMatchObject({ files: [{ name: 'dot.png', type: 'image/png' }] });
    const { rows } = await coda
      .database()
      .read('select name, tainted, turn_id is null as lost from artifacts order by name');
    expect(rows).toEqual([
      { name: 'copy.txt', tainted: true, lost: false },
      { name: 'dot.png', tainted: true, lost: false },
    ]);
    expect(await leftovers(await installation(coda))).toEqual([]);
  });

  test('the calls of one answer share their files; after a question they are gone, and the model is told', async () => {
    const model = new ScriptedModel(
      [
        { call: 'file_write', input: { path: 'n.txt', content: 'kept' } },
        { call: 'file_read', input: { path: 'n.txt' } },
      ],
      [python("print(open('n.txt').read())")],
      ['It is gone.'],
    );
    await using coda = await playCode(model);
    const ana = coda.person('ana');
    await ana.says('try');
    expect(lastResult(model.requests[1])).toMatchObject({ content: 'kept', truncated: false });
    // The question parked the turn: nothing of it waits in Docker.
    expect(await leftovers(await installation(coda))).toEqual([]);
    await ana.presses('Approve');
    const told = lastResult(model.requests.at(-1));
    expect(told.stderr).toContain('No such file');
    expect(JSON.stringify(told.notes)).toContain('new sandbox');
  });

  test('a file that is no UTF-8 is read on where the page before it ended', async () => {
    const readOn = (from: number) => ({ call: 'file_read', input: { path: 'latin.txt', from } });
    const write = python("open('latin.txt', 'wb').write(b'caf\\xe9 ' * 1600)");
    const model = new ScriptedModel([write, readOn(0)], [readOn(6_000)], ['read']);
    await using coda = await playCode(model);
    const ana = coda.person('ana');
    await ana.says('try');
    await ana.presses('Approve');
    expect(lastResult(model.requests[1])).toMatchObject({ truncated: true, next: 6_000 });
    expect(lastResult(model.requests[2])).toMatchObject({ truncated: false });
  });

  test('a container that was killed from outside is replaced, and the model is told', async () => {
    const write = { call: 'file_write', input: { path: 'n.txt', content: 'kept' } };
    let killed: Promise<unknown> | undefined;
    const model = new ScriptedModel(
      [write],
      [{ call: 'file_read', input: { path: 'n.txt' } }],
      () => {
        killed = (async () => {
          for (const id of await leftovers(await installation(coda))) {
            await docker('POST', `/containers/${id}/kill`).catch(() => {});
          }
        })();
        return [{ call: 'file_read', input: { path: 'n.txt' } }];
      },
      () => [{ call: 'file_write', input: { path: 'm.txt', content: 'x' } }],
      ['Gone.'],
    );
    await using coda = await playCode(model);
    expect(await coda.person('ana').says('try')).toBe('Gone.');
    await killed;
    const told = JSON.stringify(model.requests.map(({ messages }) => messages.at(-1)?.text));
    expect(told).toMatch(/earlier files are gone|The sandbox is gone/);
  });

  test('long output is shown in part and read on; what takes too long is ended', async () => {
    let name = '';
    const model = new ScriptedModel(
      [python("import sys\nfor i in range(20000): print('line', i)")],
      (request) => {
        name = /stdout-[\w-]+\.txt/.exec(request.messages.at(-1)?.text ?? '')?.[0] ?? '';
        return [{ call: 'file_read', input: { path: name, from: 205_000 } }];
      },
      [python('while True: pass', { timeout: 1 })],
      ['Done.'],
    );
    await using coda = await playCode(model);
    await saysAndApproves(coda, 'try');
    expect(name).toMatch(/^stdout-/);
    expect(lastResult(model.requests[2]).content).toContain('line 1999');
    expect(lastResult(model.requests.at(-1))).toMatchObject({ timed_out: true, stdout: '' });
  });

  test.each([
    ['two seconds of its specialist', {}, true],
    [
      'what is set for the conversation, before that',
      { 'execution.sandbox_timeouts': { 'fake:dm-ana': '40m' } },
      false,
    ],
  ])('a container lives for %s', async (_, timeouts, isOver) => {
    const model = new ScriptedModel(
      [{ call: 'specialist_spawn', input: { specialist: 'lab', task: 'try it' } }],
      [python("import time\ntime.sleep(4)\nprint('awake')")],
      ['Tried.'],
      ['Done.'],
    );
    await using coda = await playCode(model, { 'specialists.lab.sandbox_timeout': '2s', ...timeouts });
    await saysAndApproves(coda, 'try');
    const told = model.requests.find(({ messages }) => messages.at(-1)?.text.includes('timed_out'));
    expect(lastResult(told)).toMatchObject({ timed_out: isOver, stdout: isOver ? '' : 'awake\n' });
  });

  test('the doctor tries to get out of a container', async () => {
    await using coda = await playCode(new ScriptedModel(['Hello.']));
    const check = coda.app.checks.checks.find(({ name }) => name === 'sandbox');
    expect(await check?.check(new AbortController().signal)).toMatchObject({
      ok: true,
      says: expect.stringMatching(
        /three tries to get out of one were held\. Limits in effect: 512 MB of memory, 128 processes and 1 processor\. Docker \d.*control groups v[12]/,
      ),
    });
  });

  test('the doctor does so where no daemon runs, and leaves nothing', async () => {
    const world = testWorld();
    const dataDir = temporaryFolder();
    const flags = Object.entries(codeConfig({ 'execution.warm': 1 })).map(([name, value]) => [name, { name, value }]);
    const from = { env: {}, dataDir, flags: Object.fromEntries(flags), secrets: world.secrets, cwd: dataDir };
    const loan = await borrowEngine();
    const about = { version: 'test', hint: '', onFatal: () => {}, engine: loan.open() };
    const app = await build(readConfig(from), world, about);
    const found = (await app.checks.run()).find(({ name }) => name === 'sandbox');
    const { rows } = await app.database.read<{ id: string }>('select id from installation');
    await app.stop(0);
    await loan.giveBack();
    expect(found).toMatchObject({ ok: true, says: expect.stringContaining('three tries to get out') });
    expect(await leftovers(rows[0]?.id ?? '')).toEqual([]);
  });

  test('files of earlier messages and calls are named, and what nobody sent is told', async () => {
    const model = new ScriptedModel(
      ['Thanks.'],
      [{ ...python("print(open('a.bin').read())", { files: ['a.bin'] }), id: 'known' }],
      [python('1', { files: ['other.csv'] })],
      ['Done.'],
    );
    await using coda = await playCode(model);
    await coda.sends('ana', Buffer.from('sent before'));
    await saysAndApproves(coda, 'what was in it?');
    expect(lastResult(model.requests[2]).stdout).toBe('sent before\n');
    expect(model.requests.at(-1)?.messages.at(-1)?.text).toContain('other.csv');
  });
});

test('where code is switched off no model is offered it, and a call says what is missing', async () => {
  const model = new ScriptedModel(['Hello.']);
  await using coda = await play({ model });
  await coda.person('ana').says('hello');
  expect(callable(model.requests[0] ?? { tools: [] }).map(({ name }) => name)).not.toContain('code_execute');
});

async function installation(coda: Awaited<ReturnType<typeof play>>): Promise<string> {
  const { rows } = await coda.database().read<{ id: string }>('select id from installation');
  return rows[0]?.id ?? '';
}

/** A PNG of one dot. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
