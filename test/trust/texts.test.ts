import { expect, test } from 'vitest';
import { trustTexts } from '../../src/trust/index.ts';

test('a folder in which nothing has changed is not said to have changed', () => {
  const inquest = {
    id: { name: 'maid', source: 'specialist' },
    before: { state: 'pinned' },
    changes: [],
    findings: [],
  };
  const said = (changes: string[]) => trustTexts.inquest({ ...inquest, changes } as never, 'specialist');
  expect(said([])).toMatch(/^The specialist \*\*maid\*\* has not changed since its first use\.\n/);
  expect(said(['it may run code'])).toMatch(/has changed since its first use:\n- it may run code\n/);
});
