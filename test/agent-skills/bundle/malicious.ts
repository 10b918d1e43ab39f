import { crc32, deflateRawSync } from 'node:zlib';
import { SKILL } from '../support/folders.ts';
import { extraField, type RawArchive, type RawEntry, zip } from '../support/zip.ts';

const skill: RawEntry = { name: 'tidy/SKILL.md', content: SKILL };
const withSkill = (...entries: RawEntry[]) => zip([skill, ...entries]);
const named = (name: string | Uint8Array) => withSkill({ name, content: 'x' });
const about = (archive: RawArchive) => zip([skill], archive);

const MIB = 1024 * 1024;
const zeros = Buffer.alloc(2 * MIB);
const packedZeros = deflateRawSync(zeros);

/** Entries that share one piece of data: each names the first one's place. */
function overlapping(): Buffer {
  const shared = { content: zeros, data: packedZeros };
  return zip([
    skill,
    { name: 'tidy/0', ...shared },
    ...[1, 2, 3].map((n) => ({
      name: `tidy/${n}`,
      data: new Uint8Array(),
      header: { crc: crc32(zeros), bytes: zeros.length, packedBytes: packedZeros.length },
      offset: honestOffset(),
    })),
  ]);
}

/** Fifield's: the data of an entry is the local header of the next one, quoted as a stored block, and so on. */
function quoting(): Buffer {
  const inner: RawEntry = { name: 'tidy/b', content: 'kernel' };
  const second = zip([inner]).subarray(0, 30 + 6 + deflateRawSync(Buffer.from('kernel')).length);
  return zip([
    skill,
    { name: 'tidy/a', data: second, header: { method: 0, bytes: second.length, crc: crc32(second) } },
    { ...inner, data: new Uint8Array(), header: { packedBytes: 8 }, offset: honestOffset() + 30 + 6 },
  ]);
}

/** Where what follows the honest SKILL.md begins. */
function honestOffset(): number {
  return 30 + 'tidy/SKILL.md'.length + deflateRawSync(Buffer.from(SKILL)).length;
}

function nested(): Buffer {
  const folders = Array.from({ length: 20 }, (_, index) => `d${index}`).join('/');
  return named(`tidy/${folders}/x.md`);
}

