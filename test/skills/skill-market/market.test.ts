import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as installed from '../../../src/agent-skills/bundle/install.ts';
import type { ShownCatalog, ShownSkill, ShownUpdates } from '../../../src/skills/skill-market/operations.ts';
import { Programs } from '../../adapters/http/support.ts';
import { results } from '../../agent-skills/conversation.ts';
import { skillText, temporaryFolder } from '../../agent-skills/support.ts';
import { type Play, play } from '../../support/play.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { ask, bundle, install, Publisher, Signer, sha256 } from './support.ts';

async function begin(model = new ScriptedModel(['Fine.'])): Promise<{ coda: Play; publisher: Publisher }> {
  const publisher = await Publisher.open();
  onTestFinished(() => publisher[Symbol.asyncDispose]());
  const coda = await play({ model, env: { HOME: temporaryFolder() }, config: publisher.config });
  onTestFinished(() => coda[Symbol.asyncDispose]());
  return { coda, publisher };
}

const installedIn = (coda: Play) => {
  const { skills } = coda.app.agentSkills.catalog.current();
  return [...skills.values()].flatMap(({ name, source }) => (source.kind === 'installed' ? [name] : []));
};

const activate = { call: 'skill_activate', input: { name: 'minutes' } };

test('an owner browses a catalog, looks at a skill, installs it, and it is used', async () => {
  const model = new ScriptedModel([activate], ['Done.']);
  const { coda, publisher } = await begin(model);
  const skills = { minutes: bundle('minutes', { 'scripts/a.sh': 'echo\n' }), travel: bundle('travel') };
  const catalog = publisher.publish('/c.json', publisher.catalog(skills));

  const seen = await ask<{ catalog: ShownCatalog; skills: ShownSkill[] }>(coda, 'browse', {
    catalog,
    tag: ['Office'],
  });
  expect(seen.catalog).toMatchObject({
    name: 'Skills of the office',
    serial: 1,
    first: true,
    key: publisher.signer.key,
  });
  expect(seen.skills.map(({ id, installed }) => [id, installed])).toEqual([
    ['minutes', null],
    ['travel', null],
  ]);
  expect(await ask(coda, 'browse', { catalog, tag: ['garden'] })).toMatchObject({ skills: [] });
  // The key is pinned, and the only catalog that is known need not be named.
  expect(await ask(coda, 'show', { id: 'travel' })).toMatchObject({
    catalog: { first: false },
    skill: { id: 'travel' },
  });

  const look = await install(coda, { id: 'minutes' });
  expect(look.inquest.changes).toContain('1 script: scripts/a.sh');
  expect(installedIn(coda)).toEqual(['minutes']);
  expect(await ask(coda, 'show', { id: 'minutes' })).toMatchObject({ skill: { installed: '1.0.0' } });
  const ana = coda.person('ana');
  expect(await ana.says('write the minutes')).toBe('Done.');
  expect(results(model.requests[1])[0]).toContain('Do it.');
  expect(await coda.count("skill_pins where name = 'minutes' and state = 'approved'")).toBe(1);
});

test('a later version is shown with what has changed before it takes the place of the one before', async () => {
  const { coda, publisher } = await begin();
  const catalog = publisher.publish('/c.json', publisher.catalog({ minutes: bundle('minutes') }));
  await install(coda, { catalog, id: 'minutes' });
  expect(await ask<ShownUpdates>(coda, 'updates', {})).toMatchObject({ skills: [{ id: 'minutes', state: 'current' }] });

  const next = bundle('minutes', { 'scripts/send.py': "import requests\nrequests.get('https://mail.example')\n" });
  publisher.publish('/c.json', publisher.catalog({ minutes: [next, { version: '1.1.0' }] }, { serial: 2 }));
  expect(await ask<ShownUpdates>(coda, 'updates', {})).toMatchObject({
    skills: [{ id: 'minutes', from: '1.0.0', to: '1.1.0', state: 'newer' }],
  });
  const look = await install(coda, { id: 'minutes' });
  expect(look.before).toBe('1.0.0');
  expect(look.inquest.changes).toEqual([
    '1 new script: scripts/send.py',
    'its scripts name mail.example and requests now (network)',
    '1 file added: scripts/send.py',
  ]);
  const folder = join(coda.dataDir, 'skills', 'minutes');
  expect(readdirSync(folder).sort()).toEqual(['SKILL.md', 'scripts']);
  expect(await ask<ShownUpdates>(coda, 'updates', {})).toMatchObject({ skills: [{ state: 'current' }] });
});

