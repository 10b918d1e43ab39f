import { describe, expect, test } from 'vitest';
import { Pace } from '../../../src/base/async.ts';
import { scanFile } from '../../../src/trust/audit/audit.ts';
import { auditRules } from '../../../src/trust/audit/rules.ts';

/** What `text` triggers, as instructions and as a script: most rules hold for both. */
async function triggered(text: string): Promise<string[]> {
  const files = [
    { path: 'SKILL.md', text, isProse: true },
    { path: 'run', text, isProse: false },
  ];
  const found = await Promise.all(files.map((file) => scanFile(file, new Pace())));
  return found.flat().map(({ rule, level, why }) => `${rule} ${level}: ${why}`);
}

describe('each rule of the scan', () => {
  const cases = auditRules().rules.map((rule) => ({ ...rule, name: `${rule.id} ${rule.level}: ${rule.why}` }));

  test.each(cases)('$name', async ({ name, example, innocent }) => {
    expect(await triggered(example)).toContain(name);
    expect(await triggered(innocent)).not.toContain(name);
  });

  test('is named once', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });
});
