/** Each service is talked with on the whole road: an answer, tools, a message meanwhile, an odd tool, another process. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, outsideTool } from '../../../src/agent/index.ts';
import { type Deferred, deferred } from '../../../src/base/async.ts';
import type { Skill } from '../../../src/chat/index.ts';
import { eventually } from '../../support/eventually.ts';
import { Services } from '../../support/model-server/services.ts';
import { type Play, play } from '../../support/play.ts';
import { SERVICES } from './servers.data.ts';

const ODD = fileURLToPath(new URL('../../support/mcp/odd.cjs', import.meta.url));
const ROWS = SERVICES.map(({ service }, index) => ({ service, index }));

let services: Services;
let coda: Play;
/** Each look takes until the gate is opened. */
let gate: Deferred<void> = deferred();
let looking: Deferred<void> = deferred();

const shelf: Skill = {
  name: 'shelf',
  tools: () => [
    outsideTool({
      name: 'shelf_look',
      description: 'Looks at what is on the shelf.',
      effect: 'fetch',
      input: z.object({ text: z.string() }),
      run: async ({ text }) => {
        looking.resolve();
        await gate.promise;
        return done(`${text} is on the shelf`);
      },
    }),
  ],
};

beforeAll(async () => {
  services = await Services.start(SERVICES);
  const models = { default: 's0/main', providers: services.providers() };
  const odd = { command: process.execPath, args: [ODD, 'stdio'], host: true };
  coda = await play({ config: { models, 'mcp.servers': { odd } }, skills: [shelf] });
  await eventually(async () => (await coda.person('ana').says('/mcp')).includes('20 tools'));
});

afterAll(async () => {
  await coda[Symbol.asyncDispose]();
  await services.close();
});

const person = (index: number) => coda.person(`p${index}`);

/** What was refused more than twice in this process: once two requests agree, it is left out. */
function refusals(service: string): string[] {
  const told = services.refused.get(service) ?? [];
  return told.filter((each) => told.filter((other) => other === each).length > 2);
}

describe.each(ROWS)('$service', ({ service, index }) => {
  test('answers, calls, hears more meanwhile, and calls an odd tool', async () => {
    const one = person(index);
    expect(await one.says(`/model s${index}/main`)).toContain(`s${index}/main`);
    expect(await one.says('what colour has lapis? #first')).toBe('It is blue.');
    expect(await one.says('keep milk in mind #keep')).toBe('It is kept.');
    [gate, looking] = [deferred(), deferred()];
    const asked = await coda.hear(one.name, one.channel, 'is milk on the shelf? #look');
    await looking.promise;
    const more = await coda.hear(one.name, one.channel, 'and are there plums?');
    gate.resolve();
    await Promise.all([asked.settled, more.settled]);
    await coda.app.whenSettled();
    expect(one.seen().at(-1)?.text).toBe('Milk and plums.');
    expect(await one.says('ask the odd one for milk #odd')).toBe('So it is.');
    expect(refusals(service)).toEqual([]);
  });
});

describe('another process', () => {
  beforeAll(async () => {
    services.refused.clear();
    await coda.restart();
    await eventually(async () => (await coda.person('ana').says('/mcp')).includes('20 tools'));
  });

  test.each(ROWS)('$service goes on', async ({ service, index }) => {
    expect(await person(index).says('what was it again? #again')).toBe('Lapis and plums.');
    // What the odd server has said is in the conversation.
    const kept = await person(index).says('and keep milk in mind once more #keep');
    expect(kept).toMatch(/^It is kept\.\n\n_Changed while text from elsewhere.*milk.*_$/);
    expect(refusals(service)).toEqual([]);
  });
});