test('what is newer is told over HTTP, shown with its difference, and taken as it was shown alone', async () => {
  await using publisher = await Publisher.open();
  await using programs = await Programs.begin({ at: '2026-11-20T08:00:00Z', config: publisher.config });
  const owner = await programs.browser();
  const serve = (bytes: Buffer, version: string, serial: number) =>
    publisher.publish('/c.json', publisher.catalog({ minutes: [bytes, { version }] }, { serial }));
  const catalog = serve(bundle('minutes'), '1.0.0', 1);
  await install(programs.coda, { catalog, id: 'minutes' });
  const updates = async () =>
    (await owner.get<{ skills: { state: string; to: string }[] }>('/v1/market/updates')).skills;
  expect(await updates()).toMatchObject([{ id: 'minutes', state: 'current' }]);

  serve(bundle('minutes', { 'scripts/send.py': 'print("sent")\n' }), '1.1.0', 2);
  expect(await updates()).toMatchObject([{ state: 'newer', from: '1.0.0', to: '1.1.0' }]);
  const look = await owner.send<{ pin: string; may: string[]; difference: string }>('POST', '/v1/market/look', {
    id: 'minutes',
    catalog,
  });
  expect(look.may[0]).toBe('1 new script: scripts/send.py');
  expect(look.difference).toContain('+print("sent")');
  serve(bundle('minutes', { 'scripts/send.py': 'print("stolen")\n' }), '1.1.1', 3);
  const taken = { id: 'minutes', catalog, pin: look.pin };
  expect(await owner.status('POST', '/v1/market/install', taken)).toBeGreaterThanOrEqual(400);
  expect(await updates()).toMatchObject([{ state: 'newer', from: '1.0.0' }]);
});

test('a skill of a group is installed, updated, used and removed by its id, beside one of the same name', async () => {
  const model = new ScriptedModel([{ call: 'skill_activate', input: { name: 'community/minutes' } }], ['Done.']);
  const { coda, publisher } = await begin(model);
  const skills = { minutes: bundle('minutes'), 'community/minutes': bundle('minutes', { 'a.md': 'a' }) };
  const catalog = publisher.publish('/c.json', publisher.catalog(skills));
  for (const id of Object.keys(skills)) await install(coda, { catalog, id });
  expect(installedIn(coda).sort()).toEqual(['community/minutes', 'minutes']);
  const ana = coda.person('ana');
  expect(await ana.says('write the minutes')).toBe('Done.');
  expect(results(model.requests[1])[0]).toContain('a.md');

  const next = {
    ...skills,
    'community/minutes': [bundle('minutes', { 'b.md': 'b' }), { version: '1.1.0' }] as [Buffer, object],
  };
  publisher.publish('/c.json', publisher.catalog(next as never, { serial: 2 }));
  await install(coda, { id: 'community/minutes' });
  const folder = join(coda.dataDir, 'skills');
  expect(readdirSync(join(folder, 'community', 'minutes')).sort()).toEqual(['SKILL.md', 'b.md']);
  expect(readdirSync(join(folder, 'minutes'))).toEqual(['SKILL.md']);
  expect(await installed.removeSkill(folder, 'community/minutes')).toBe(true);
  expect(readdirSync(folder).filter((name) => !name.startsWith('.'))).toEqual(['minutes']);
  for (const id of ['a/b/c', '../minutes', 'community/', '/minutes', 'Community/minutes']) {
    publisher.publish('/d.json', publisher.catalog({ [id]: skills.minutes }));
    const named = ask(coda, 'browse', { catalog: publisher.at('/d.json') });
    await expect(named, id).rejects.toMatchObject({ code: 'SKILL_CATALOG_INVALID' });
  }
});

test('what was shown is what is installed: a catalog that changes in between is refused', async () => {
  const { coda, publisher } = await begin();
  const catalog = publisher.publish('/c.json', publisher.catalog({ minutes: bundle('minutes') }));
  const look = await ask<{ inquest: { pin: { hash: string } } }>(coda, 'look', { catalog, id: 'minutes' });
  const other = bundle('minutes', { 'more.md': 'more' });
  publisher.publish('/c.json', publisher.catalog({ minutes: other }, { serial: 2 }));
  const { hash: pin } = look.inquest.pin;
  await expect(ask(coda, 'install', { id: 'minutes', pin })).rejects.toMatchObject({ code: 'SKILL_REFUSED' });
  expect(installedIn(coda)).toEqual([]);
});

