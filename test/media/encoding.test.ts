/** Letters: each encoding of the Encoding Standard, and each kind of file in those of Windows and of others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { charsetIn, decodeBytes } from '../../src/media/index.ts';
import { notesBeside } from '../../src/skills/files/texts.ts';
import { openReaders, type Readers } from './reading.ts';

const hex = (bytes: string) => Buffer.from(bytes, 'hex');

/** Made by Python's codecs, but for the last two, which are tables of the standard alone. */
const ENCODINGS: readonly (readonly [label: string, bytes: string, text: string])[] = [
  ['utf-8', '53747261c39f6520e28093203520e282ac', 'Straße – 5 €'],
  ['ibm866', '8fe0a8a2a5e22c20aca8e020b0', 'Привет, мир ░'],
  ['iso-8859-2', 'ae6c75bb6f75e86bfd206bf9f2', 'Žluťoučký kůň'],
  ['iso-8859-3', 'c66975bc61fd646520f869', 'Ĉiuĵaŭde ĝi'],
  ['iso-8859-4', 'ab696d656e6520f3ba6465', 'Ģimene ķēde'],
  ['iso-8859-5', 'b7d4e0d0d2d5d920f2', 'Здравей ђ'],
  ['iso-8859-6', 'e5d1cdc8c7', 'مرحبا'],
  ['iso-8859-7', 'cae1ebe7ecddf1e1', 'Καλημέρα'],
  ['iso-8859-8', 'f9ece5ed', 'שלום'],
  ['iso-8859-8-i', 'f9ece5ed', 'שלום'],
  ['iso-8859-10', 'def372f0757220bf', 'Þórður ŋ'],
  ['iso-8859-13', 'dee073697320b4eba1', 'Žąsis “ė”'],
  ['iso-8859-14', 'd0796e656220fe64', 'Ŵyneb ŷd'],
  ['iso-8859-15', '63bd7572203520a4', 'cœur 5 €'],
  ['iso-8859-16', 'aa7469696efee3203520a4', 'Știință 5 €'],
  ['koi8-r', 'f0d2c9d7c5d4', 'Привет'],
  ['koi8-u', 'b7d6c1cb20adc5c4dad8', 'Їжак ґедзь'],
  ['macintosh', '6361668e20d2ded320d020b0', 'café “ﬁ” – ∞'],
  ['windows-874', 'cac7d1cab4d52080', 'สวัสดี €'],
  ['windows-1250', '8e6c759d6f75e86bfd20846bf9f2932080', 'Žluťoučký „kůň“ €'],
  ['windows-1251', 'cff0e8e2e5f2209620352088', 'Привет – 5 €'],
  ['windows-1252', '313220802096208467757493209273', '12 € – „gut“ ’s'],
  ['windows-1253', 'cae1ebe7ecddf1e12080', 'Καλημέρα €'],
  ['windows-1254', 'dd796920616bfe616d6c61722080', 'İyi akşamlar €'],
  ['windows-1255', 'f9ece5ed20a4', 'שלום ₪'],
  ['windows-1256', 'd3e1c7e32090e12080', 'سلام گل €'],
  ['windows-1257', 'dee073697320eb2080', 'Žąsis ė €'],
  ['windows-1258', 'fe20d0fd2080', '₫ Đư €'],
  ['x-mac-cyrillic', '8ff0e8e2e5f220dc', 'Привет №'],
  ['gbk', 'd6d0cec4bcdbb8f1', '中文价格'],
  ['gb18030', 'd6d0cec495328236', '中文𠀀'],
  ['big5', 'a4a4a4e5bbf9aee6', '中文價格'],
  ['euc-jp', 'a4b3a4f3a4cba4c1a4cfc0a4b3a6', 'こんにちは世界'],
  ['iso-2022-jp', '1b2442467c4b5c386c1b2842206f6b', '日本語 ok'],
  ['shift_jis', '82b182f182c982bf82cd20b6c5', 'こんにちは ｶﾅ'],
  ['euc-kr', 'bec8b3e7c7cfbcbcbfe4', '안녕하세요'],
  ['utf-16be', '0047007200f600df0065002020ac', 'Größe €'],
  ['utf-16le', '47007200f600df0065002000ac20', 'Größe €'],
  ['x-user-defined', '6180ff', 'a\uf780\uf7ff'],
  ['cp437', '8194e1', 'üöß'],
];

