import { expect, test } from 'vitest';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';

const server = await modelServer({ refused: true });

const asked = () => server.requests.at(-1)?.body.model;

test('/model shows which model answers and chooses another one for this conversation', async () => {
  await using coda = await play({ config: modelConfig(server) });
  const ana = coda.person('ana');
  expect(await ana.says('/model')).toMatch(/^`claude\/main` answers here[\s\S]*- `claude\/small`/);
  expect(await ana.says('/model nobody/knows')).toContain('I know no model');
  expect(await ana.says('/model big'), 'by its name alone').toContain('claude/big');
  await ana.says('/model claude/big');
  await ana.says('hello');
  expect(asked()).toBe('big');
  await coda.restart();
  await ana.says('hello');
  expect(asked()).toBe('big');
  await coda.person('ana', { channel: 'dm-other' }).says('hello');
  expect(asked()).toBe('main');
  await ana.says('/model default');
  await ana.says('hello');
  expect(asked()).toBe('main');
});

test('who does not own this coda chooses only among what is configured', async () => {
  await using coda = await play({ config: modelConfig(server) });
  const bob = coda.person('bob', { role: 'member' as never });
  expect(await bob.says('/model claude/dearest')).toContain('I know no model');
  expect(await bob.says('/model claude/small')).toContain('claude/small');
});

test('/think lets the heavy model answer until it is told to stop', async () => {
  await using coda = await play({ config: modelConfig(server) });
  const ana = coda.person('ana');
  expect(await ana.says('/think')).toContain('claude/big');
  await ana.says('hello');
  expect(asked()).toBe('big');
  await ana.says('/think off');
  await ana.says('hello');
  expect(asked()).toBe('main');
});

test('/soul changes how it is to be in one conversation', async () => {
  await using coda = await play({ config: modelConfig(server) });
  const ana = coda.person('ana');
  await ana.says('/soul Speak like a pirate.');
  await ana.says('hello');
  expect(server.requests.at(-1)?.body.system[0].text).toContain('Speak like a pirate.');
  await ana.says('/soul default');
  await ana.says('hello');
  expect(server.requests.at(-1)?.body.system[0].text).not.toContain('pirate');
});

test('/context shows what fills the window', async () => {
  await using coda = await play({ config: modelConfig(server) });
  const ana = coda.person('ana');
  await ana.says('hello');
  expect(await ana.says('/context')).toMatch(
    /^About [\d,]+ of 64,000 tokens for `claude\/main`:\n- identity and rules: [\s\S]*- tools: [\s\S]*- history: [\s\S]*2 messages word for word/,
  );
});

test('/context says what came from elsewhere, and how to be rid of it', async () => {
  await using coda = await play({ config: modelConfig(server), skills: [new Outside().skill] });
  const ana = coda.person('ana');
  await ana.says('hello');
  expect(await ana.says('/context')).not.toContain('From elsewhere');
  server.play({ calls: [{ name: 'page_read', input: {} }] });
  await ana.says('read it');
  expect(await ana.says('/context')).toMatch(/From elsewhere: what `page_read` read\. [\s\S]*`\/new`/);
  await ana.says('> somebody said so\nwhat does that mean?');
  expect(await ana.says('/context')).toContain('what `page_read` read, what you quoted.');
  await ana.says('/new');
  expect(await ana.says('/context')).not.toContain('From elsewhere');
});

test('/context counts what skills add for the person', async () => {
  await using coda = await play({ config: modelConfig(server) });
  const ana = coda.person('ana');
  expect(await ana.says('/context')).not.toContain('- skills: ');
  server.play({ calls: [{ name: 'reminder_create', input: { text: 'call Bob', when: 'tomorrow at 9' } }] });
  await ana.says('remind me to call Bob tomorrow at 9');
  expect(await ana.says('/context')).toContain('- skills: ');
});

test('without a model, /model says how to get one', async () => {
  await using coda = await play();
  for (const command of ['/model', '/think', '/cost', '/context']) {
    expect(await coda.person('ana').says(command), command).toContain('docs/models.md');
  }
});
