import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { skillText, write } from '../../agent-skills/support.ts';
import { type Play, play } from '../../support/play.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { BUNDLE_ATTACKS } from './attacks-bundle.ts';
import { CATALOG_ATTACKS } from './attacks-catalog.ts';
import { ask, install, Publisher } from './support.ts';

let publisher: Publisher;
let coda: Play;
let own: string;

beforeAll(async () => {
  publisher = await Publisher.open();
  own = mkdtempSync(join(tmpdir(), 'coda-market-'));
  write(own, 'deploy-helper/SKILL.md', skillText('deploy-helper'));
  const config = { ...publisher.config, 'skills.agent_skill_dirs': [own] };
  coda = await play({ model: new ScriptedModel(['Fine.']), config });
});
afterAll(async () => {
  await coda[Symbol.asyncDispose]();
  await publisher[Symbol.asyncDispose]();
  rmSync(own, { recursive: true });
});

/** Every file of the installed skills with its content. */
function installed(): Record<string, string> {
  const folder = join(coda.dataDir, 'skills');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
  const files = names.flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, withFileTypes: true }).filter((each) => each.isFile()),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]),
  );
}

test.each([...CATALOG_ATTACKS, ...BUNDLE_ATTACKS].map((attack, at) => [...attack, at] as const))(
  'nothing is installed where %s',
  async (_, attack, code, words, at) => {
    const path = `/${at}/catalog.json`;
    const asked = await attack({
      ...{ publisher, path },
      browse: (catalog) => ask(coda, 'browse', { catalog }),
      install: (catalog, id) => install(coda, { catalog, id }),
    });
    const before = [installed(), await coda.count('skill_market_installs'), await coda.count('skill_pins')];
    const refused = expect(install(coda, { id: 'good', ...asked })).rejects;
    await refused.toMatchObject({ code, message: words, remedy: expect.stringMatching(/./) });
    expect([installed(), await coda.count('skill_market_installs'), await coda.count('skill_pins')]).toEqual(before);
    expect(publisher.trapped).toBe(0);
  },
);
