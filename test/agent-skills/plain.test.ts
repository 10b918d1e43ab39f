import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPlain } from '../../src/agent-skills/read/head.ts';
import { readYaml } from '../../src/agent-skills/read/yaml.ts';

/** What means something to YAML, and what looks as if it did. */
const pieces = [
  ...[
    'a',
    'name',
    'é',
    '会议',
    '7',
    '1.0',
    '007',
    '1e3',
    '0x1f',
    '2026-01-31',
    '.5',
    '-1',
    '+1',
    'true',
    'Yes',
    'NULL',
  ],
  ...[
    ' ',
    '  ',
    ':',
    ': ',
    '#',
    ' #',
    '-',
    '- ',
    ',',
    '"',
    "'",
    '\\',
    '[',
    ']',
    '{',
    '}',
    '&',
    '*',
    '!',
    '|',
    '>',
    '%',
  ],
  ...[
    '@',
    '`',
    '?',
    '~',
    '=',
    '<<',
    '.',
    '/',
    '(',
    ')',
    '{"a": 1}',
    '[a, b]',
    '"x": ',
    '\t',
    '\r',
    '\u00a0',
    '\u2028',
    '\u0085',
    '\ufeff',
  ],
];
const words = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((list) => list.join(''));
const key = fc.constantFrom('name', 'description', 'metadata', 'allowed-tools', 'a', 'b_c', 'x', '"q"', 'x y', '7');
const line = fc.oneof(
  fc.tuple(key, words).map(([name, value]) => `${name}: ${value}`),
  fc.tuple(key, words).map(([name, value]) => `  ${name}: ${value}`),
  words.map((value) => `- ${value}`),
  words.map((value) => `  - ${value}`),
  key.map((name) => `${name}:`),
  fc.tuple(fc.constantFrom('', ' ', '    '), words).map(([indent, value]) => indent + value),
);

test('what the quick reader makes of a frontmatter is what the YAML library makes of it', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      const text = lines.map((one) => one + end).join('');
      const plain = readPlain(text, 2);
      if (!plain) return;
      read++;
      expect(JSON.stringify(plain)).toBe(JSON.stringify(readYaml(text, 2)));
    }),
    { numRuns: 20_000, examples: [[['name: {"x": 1.0}'], '\n']] },
  );
  expect(read).toBeGreaterThan(500);
});
