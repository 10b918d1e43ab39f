/** Colours of code and formulas, as the drawer makes them; and what hostile ones come to. */
import { describe, expect, test } from 'vitest';
import { colouredCode } from '../../../src/web/chat/drawing/code.ts';
import { type Drawing, drawFormula } from '../../../src/web/chat/drawing/formula.ts';

const wordsOf = (drawing: Drawing | undefined): string => {
  if (drawing === undefined || typeof drawing === 'string') return drawing ?? '';
  return (drawing.slice(2) as Drawing[]).map(wordsOf).join('');
};

describe('code', () => {
  test.each([
    ['python', 'import os  # all\nprint(f"{os.x} 1")\n', ['import', '# all']],
    ['ts', "const a: string = 'b'; // c\n", ['const', "'b'"]],
    ['html', '<p class="a">b<script>let c = 1;</script></p>', ['let', '"a"']],
    ['JSON', '{"a": [1, true]}', ['1', '"a"']],
    ['diff', '-a\n+b\n', ['-a', '+b']],
  ])('%s has colours, and no letter of it is another', (language, text, coloured) => {
    const pieces = colouredCode(text, language) ?? [];
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    for (const words of coloured) expect(pieces.find((piece) => piece.text === words)?.kind).toBeDefined();
  });

  test('markup in code stays its letters', () => {
    const text = '<img src=x onerror="steal()">\n"</code><script>1</script>"';
    expect(
      colouredCode(text, 'js')
        ?.map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });

  test.each([
    ['an unknown language', 'a', 'constructor'],
    ['more than 50 kB', 'let a = 1;\n'.repeat(5_000), 'js'],
    ['a line that nobody has written by hand', 'a'.repeat(1_001), 'js'],
  ])('%s stays plain', (_, text, language) => {
    expect(colouredCode(text, language)).toBeUndefined();
  });
});

describe('formulas', () => {
  test('are MathML, in a line or as a block', () => {
    expect(drawFormula('$x^2$')?.slice(0, 2)).toEqual(['math', {}]);
    expect(drawFormula('\\(x\\)')?.slice(0, 2)).toEqual(['math', {}]);
    expect(drawFormula('$$\\frac{a}{b}$$')).toEqual([
      'math',
      { display: 'block', class: 'tml-display' },
      ['mfrac', {}, ['mi', {}, 'a'], ['mi', {}, 'b']],
    ]);
    expect(wordsOf(drawFormula('\\[\\begin{aligned}a &= \\sqrt b\\\\ c &= \\text{so}\\end{aligned}\\]'))).toBe(
      'a=bc=so',
    );
  });

  test.each([
    ['a macro without an end', '$\\def\\a{\\a\\a}\\a$'],
    ['a macro under another name', '$\\let\\b=\\frac \\newcommand{\\c}{\\c}\\c$'],
    ['a link that runs something', '$\\href{javascript:alert(1)}{x}$'],
    ['a link', '$\\url{https://a.example}$'],
    ['a picture', '$\\includegraphics{https://a.example/a.png}$'],
    ['attributes of HTML', '$\\htmlId{main}{x}\\htmlClass{alone}{x}$'],
    ['styles', '$\\htmlStyle{position:fixed}{x}$'],
    ['fractions in fractions', `$${'\\frac{'.repeat(200)}x${'}{y}'.repeat(200)}$`],
    ['brackets without an end', `$${'\\left('.repeat(300)}x$`],
    ['more than 2,000 characters', `$${'x'.repeat(2_001)}$`],
    ['what is no formula', '$x_$'],
  ])('%s stays as it was written', (_, source) => {
    expect(drawFormula(source)).toBeUndefined();
  });

  test('a formula covers nothing beside it, hides no words by a colour, and has no element of HTML', () => {
    const all = JSON.stringify([
      drawFormula('$\\hspace{900em}\\rule{900em}{900em}\\raisebox{900em}{x}$'),
      drawFormula('$\\color{white}x\\kern{-900em}$'),
      drawFormula('$\\text{<img src=x onerror=1>}$'),
    ]);
    expect(all).not.toMatch(/\d{3}em|color|margin|position|"img"/);
    expect(all.replaceAll('\u00a0', ' ')).toContain('<img src=x onerror=1>');
  });
});