/** What it is, its bytes, and what the refusal says. */
export const MALICIOUS: [string, () => Buffer, RegExp][] = [
  ['names a file above its folder', () => named('tidy/../../evil.md'), /not safe.*"\.\."/],
  ['names a file above its folder by backslashes', () => named('tidy\\..\\..\\evil.md'), /not safe.*backslash/],
  [
    'leads out by backslashes alone',
    () => zip([{ name: 't\\SKILL.md', content: SKILL }, { name: 't\\..\\..\\x' }]),
    /not safe.*"\.\."/,
  ],
  ['leads out behind ./', () => named('./../evil.md'), /not safe.*"\.\."/],
  ['names an absolute path', () => named('/etc/cron.d/evil'), /not safe.*absolute/],
  ['names a drive', () => named('C:/evil.md'), /not safe.*colon/],
  ['hides the end of a name behind NUL', () => named('tidy/a.md\0.exe'), /not safe.*control/],
  ['turns a name around with a bidirectional override', () => named('tidy/\u202egnp.sh'), /not safe.*cannot be seen/],
  ['names a file in fullwidth dots', () => named('tidy/．．/evil.md'), /not safe/],
  ['has a repository with hooks', () => named('tidy/.git/hooks/post-checkout'), /not safe.*repository/],
  ['names a device of Windows', () => named('tidy/aux.md'), /device/],
  ['has a name that is not UTF-8', () => named(Buffer.from([0x74, 0xff, 0xfe])), /not UTF-8/],
  ['has a symbolic link', () => withSkill({ name: 'tidy/a', content: '/etc/passwd', mode: 0o120777 }), /symbolic link/],
  ['has a device', () => withSkill({ name: 'tidy/a', mode: 0o020666 }), /neither a file nor a folder/],
  ['has one name twice', () => withSkill({ name: 'tidy/SKILL.md', content: 'another' }), /one name twice/],
  ['has names that differ only in case', () => named('tidy/skill.md'), /differ only in case/],
  ['has folders that differ only in case', () => withSkill({ name: 'tidy/a/x' }, { name: 'tidy/A/y' }), /only in case/],
  ['has a file that is a folder too', () => withSkill({ name: 'tidy/a' }, { name: 'tidy/a/b' }), /a file and a folder/],
  [
    'has a folder with content',
    () => withSkill({ name: 'tidy/a/', content: 'x', mode: 0o040755 }),
    /folder with content/,
  ],
  ['unpacks to two hundred times its size', () => withSkill({ name: 'tidy/z', content: zeros }), /200 times its size/],
  [
    'says it is small and is large',
    () => withSkill({ name: 'tidy/z', content: zeros, header: { bytes: 10 } }),
    /cannot be unpacked|another size/,
  ],
  [
    'says it is large and is small',
    () => withSkill({ name: 'tidy/z', content: 'x', header: { bytes: 1000 } }),
    /cannot be unpacked|another size/,
  ],
  [
    'unpacks to more than the limit',
    () => withSkill({ name: 'tidy/z', content: 'x', header: { bytes: 100 * MIB } }),
    /more than \d+ bytes/,
  ],
  ['has 100,000 entries', () => zip([skill], { count: 65_535, directoryBytes: 0 }), /directory/],
  ['has more entries than a skill', () => withSkill(...many(2_001)), /more than 2000 entries/],
  ['is nested without end', nested, /folders more than 12 deep/],
  ['has entries that share their data', overlapping, /overlap|contradicts/],
  ['has an entry inside another one’s data', quoting, /overlap/],
  ['is encrypted', () => withSkill({ name: 'tidy/a', header: { flags: 0x0801 } }), /encrypted/],
  [
    'says ZIP64 in an entry',
    () => withSkill({ name: 'tidy/a', header: { extra: extraField(1, new Uint8Array(16)) } }),
    /ZIP64/,
  ],
  [
    'says ZIP64 at its end',
    () => about({ beforeEnd: Buffer.concat([Buffer.from('PK\x06\x07', 'latin1'), Buffer.alloc(16)]) }),
    /ZIP64|does not end where/,
  ],
  [
    'has another name in its local header',
    () => withSkill({ name: 'tidy/a', local: { name: 'tidy/b' } }),
    /contradicts/,
  ],
  ['has another size in its local header', () => withSkill({ name: 'tidy/a', local: { bytes: 9 } }), /contradicts/],
  [
    'has another name in an extra field',
    () => withSkill({ name: 'tidy/a', header: { extra: extraField(0x7075, Buffer.from('\x01aaaa../../evil')) } }),
    /two names/,
  ],
  ['has a wrong checksum', () => withSkill({ name: 'tidy/a', content: 'x', header: { crc: 1 } }), /checksum/],
  ['is cut off', () => withSkill({ name: 'tidy/a', content: 'x' }).subarray(0, 150), /no ZIP archive, or is cut off/],
  [
    'has data that is no compressed data',
    () => withSkill({ name: 'tidy/a', data: Buffer.from('\xff\xff') }),
    /unpacked/,
  ],
  [
    'has bytes after the end of an entry’s data',
    () => withSkill({ name: 'tidy/a', content: 'x', data: Buffer.concat([deflateRawSync('x'), Buffer.from('evil')]) }),
    /after the end of an entry/,
  ],
  [
    'begins with a program',
    () => about({ prefix: Buffer.from('#!/bin/sh\necho evil\n') }),
    /does not begin|is not where/,
  ],
  [
    'counts fewer entries than it has',
    () => zip([skill, { name: 'tidy/a' }], { count: 1 }),
    /more in it than it counts/,
  ],
  ['counts more entries than it has', () => about({ count: 2 }), /damaged directory/],
  ['has a directory elsewhere', () => about({ directoryAt: 0 }), /does not end where/],
  ['is one of several parts', () => about({ disk: 1 }), /one part of several/],
  ['has a second end in its comment', () => about({ comment: zip([]) }), /two ends/],
  ['uses an unknown compression', () => withSkill({ name: 'tidy/a', header: { method: 99 } }), /unknown way/],
  ['has no SKILL.md', () => zip([{ name: 'tidy/README.md' }]), /no SKILL\.md/],
  ['has a SKILL.md in each of two folders', () => withSkill({ name: 'other/SKILL.md' }), /no SKILL\.md/],
  ['is empty', () => Buffer.alloc(0), /no ZIP archive/],
  ['is something else', () => Buffer.from('<!doctype html>'.repeat(10)), /no ZIP archive/],
];

function many(count: number): RawEntry[] {
  return Array.from({ length: count }, (_, index) => ({ name: `tidy/${index}`, data: Buffer.from([3, 0]) }));
}