describe('bytes', () => {
  test.each(ENCODINGS)('of %s are read where it is declared', (declared, bytes, text) => {
    expect(decodeBytes(hex(bytes), { declared })).toEqual({ text, isGuess: false });
    expect(decodeBytes(hex(bytes), { declared: ` ${declared.toUpperCase()} ` }).text).toBe(text);
  });

  test('say which encoding they are in: a mark, a header, a page, XML; else UTF-8', () => {
    const latin = (text: string) => Buffer.from(text, 'latin1');
    const read = (bytes: Uint8Array, about = {}) => decodeBytes(bytes, about);
    expect(read(Buffer.from('\ufeff€'), { declared: 'latin1' })).toEqual({ text: '€', isGuess: false });
    expect(read(latin('\xff\xfea\0')).text).toBe('a');
    expect(read(Buffer.from('wide', 'utf16le')).text).toBe('wide');
    const page = latin('<meta charset=iso-8859-2>\xb9');
    expect(read(page, { isPage: true }).text).toContain('š');
    expect(read(page, { isPage: true, declared: 'windows-1251' }).text).toContain('№');
    expect(read(page)).toMatchObject({ text: expect.stringContaining('¹'), isGuess: true });
    expect(read(latin('<?xml version="1.0" encoding="koi8-r"?>\xd0')).text).toContain('п');
    expect(read(Buffer.from('<?xml version="1.0" encoding="utf-16"?>€'))).toMatchObject({ isGuess: false });
    expect(read(Buffer.from('€'))).toEqual({ text: '€', isGuess: false });
  });

  test('are guessed where what is said of them is wrong, or nothing is said', () => {
    expect(decodeBytes(hex('63e99320'), { declared: 'utf-8' })).toEqual({ text: 'cé“ ', isGuess: true });
    expect(decodeBytes(hex('8096'), { declared: 'martian' })).toEqual({ text: '€–', isGuess: true });
    expect(decodeBytes(hex('1b2442467c4b5c386c1b2842'))).toEqual({ text: '日本語', isGuess: true });
  });

  test.each([
    [
      'windows-1251',
      'd1eee1f0e0ede8e520e220e4e5e2fff2fc20f7e0f1eee22c20eff0e8ede5f1e8f2e520e4eee3eee2eef02e',
      'Собрание в девять часов, принесите договор.',
    ],
    [
      'koi8-r',
      'f3cfc2d2c1cec9c520d720c4c5d7d1d4d820dec1d3cfd72c20d0d2c9cec5d3c9d4c520c4cfc7cfd7cfd22e',
      'Собрание в девять часов, принесите договор.',
    ],
    [
      'ibm866',
      '91aea1e0a0ada8a520a220a4a5a2efe2ec20e7a0e1aea22c20afe0a8ada5e1a8e2a520a4aea3aea2aee02e',
      'Собрание в девять часов, принесите договор.',
    ],
    [
      'windows-1253',
      'c720f3f5eddcedf4e7f3e720e1f1f7dfe6e5e920f3f4e9f220e5ededdde120f4ef20f0f1f9df2e',
      'Η συνάντηση αρχίζει στις εννέα το πρωί.',
    ],
    ['windows-1255', 'e4f4e2e9f9e420eefae7e9ece420e1faf9f220e1e1e5f7f8', 'הפגישה מתחילה בתשע בבוקר'],
    ['shift_jis', '89ef8b6382cd8be38e9e82c98e6e82dc82e882dc82b78142', '会議は九時に始まります。'],
    ['euc-jp', 'b2f1b5c4a4cfb6e5bbfea4cbbbcfa4dea4eaa4dea4b9a1a3', '会議は九時に始まります。'],
    ['euc-kr', 'c8b8c0c7b4c220bec6c8a920bdc3bfa120bdc3c0dbc7d5b4cfb4d92e', '회의는 아홉 시에 시작합니다.'],
    ['gb18030', 'bbe1d2e9d4dabec5b5e3bfaacabca3acc4e3c3c7b6bcd2aac0b4a1a3', '会议在九点开始，你们都要来。'],
    ['big5', 'b77cc4b3a662a445c249b67da96ca141a741adccb3a3ad6ea8d3a143', '會議在九點開始，你們都要來。'],
    [
      'windows-1252',
      'dc626572206772f6df65726520c46e646572756e67656e206dfc7373656e2077697220fc6265726d6f7267656e206672fc6820726564656e3a203520802096208467757493',
      'Über größere Änderungen müssen wir übermorgen früh reden: 5 € – „gut“',
    ],
    ['windows-1252', 'c4d6dc20e4f6fc20df', 'ÄÖÜ äöü ß'],
  ])('of %s are told by the script that they make', (_, bytes, text) => {
    expect(decodeBytes(hex(bytes))).toEqual({ text, isGuess: true });
  });

  test('may end within a character', () => {
    expect(decodeBytes(hex('61e282'), { isCut: true })).toEqual({ text: 'a', isGuess: false });
    expect(decodeBytes(hex('82b182'), { declared: 'shift_jis', isCut: true }).text).toBe('こ');
    expect(decodeBytes(hex('82b182'), { declared: 'shift_jis' }).text).toBe('こ\ufffd');
  });
});