test('a revoked skill rests within a day, its people are told once, and it works again when that is withdrawn', async () => {
  const model = new ScriptedModel(
    ...[[activate], ['Used.'], ['Hello.'], [activate], ['Refused.'], [activate], ['Used again.']],
  );
  const { coda, publisher } = await begin(model);
  const ana = coda.person('ana');
  const bob = coda.person('bob', { role: 'member' });
  const bytes = bundle('minutes');
  const catalog = publisher.publish('/c.json', publisher.catalog({ minutes: bytes }));
  await install(coda, { catalog, id: 'minutes' });
  expect(await bob.says('write the minutes')).toBe('Used.');
  await ana.says('hello');

  const revoked = [{ id: 'minutes', reason: 'It loses pages' }];
  publisher.publish('/c.json', publisher.catalog({ minutes: bytes }, { serial: 2, revoked }));
  await coda.passes({ days: 1 });
  expect(ana.heard('rests')).toEqual([expect.stringContaining('It loses pages')]);
  expect(ana.heard('coda skills remove minutes')).toHaveLength(1);
  expect(bob.heard('rests')).toHaveLength(1);
  expect(bob.heard('coda skills')).toEqual([]);
  expect(await ana.says('write the minutes')).toBe('Refused.');
  expect(results(model.requests.at(-1))[0]).toContain('revoked it (It loses pages)');
  expect(JSON.stringify(model.requests.at(-2))).not.toContain('<skill name=\\"minutes\\"');
  expect(await ana.says('/minutes now')).toContain('has revoked it');
  expect(await ana.says('/skills')).toContain('revoked by its catalog');
  await expect(ask(coda, 'look', { id: 'minutes' })).rejects.toMatchObject({ message: /was revoked/ });

  const before = publisher.asked.length;
  await coda.passes({ days: 3 });
  expect(ana.heard('rests')).toHaveLength(1);
  // Once a day the catalog and its signature, and nothing else.
  expect(publisher.asked.slice(before)).toEqual(Array(3).fill(['/c.json', '/c.json.minisig']).flat());

  publisher.publish('/c.json', publisher.catalog({ minutes: bytes }, { serial: 3 }));
  await coda.passes({ days: 1 });
  expect(ana.heard('works again')).toHaveLength(1);
  expect(bob.heard('works again')).toHaveLength(1);
  expect(await ana.says('write the minutes')).toBe('Used again.');
});

test('a skill of which one version is revoked works again with the next one', async () => {
  const { coda, publisher } = await begin();
  const bytes = bundle('minutes');
  const catalog = publisher.publish('/c.json', publisher.catalog({ minutes: bytes }));
  await install(coda, { catalog, id: 'minutes' });
  const revoked = [{ id: 'minutes', sha256: sha256(bytes), reason: 'It loses pages' }];
  const next = [bundle('minutes', { 'new.md': 'new' }), { version: '1.0.1' }] as [Buffer, Record<string, unknown>];
  publisher.publish('/c.json', publisher.catalog({ minutes: next }, { serial: 2, revoked }));
  expect(await ask<ShownUpdates>(coda, 'updates', {})).toMatchObject({
    skills: [{ state: 'newer', rests: 'It loses pages' }],
  });
  await coda.app.whenSettled();
  expect([...coda.app.agentSkills.decisions.current.resting.keys()]).toEqual(['minutes']);
  await install(coda, { id: 'minutes' });
  expect([...coda.app.agentSkills.decisions.current.resting.keys()]).toEqual([]);
});

test('without a skill from a catalog nobody is asked, and a catalog that is away is told by the doctor', async () => {
  const { coda, publisher } = await begin();
  const catalog = publisher.publish('/c.json', publisher.catalog({ minutes: bundle('minutes') }));
  await ask(coda, 'browse', { catalog });
  const before = publisher.asked.length;
  await coda.passes({ days: 2 });
  expect(publisher.asked).toHaveLength(before);
  const finding = async () => (await coda.app.checks.run()).find(({ name }) => name === 'skill catalogs');
  expect(await finding()).toMatchObject({ ok: true });
  await install(coda, { id: 'minutes' });
  publisher.gone('/c.json');
  await coda.passes({ days: 1 });
  expect(await finding()).toMatchObject({ ok: false, severity: 'warning', says: /no catalog/ });
});

test('a key is changed only by an owner who names the new one', async () => {
  const { coda, publisher } = await begin();
  const catalog = publisher.publish('/c.json', publisher.catalog({ minutes: bundle('minutes') }));
  await ask(coda, 'browse', { catalog });
  const other = new Signer();
  publisher.publish('/c.json', publisher.catalog({ minutes: bundle('minutes') }, { serial: 2, key: other.key }), other);
  const refused = expect(ask(coda, 'browse', { catalog })).rejects;
  await refused.toMatchObject({ code: 'SKILL_CATALOG_UNTRUSTED', remedy: /coda skills market trust/ });
  await ask(coda, 'trust', { catalog, key: other.key });
  await install(coda, { catalog, id: 'minutes' });
  expect(installedIn(coda)).toEqual(['minutes']);
});

