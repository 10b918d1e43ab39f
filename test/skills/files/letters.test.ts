/** Text in pictures and on scanned pages, by Debian's tesseract and poppler. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pdf } from '../../support/pdf.ts';
import { play } from '../../support/play.ts';

const { PATH = '' } = process.env;
const isThere = hasPrograms('tesseract', 'pdftoppm');
function hasPrograms(...programs: string[]): boolean {
  try {
    for (const program of programs) execFileSync('which', [program]);
    return true;
  } catch {
    return false;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'coda-letters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A page with these words, as a camera would have it. */
function photographed(words: string): Buffer {
  const file = join(folder, 'page.pdf');
  writeFileSync(file, pdf(words));
  execFileSync('pdftoppm', ['-r', '150', '-jpeg', '-singlefile', file, join(folder, 'page')]);
  return readFileSync(join(folder, 'page.jpg'));
}

/** A PDF of one page, which is the picture. */
function scanned(jpeg: Buffer, width: number, height: number): Buffer {
  const image = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode`;
  const drawing = 'q 612 0 0 792 0 0 cm /P Do Q';
  const page =
    '/Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /XObject << /P 4 0 R >> >> /Contents 5 0 R';
  const objects: (string | Buffer)[][] = [
    ['<< /Type /Catalog /Pages 2 0 R >>'],
    ['<< /Type /Pages /Kids [3 0 R] /Count 1 >>'],
    [`<< ${page} >>`],
    [`<< ${image} /Length ${jpeg.length} >>\nstream\n`, jpeg, '\nendstream'],
    [`<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`],
  ];
  const body = objects.flatMap((parts, at) => [`${at + 1} 0 obj\n`, ...parts, '\nendobj\n']);
  return Buffer.concat(['%PDF-1.4\n', ...body, 'trailer << /Root 1 0 R >>\n%%EOF\n'].map((each) => Buffer.from(each)));
}

const size = (jpeg: Buffer): [number, number] => {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
};

test.skipIf(!isThere)('the text of a picture is read where no model sees it', async () => {
  await using coda = await play({ env: { PATH } });
  const ana = coda.person('ana');
  await coda.sends('ana', photographed('The warranty lasts 24 months.'), {
    name: 'label.jpg',
    type: 'image/jpeg',
    text: '',
  });
  const [answer] = ana.heard('label.jpg');
  expect(answer).toContain('The warranty lasts 24 months.');
  expect(answer).toContain('read from pictures, with mistakes');
  expect(await ana.says("find 'warranty' in it")).toContain('the picture');
});

test.skipIf(!isThere)('the pages of a scan are read as pictures', async () => {
  await using coda = await play({ env: { PATH } });
  const ana = coda.person('ana');
  const jpeg = photographed('The boiler was serviced in May.');
  await coda.sends('ana', scanned(jpeg, ...size(jpeg)), { name: 'scan.pdf', text: '' });
  expect(ana.heard('scan.pdf').join()).toContain('[page 1]\nThe boiler was serviced in May.');
});

test('without tesseract it is said how', async () => {
  await using coda = await play();
  await coda.sends('ana', scanned(Buffer.from('ffd8ffd9', 'hex'), 1, 1), { name: 'scan.pdf', text: '' });
  expect(coda.person('ana').heard('scan.pdf').join()).toContain('(tesseract)');
});