test('the charset of a content type', () => {
  expect(charsetIn('text/html; charset="Windows-1252"; a=b')).toBe('Windows-1252');
  expect(charsetIn('text/html')).toBeUndefined();
});

/** The words that Latin-1 has not. */
const WORDS = '12 € – „gut“, Ana’s';
const inWestern = (text: string) =>
  Buffer.concat([...text].map((sign) => Buffer.from([WESTERN.get(sign) ?? sign.charCodeAt(0)])));
const WESTERN = new Map([
  ['€', 0x80],
  ['–', 0x96],
  ['„', 0x84],
  ['“', 0x93],
  ['’', 0x92],
]);
const quoted = '12 =80 =96 =84gut=93, Ana=92s';
const head =
  'From: a@example.org\r\nTo: b@example.org\r\nDate: Tue, 1 Dec 2026 09:00:00 +0000\r\nSubject: Offer\r\nMIME-Version: 1.0\r\n';
const typed = 'Content-Type: text/plain; charset=windows-1252\r\n';

/** An archive of empty files whose names are not said to be in UTF-8. */
function archiveOf(names: readonly Buffer[]): Buffer {
  let size = 0;
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  for (const name of names) {
    const head = Buffer.alloc(30);
    head.write('PK\x03\x04', 'latin1');
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 'latin1');
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(size, 42);
    local.push(head, name);
    central.push(entry, name);
    size += head.length + name.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(Buffer.concat(central).length, 12);
  end.writeUInt32LE(size, 16);
  return Buffer.concat([...local, ...central, end]);
}

