import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleContent } from '../../../src/agent-skills/bundle/bundle.ts';
import { installSkill } from '../../../src/agent-skills/bundle/install.ts';
import { SKILL, temporaryFolder } from '../support/folders.ts';
import { zip } from '../support/zip.ts';
import { MALICIOUS } from './malicious.ts';

const inspect = async () => ({ name: 'tidy' });

async function install(folder: string, archive: Buffer) {
  return installSkill(folder, bundleContent(archive, 'tidy.skill'), inspect);
}

describe('a bundle that', () => {
  test.each(MALICIOUS)('%s is refused with the reason, and nothing of it is written', async (_, archive, reason) => {
    const folder = join(temporaryFolder(), 'skills');
    await expect(install(folder, archive())).rejects.toMatchObject({
      code: 'SKILL_BUNDLE_REFUSED',
      message: expect.stringMatching(reason),
    });
    const left = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
    expect(left.filter((name) => name !== '.versions')).toEqual([]);
    expect(readdirSync(join(folder, '..')).filter((name) => name !== 'skills')).toEqual([]);
  });

  test('is what the same writer makes of an honest skill is installed', async () => {
    const folder = join(temporaryFolder(), 'skills');
    const honest = zip([
      { name: 'tidy/SKILL.md', content: SKILL },
      { name: 'tidy/scripts/a.sh', content: 'echo', mode: 0o100755 },
    ]);
    expect(await install(folder, honest)).toMatchObject({ name: 'tidy', files: 2 });
  });
});
