/** Office documents of before 2007, converted in a real container; the program in it is a small one that takes the arguments of LibreOffice's. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCKER, docker, dockerBytes, packed } from '../../support/docker.ts';
import { play } from '../../support/play.ts';
import { requireService } from '../../support/postgres.ts';
import { zip } from '../../support/zip.ts';

requireService('CODA_TEST_DOCKER');

const OFFICE = `coda-test-office-${process.pid}`;
const read = (name: string) => readFileSync(new URL(`../../media/files/${name}`, import.meta.url));

/** Refuses what LibreOffice would refuse, and makes a document of the letters in a file and of what it finds around it. */
const SOFFICE = `#!/usr/bin/env python3
import os, re, socket, sys, zipfile
args = sys.argv[1:]
want = ['--headless', '--norestore', '--nolockcheck', '--nologo', '-env:UserInstallation=file:///tmp/office', '--convert-to', 'docx', '--outdir', '/workspace/output', '/workspace/document.doc']
if args != want:
    sys.exit('unknown arguments: ' + ' '.join(args))
os.makedirs('/tmp/office')
content = open(args[-1], 'rb').read()
if b'crash' in content:
    os.abort()
if content[:4] != bytes.fromhex('d0cf11e0') or b'locked' in content:
    # As the real one: without a document, and well.
    print('Error: source file could not be loaded')
    sys.exit(0)
found = re.findall(rb'[\\x20-\\x7e]{12,}', content.replace(b'\\0', b''))
networks = [line.split(':')[0].strip() for line in open('/proc/net/dev') if ':' in line]
found.append(('networks: ' + ' '.join(networks) + ', relay: ' + str(socket.socket().connect_ex(('127.0.0.1', 3128)) == 0)).encode())
body = ''.join('<w:p><w:r><w:t>' + text.decode().replace('&', '&amp;').replace('<', '&lt;') + '</w:t></w:r></w:p>' for text in found)
with zipfile.ZipFile(os.path.join(args[-2], 'document.docx'), 'w') as out:
    out.writestr('word/document.xml', '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>' + body + '</w:body></w:document>')
`;

const locked = Buffer.concat([read('letter.doc'), Buffer.from('locked')]);

function mail(...attached: (readonly [name: string, bytes: Buffer])[]): Buffer {
  const head = 'From: ben@example.com\r\nSubject: Papers\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n';
  const parts = attached.map(
    ([name, bytes]) =>
      `--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}\r\n`,
  );
  return Buffer.from(`${head}--x\r\nContent-Type: text/plain\r\n\r\nSee attached.\r\n${parts.join('')}--x--`);
}

/** The sandbox's image with the program in it. */
async function makeImage(): Promise<void> {
  const { Id } = await docker<{ Id: string }>('POST', '/containers/create', { Image: DOCKER?.image, Cmd: ['true'] });
  try {
    const archive = await packed([['soffice', SOFFICE]], 0o755);
    await dockerBytes('PUT', `/containers/${Id}/archive?path=/usr/local/bin`, archive);
    await docker('POST', `/commit?container=${Id}&repo=${OFFICE}&tag=latest`);
  } finally {
    await docker('DELETE', `/containers/${Id}?force=1&v=1`);
  }
}

const on = (image: string) => ({
  'execution.enabled': true,
  'execution.docker_socket': DOCKER?.socket,
  'execution.default_image': image,
  'execution.allowed_images': [image],
  'execution.warm': 0,
  // Code may reach something here; what converts documents may not.
  'execution.network_enabled': true,
  'execution.allowed_hosts': ['example.com'],
});

describe.skipIf(!DOCKER)('an old Office document', () => {
  beforeAll(makeImage);
  afterAll(() => docker('DELETE', `/images/${OFFICE}:latest?force=1`));

  test('is converted in a container without a network, and read and found like any other', async () => {
    await using coda = await play({ config: on(`${OFFICE}:latest`) });
    const ana = coda.person('ana');
    await coda.sends('ana', read('letter.doc'), { name: 'letter.doc', text: '' });
    expect(coda.platform.messages.map(({ text }) => text).join()).toMatch(
      /^letter\.doc: a Word document of the old format \(\.doc\)/,
    );
    expect(await ana.says("find 'tenancy' in it")).toContain('letter.doc, ');
    expect(await ana.says("find 'networks' in it")).toMatch(/networks: lo, relay: False$/m);
    // One that cannot be opened is said, and not tried again for each question.
    await coda.sends('ana', locked, { name: 'b.doc', text: '' });
    await ana.says('what is in b.doc?');
    expect(ana.heard('LibreOffice could not open it').length).toBeGreaterThan(0);
    expect(await opened(coda.world)).toBe(2);
    const crash = Buffer.concat([read('letter.doc'), Buffer.from('crash')]);
    await coda.sends('ana', crash, { name: 'c.doc', text: '' });
    expect(ana.heard('LibreOffice stopped at it (status 134)')).toHaveLength(1);
  });

  test('is converted within a mail and an archive, too, three at most', async () => {
    await using coda = await play({ config: on(`${OFFICE}:latest`) });
    const ana = coda.person('ana');
    const papers = zip([
      ['old/letter.doc', read('letter.doc')],
      ['list.txt', 'milk'],
    ]);
    await coda.sends('ana', mail(['papers.zip', papers], ['b.doc', locked]), { name: 'papers.eml', text: '' });
    expect(await ana.says("find 'tenancy' in it")).toContain('papers.eml, attachment papers.zip, old/letter.doc, ');
    expect(await ana.says('what is in papers.eml?')).toContain(
      'not read: b.doc (it is a Word document of the old format (.doc), and LibreOffice could not open it',
    );
    const five = [1, 2, 3, 4, 5].map(
      (n) => [`${n}.doc`, Buffer.concat([read('letter.doc'), Buffer.from([n])])] as const,
    );
    await coda.sends('ana', zip(five), { name: 'five.zip', text: '' });
    const found = await ana.says("find 'tenancy' in five.zip");
    for (const name of ['1.doc', '2.doc', '3.doc']) expect(found).toContain(`five.zip, ${name}, `);
    for (const name of ['4.doc', '5.doc']) expect(found).toContain(`${name} (it is a Word document`);
    expect(found).toContain('LibreOffice is given no more than three of a file');
    expect(await opened(coda.world)).toBe(5);
  });

  test('is said to be unreadable where the image has no such program, which is looked for once', async () => {
    await using coda = await play({ config: on(DOCKER?.image ?? '') });
    const ana = coda.person('ana');
    await coda.sends('ana', read('letter.doc'), { name: 'letter.doc', text: '' });
    await coda.sends('ana', read('costs.xls'), { name: 'costs.xls', text: '' });
    expect(ana.heard('saved as docx I can read it')).toHaveLength(1);
    expect(ana.heard('saved as xlsx I can read it')).toHaveLength(1);
    await coda.sends('ana', mail(['letter.doc', read('letter.doc')]), { name: 'papers.eml', text: '' });
    expect(ana.heard('not read: letter.doc (it is a Word document of the old format (.doc); saved')).toHaveLength(1);
    expect(ana.heard('See attached.')).toHaveLength(1);
    expect(await opened(coda.world)).toBe(1);
  });
});

/** Containers that were opened so far. */
async function opened({ metrics }: { metrics: { text(): Promise<string> } }): Promise<number> {
  const [, count = '0'] = /^coda_sandbox_sessions_total\{outcome="opened"\} (\d+)$/m.exec(await metrics.text()) ?? [];
  return Number(count);
}
