import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, type ModelRequest, outsideTool } from '../../src/agent/index.ts';
import { createLog, Secrets } from '../../src/base/log.ts';
import type { Skill } from '../../src/chat/index.ts';
import { testDatabases } from '../support/database.ts';
import { type Play, play } from '../support/play.ts';
import { type Line, lastSaid, ScriptedModel } from '../support/scripted-model.ts';

/** What the model types; nobody has said it. */
const VALUE = 'opensesame-4711';
const typed: string[] = [];

const form: Skill = {
  name: 'form',
  tools: () => [
    outsideTool({
      name: 'form_type',
      description: 'Types into a field.',
      effect: 'external',
      input: z.object({ field: z.string(), value: z.string() }),
      record: { unstored: ['value'], redact: ({ field }) => ({ field }) },
      run: async ({ field, value }) => {
        typed.push(value);
        return done(`typed into ${field}`);
      },
    }),
    outsideTool({
      name: 'form_fill',
      description: 'Has a nested turn fill a form in.',
      effect: 'fetch',
      input: z.object({}),
      async run(_, { turn: { spawn } }) {
        const came = await spawn?.({ prompt: 'You fill forms in.', task: 'sign in', tools: ['form_type'] });
        return done(came?.ok ? came.text : `failed: ${came?.message}`);
      },
    }),
  ],
};

/** Types the value, under the name that the words ask for; then tells what came of it. */
function next(request: ModelRequest): Line[] {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return [`It said: ${last.text}`];
  const said = lastSaid(request);
  if (said.includes('have it filled in')) return [{ call: 'form_fill' }];
  if (said.includes('wrongly')) return [{ call: 'form_type', input: { field: 'Password', text: VALUE } }];
  return [{ call: 'form_type', input: { field: 'Password', value: said.includes('mark') ? '[not stored]' : VALUE } }];
}

/** All that the database holds, as text. */
async function dumpOf(coda: Play): Promise<string> {
  const database = coda.database();
  const tables = await database.read<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const all: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await database.read<{ row: string }>(`select t::text as row from ${name} t`);
    all.push(...rows.map(({ row }) => row));
  }
  return all.join('\n');
}

describe.each(testDatabases.filter(({ available }) => available))('on $name, what a call types', ({ name: engine }) => {
  let coda: Play;
  let logged = '';
  beforeAll(async () => {
    coda = await play({ engine, model: new ScriptedModel(next), skills: [form], config: { 'delivery.steer': false } });
    const stream = new Writable({
      write(chunk, _, written) {
        logged += chunk;
        written();
      },
    });
    Object.assign(coda.world, { log: createLog('trace', new Secrets(), stream) });
    await coda.restart();
  });
  beforeEach(async () => {
    typed.length = 0;
    await coda.person('ana').says('/new');
  });
  afterAll(() => coda[Symbol.asyncDispose]());

  test.each([
    ['by itself', 'sign me in'],
    ['in a nested turn', 'have it filled in'],
  ])('is stored, shown and logged nowhere, and is typed after the yes: %s', async (_, words) => {
    const ana = coda.person('ana');
    const card = await ana.says(words);
    expect(card).toContain('field: Password');
    expect(card).toContain(`[not shown, ${VALUE.length} characters]`);
    const parked = await dumpOf(coda);
    expect(parked).toContain('[not stored]');
    expect(await ana.presses('Approve')).toContain('typed into Password');
    expect(typed).toEqual([VALUE]);
    for (const place of [parked, await dumpOf(coda), JSON.stringify(ana.seen()), logged]) {
      expect(place).not.toContain(VALUE);
    }
  });

  test('cannot be tried out by what its approval binds to', async () => {
    const ana = coda.person('ana');
    const hashes = async () => {
      const { rows } = await coda
        .database()
        .read<{ hash: string }>(`select payload ->> 'hash' as hash from steps where kind = 'asked'`);
      return rows.map(({ hash }) => hash);
    };
    for (const words of ['sign me in', 'sign me in']) {
      await ana.says(words);
      await ana.presses('Deny');
    }
    const asked = await hashes();
    expect(asked.length).toBeGreaterThan(1);
    expect(new Set(asked).size).toBe(asked.length);
    expect(typed).toEqual([]);
  });

  test.each([
    ['after a restart', () => coda.restart()],
    ['after half an hour', () => coda.passes({ minutes: 31 })],
  ])('is gone %s: the approved call is not run, and the model is told', async (_, meanwhile) => {
    const ana = coda.person('ana');
    await ana.says('sign me in');
    await meanwhile();
    expect(await ana.presses('Approve')).toContain('Make the call again with the value');
    expect(typed).toEqual([]);
    expect(await dumpOf(coda)).not.toContain(VALUE);
  });

  test('is not stored under a wrong name either, nor is what stands for it typed', async () => {
    const ana = coda.person('ana');
    expect(await ana.says('call it wrongly')).toContain('was called wrongly');
    expect(await ana.says('type the mark')).toContain('Make the call again with the value');
    expect(await dumpOf(coda)).not.toContain(VALUE);
    expect(typed).toEqual([]);
  });
});
