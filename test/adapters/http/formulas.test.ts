/** Formulas of an answer, found before its Markdown is read. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeFormulas } from '../../../src/adapters/http/chats/formulas.ts';
import { toMarkup } from '../../../src/adapters/http/chats/markup.ts';
import { type Markup, toHtml } from '../../support/html.ts';

const shown = (markdown: string, folds = false): string =>
  toMarkup(markdown, { folds })
    .map((block) => toHtml(block as Markup))
    .join('\n');

test('formulas keep their backslashes, stars and lines, in sentences, lists and tables', () => {
  expect(shown('The **area** is $A = \\pi r^2$.')).toBe(
    '<p>The <strong>area</strong> is <code class="math">$A = \\pi r^2$</code>.</p>',
  );
  expect(shown('\\[\n\\sum_{i=1}^n *i*\n- 3\n= x\n\\]')).toBe(
    '<p><code class="math display">\\[\n\\sum_{i=1}^n *i*\n- 3\n= x\n\\]</code></p>',
  );
  expect(shown('- so:\n  $$\n  a_1 * b_1\n  $$\n- and \\(c\\)')).toBe(
    '<ul><li><p>so:\n<code class="math display">$$\n  a_1 * b_1\n  $$</code></p></li>' +
      '<li><p>and <code class="math">\\(c\\)</code></p></li></ul>',
  );
  expect(shown('| a | b |\n| --- | --- |\n| $|x|$ | \\(y_1\\) |')).toContain(
    '<td><code class="math">$|x|$</code></td><td><code class="math">\\(y_1\\)</code></td>',
  );
});

test.each([
  'It costs $5 and $10.',
  '$5-$10, US$5 and CA$7',
  'between 5$ and 10$, or 5$/10$',
  'a single $ here',
  '$ x $ and $x $',
  'from $5 to\n$10',
  '$$ $$',
  '\\$x\\$',
])('%j has no formula', (markdown) => {
  expect(shown(markdown)).not.toContain('class="math');
});

test('code is code, whatever signs stand in it', () => {
  expect(shown('`$x$` and ``a `$b$` c``')).toBe('<p><code>$x$</code> and <code>a `$b$` c</code></p>');
  expect(shown('```sh\necho $HOME/$USER\n\n$$\n```\n$x$')).toBe(
    '<pre tabindex="0" data-lang="sh"><code>echo $HOME/$USER\n\n$$</code></pre>\n' +
      '<p><code class="math">$x$</code></p>',
  );
  expect(shown('text\n\n    echo $a$ \\(b\\)')).toContain('<code>echo $a$ \\(b\\)</code>');
});

test('a link leads where it led', () => {
  expect(shown('[x](https://a.example/$q$/)')).toContain('href="https://a.example/$q$/"');
});

test('whoever decides reads every sign of what is asked: a card draws no formula', () => {
  expect(shown('Send “$\\phantom{all of it}$”?', true)).toBe('<p>Send “$\\phantom{all of it}$”?</p>');
});

test('marks that somebody writes stand for no formula', () => {
  expect(shown('\uE0000\uE001 and $x$')).toBe('<p>\uE0000\uE001 and $x$</p>');
});

test('no text is lost by it, and long texts of signs alone are read at once', () => {
  const signs = fc.array(
    fc.constantFrom('$', '$$', '\\(', '\\)', '\\[', '\\]', '`', '```', '\n', '\n\n', 'a', ' ', '5'),
  );
  fc.assert(
    fc.property(signs, (parts) => {
      const markdown = parts.join('');
      const { text, formulas } = takeFormulas(markdown);
      expect(text.replace(/\uE000(\d+)\uE001/g, (_, index) => formulas[Number(index)] ?? '')).toBe(markdown);
    }),
  );
  for (const sign of ['$', '$$', '\\(', '\\[', '`$', '$a', '``$`']) {
    const { formulas } = takeFormulas(sign.repeat(100_000 / sign.length));
    expect(formulas.length).toBeLessThanOrEqual(300);
  }
});