/** `isGuess`: the file does not say how it is written. */
const FILES: readonly (readonly [name: string, what: string, text: string, isGuess: boolean])[] = [
  ['a.txt', 'a text', WORDS, true],
  ['a.csv', 'a table', `Price;Note\r\n1;${WORDS}\r\n`, true],
  ['a.html', 'a page', `<p>${WORDS}</p>`, true],
  ['b.html', 'a page that says it', `<meta charset="windows-1252"><p>${WORDS}</p>`, false],
  ['c.html', 'a page that calls it Latin-1', `<meta charset="iso-8859-1"><p>${WORDS}</p>`, false],
  ['a.xml', 'XML that says it', `<?xml version="1.0" encoding="windows-1252"?><a>${WORDS}</a>`, false],
  ['a.eml', 'a mail that says it', `${head}${typed}Content-Transfer-Encoding: 8bit\r\n\r\n${WORDS}\r\n`, false],
  ['b.eml', 'a quoted mail', `${head}${typed}Content-Transfer-Encoding: quoted-printable\r\n\r\n${quoted}\r\n`, false],
  ['c.eml', 'a mail that does not say it', `${head}\r\n${WORDS}\r\n`, true],
  [
    'd.eml',
    'a mail in HTML',
    `${head}Content-Type: text/html; charset=windows-1252\r\n\r\n<meta charset="windows-1252"><p>${WORDS}</p>\r\n`,
    false,
  ],
  [
    'e.eml',
    'the subject of a mail',
    `${head.replace('Offer', `=?windows-1252?Q?${quoted.replaceAll(' ', '_')}?=`)}\r\nHello`,
    false,
  ],
  ['a.vcf', 'a card', `BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nNOTE:${WORDS}\nEND:VCARD\n`, true],
  [
    'b.vcf',
    'a card that says it',
    `BEGIN:VCARD\nVERSION:2.1\nFN:Ana\nNOTE;CHARSET=windows-1252:${WORDS}\nEND:VCARD\n`,
    false,
  ],
  [
    'c.vcf',
    'a quoted card',
    `BEGIN:VCARD\nVERSION:2.1\nFN:Ana\nNOTE;CHARSET=windows-1252;ENCODING=QUOTED-PRINTABLE:${quoted}\nEND:VCARD\n`,
    false,
  ],
  [
    'a.ics',
    'a calendar',
    `BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:${WORDS}\nDTSTART:20261201T090000\nEND:VEVENT\nEND:VCALENDAR\n`,
    true,
  ],
];

describe('letters of Windows in', () => {
  let readers: Readers;
  beforeAll(async () => {
    readers = await openReaders({ withinMs: 60_000 });
  });
  afterAll(() => readers.close());

  test.each(FILES)('%s (%s)', async (name, _, text, isGuess) => {
    const read = await readers.read(inWestern(text), name);
    expect(read.text).toContain(WORDS);
    expect(read.facts.guessed ?? false).toBe(isGuess);
    expect(notesBeside(read.facts)).toEqual(isGuess ? ['not read: letters guessed.'] : []);
  });

  test.each([
    ['by the code page', String.raw`{\rtf1\ansi\ansicpg936{\fonttbl{\f0 SimSun;}}\f0 \'bb\'e1\'d2\'e9\par}`, '会议'],
    [
      'by the font',
      String.raw`{\rtf1\ansi\ansicpg1252{\fonttbl{\f1\fcharset204 A;}}\f1 \'ff\'fe\f0  5 \'80\par}`,
      'яю 5 €',
    ],
    ['by a code page that nobody knows', String.raw`{\rtf1\ansi\ansicpg1361 \'84gut\'93 \'80\par}`, '„gut“ €'],
  ])('rich text are read %s', async (_, rtf, text) => {
    expect((await readers.read(rtf, 'a.rtf')).text).toBe(text);
  });

  test('the names of an archive are those of DOS, or UTF-8', async () => {
    const names = [Buffer.from('9a62657267616265204d816c6c65722e747874', 'hex'), Buffer.from('Zoë.txt')];
    const read = await readers.read(archiveOf(names), 'a.zip');
    expect(read.text).toContain('Übergabe Müller.txt\nZoë.txt');
  });

  test('a file in another one are said to be a guess, too', async () => {
    const attached = `Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n${inWestern(WORDS).toString('base64')}\r\n--x--`;
    const read = await readers.read(`${head}${attached}`, 'a.eml');
    expect(read.at(WORDS)).toHaveLength(1);
    expect(read.facts.guessed).toBe(true);
  });

  test('a table whose type says another encoding are read by it', async () => {
    const { text, facts } = await readers.read(hex('cdcee2ee3b310a'), 'a.csv', 'text/csv; charset=windows-1251');
    expect(text).toContain('НОво');
    expect(facts.guessed).toBeUndefined();
  });
});