test('a catalog that was signed in the legacy form, and one in a file beside its bundles, are read, too', async () => {
  const { coda, publisher } = await begin();
  const legacy = publisher.publish('/l.json', publisher.catalog({ one: bundle('one') }), publisher.signer, true);
  await install(coda, { catalog: legacy, id: 'one' });
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bundles'));
  writeFileSync(join(folder, 'bundles', 'two.skill'), bundle('two'));
  const text = JSON.stringify(publisher.catalog({ two: [bundle('two'), { url: 'bundles/two.skill' }] }));
  writeFileSync(join(folder, 'catalog.json'), text);
  writeFileSync(join(folder, 'catalog.json.minisig'), publisher.signer.sign(text));
  await install(coda, { catalog: join(folder, 'catalog.json'), id: 'two' });
  expect(installedIn(coda)).toEqual(['one', 'two']);
});

test('the index that a site publishes for agents is read, and taken where the owner takes it unsigned', async () => {
  const { coda, publisher } = await begin();
  const [text, archive] = [skillText('review'), bundle('wrangler')];
  publisher.serve('/.well-known/agent-skills/review/SKILL.md', text);
  publisher.serve('/files/wrangler.zip', archive);
  const index = {
    $schema: 'https://schemas.agentskills.io/discovery/0.2.0/schema.json',
    skills: [
      {
        ...{ name: 'review', type: 'skill-md', description: 'Reviews.', digest: `sha256:${sha256(text)}` },
        url: 'review/SKILL.md',
      },
      {
        ...{ name: 'wrangler', type: 'archive', description: 'Deploys.', digest: `sha256:${sha256(archive)}` },
        url: '/files/wrangler.zip',
      },
      { name: 'later', type: 'container', description: 'Of a later version.' },
    ],
  };
  publisher.serve('/.well-known/agent-skills/index.json', JSON.stringify(index));
  const catalog = publisher.at('/');
  expect(await ask(coda, 'browse', { catalog })).toMatchObject({
    catalog: { key: null, skipped: 1 },
    skills: [{}, {}],
  });
  await install(coda, { catalog, id: 'review', unsigned: true });
  await install(coda, { catalog, id: 'wrangler' });
  expect(installedIn(coda)).toEqual(['review', 'wrangler']);
  expect(readFileSync(join(coda.dataDir, 'skills', 'review', 'SKILL.md'), 'utf8')).toBe(text);
});

test("a marketplace of Claude Code's plugins is looked through, and nothing is installed from it", async () => {
  const { coda, publisher } = await begin();
  const catalog = publisher.serve(
    '/.claude-plugin/marketplace.json',
    JSON.stringify({
      name: 'anthropic-agent-skills',
      owner: { name: 'Somebody', email: 'somebody@example.com' },
      metadata: { description: 'Example skills', version: '1.0.0' },
      plugins: [
        { name: 'document-skills', source: './', strict: false, description: 'Documents.', skills: ['./skills/pdf'] },
        { name: 'deploy', source: { source: 'github', repo: 'a/b' }, keywords: ['ops'], category: 'work' },
      ],
    }),
  );
  const seen = await ask<{ skills: ShownSkill[] }>(coda, 'browse', { catalog, tag: ['ops'] });
  expect(seen.skills).toMatchObject([{ id: 'deploy', tags: ['work', 'ops'], sha256: null }]);
  const looked = expect(ask(coda, 'look', { catalog, id: 'deploy', unsigned: true })).rejects;
  await looked.toMatchObject({ code: 'SKILL_REFUSED', remedy: /coda skills install FOLDER/ });
});

test('an installation that was cut off is ended by giving the command again, and changes made here stay', async () => {
  const { coda, publisher } = await begin();
  const catalog = publisher.publish('/c.json', publisher.catalog({ minutes: bundle('minutes') }));
  await install(coda, { catalog, id: 'minutes' });
  // As if it had been killed between its files and its approval.
  await coda.database().tx('test', (tx) => tx.query('delete from skill_market_installs'));
  await install(coda, { catalog, id: 'minutes' });
  expect(await coda.count('skill_market_installs')).toBe(1);

  writeFileSync(join(coda.dataDir, 'skills', 'minutes', 'SKILL.md'), skillText('minutes', { body: 'Mine.' }));
  const next = bundle('minutes', { 'new.md': 'new' });
  publisher.publish('/c.json', publisher.catalog({ minutes: next }, { serial: 2 }));
  await expect(install(coda, { id: 'minutes' })).rejects.toMatchObject({ message: /were changed here/ });
  expect(readFileSync(join(coda.dataDir, 'skills', 'minutes', 'SKILL.md'), 'utf8')).toContain('Mine.');
});
