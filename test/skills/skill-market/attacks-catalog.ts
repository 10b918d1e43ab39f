/** Catalogs that must not be installed from, whatever their bundles are. */
import { gzipSync } from 'node:zlib';
import { type Attack, changed, discovery, evil, good, later, MIB } from './attacked.ts';
import { bundle, Signer, sha256 } from './support.ts';

const OTHER = new Signer();

const SIGNATURES: Attack[] = [
  [
    'its signature is taken away at the first look',
    (it) => {
      const asked = changed({})(it);
      it.publisher.gone(`${it.path}.minisig`);
      return asked;
    },
    'SKILL_CATALOG_UNTRUSTED',
    /no signature/,
  ],
  [
    'its signature is taken away later, and the owner is told to take it unsigned',
    later(({ publisher, path }) => publisher.gone(`${path}.minisig`), { unsigned: true }),
    'SKILL_CATALOG_UNTRUSTED',
    /no signature/,
  ],
  [
    'its signature is of another file',
    (it) => {
      const asked = changed({})(it);
      it.publisher.serve(`${it.path}.minisig`, it.publisher.signer.sign('another file'));
      return asked;
    },
    'SKILL_CATALOG_UNTRUSTED',
    /of another file/,
  ],
  [
    'a byte of it is changed after it was signed',
    later(({ publisher, path }, honest) => {
      publisher.serve(path, `${JSON.stringify({ ...honest, serial: 6 })} `);
    }),
    'SKILL_CATALOG_UNTRUSTED',
    /of another file/,
  ],
  [
    'the comment of its signature is changed',
    (it) => {
      const catalog = it.publisher.catalog({ good });
      const asked = { catalog: it.publisher.publish(it.path, catalog) };
      const signature = it.publisher.signer.sign(JSON.stringify(catalog));
      it.publisher.serve(`${it.path}.minisig`, signature.replace('timestamp', 'timestomp'));
      return asked;
    },
    'SKILL_CATALOG_UNTRUSTED',
    /comment/,
  ],
  [
    'its signature is a page',
    (it) => {
      const asked = changed({})(it);
      it.publisher.serve(`${it.path}.minisig`, '<html>Sign in</html>');
      return asked;
    },
    'SKILL_CATALOG_UNTRUSTED',
    /in no form/,
  ],
  [
    'it is signed by another key than the one that it names',
    ({ publisher, path }) => ({ catalog: publisher.publish(path, publisher.catalog({ good }), new Signer()) }),
    'SKILL_CATALOG_UNTRUSTED',
    /another key/,
  ],
  [
    'its key is another one than was pinned',
    later(({ publisher, path }) => {
      const other = new Signer();
      publisher.publish(path, publisher.catalog({ good: evil }, { serial: 6, key: other.key }), other);
    }),
    'SKILL_CATALOG_UNTRUSTED',
    /another key/,
  ],
  [
    'the owner is given another key than was pinned',
    later(
      ({ publisher, path }) => {
        publisher.publish(path, publisher.catalog({ good: evil }, { serial: 6 }), OTHER);
      },
      { key: new Signer().key },
    ),
    'SKILL_CATALOG_UNTRUSTED',
    /another key/,
  ],
  [
    'it names no key, and the owner neither',
    changed({ key: undefined }),
    'SKILL_CATALOG_UNTRUSTED',
    /nobody knows the key/,
  ],
  [
    'an index without a signature takes the place of a signed catalog',
    later(
      ({ publisher, path }) => {
        publisher.serve(path, discovery(publisher.serve('/evil.zip', evil), sha256(evil)));
        publisher.gone(`${path}.minisig`);
      },
      { unsigned: true },
    ),
    'SKILL_CATALOG_UNTRUSTED',
    /no signature/,
  ],
  [
    'an index without a serial, signed by the stolen key, takes the place of a catalog that has one',
    later(({ publisher, path }) => {
      publisher.publish(path, discovery(publisher.serve('/evil.zip', evil), sha256(evil)));
    }),
    'SKILL_CATALOG_UNTRUSTED',
    /no serial/,
  ],
  [
    'an index that nobody has signed is new here',
    ({ publisher, path }) => ({
      catalog: publisher.serve(path, discovery(publisher.serve('/good.zip', good), sha256(good))),
    }),
    'SKILL_CATALOG_UNTRUSTED',
    /no signature/,
  ],
];

const TIMES: Attack[] = [
  [
    'it is an older one than was seen',
    later(({ publisher, path }) => publisher.publish(path, publisher.catalog({ good: evil }, { serial: 4 }))),
    'SKILL_CATALOG_UNTRUSTED',
    /older than 5/,
  ],
  [
    'it is another one under the same serial',
    later(({ publisher, path }) => publisher.publish(path, publisher.catalog({ good: evil }, { serial: 5 }))),
    'SKILL_CATALOG_UNTRUSTED',
    /other content/,
  ],
  ['its time is over', changed({ expires: '2026-11-20T07:00:00Z' }), 'SKILL_CATALOG_UNTRUSTED', /good until/],
  [
    'it is of the future',
    changed({ created: '2026-12-20T00:00:00Z' }),
    'SKILL_CATALOG_UNTRUSTED',
    /made in the future/,
  ],
  ['it is good for a hundred years', changed({ expires: '2126-11-20T00:00:00Z' }), 'SKILL_CATALOG_INVALID', /days/],
  ['it never ends', changed({ expires: undefined }), 'SKILL_CATALOG_INVALID', /expires/],
  [
    'it has an older version than is installed, under a later serial',
    async (it) => {
      const honest = it.publisher.catalog({ older: [bundle('older'), { version: '2.10.0' }] });
      const catalog = it.publisher.publish(it.path, honest);
      await it.install(catalog, 'older');
      const hole = bundle('older', { 'hole.md': 'x' });
      it.publisher.publish(it.path, it.publisher.catalog({ older: [hole, { version: '2.9.0' }] }, { serial: 2 }));
      return { catalog, id: 'older' };
    },
    'SKILL_REFUSED',
    /older than/,
  ],
];

const FORMS: Attack[] = [
  [
    'it is a page',
    ({ publisher, path }) => ({ catalog: publisher.serve(path, '<html>') }),
    'SKILL_CATALOG_INVALID',
    /not JSON/,
  ],
  [
    'it is JSON of something else',
    ({ publisher, path }) => ({ catalog: publisher.serve(path, '{"hello":1}') }),
    'SKILL_CATALOG_INVALID',
    /no format/,
  ],
  [
    'it nests a million lists',
    ({ publisher, path }) => ({ catalog: publisher.serve(path, '['.repeat(MIB)) }),
    'SKILL_CATALOG_INVALID',
    /not JSON/,
  ],
  [
    'it is larger than one may be',
    ({ publisher, path }) => ({ catalog: publisher.serve(path, ' '.repeat(4 * MIB + 1)) }),
    'EGRESS_TOO_LARGE',
    /more than/,
  ],
  [
    'it unpacks to a thousand times its size',
    ({ publisher, path }) => ({
      catalog: publisher.serve(path, (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(32 * MIB, 32)));
      }),
    }),
    'EGRESS_TOO_LARGE',
    /more than/,
  ],
  [
    'it has more skills than anybody looks through',
    changed({ skills: Array.from({ length: 5_001 }, (_, at) => ({ id: `s${at}` })) }),
    'SKILL_CATALOG_INVALID',
    /skills/,
  ],
  ['a skill has no hash', changed({}, { sha256: undefined }), 'SKILL_CATALOG_INVALID', /sha256/],
  ['a hash is a short one', changed({}, { sha256: sha256(good).slice(0, 8) }), 'SKILL_CATALOG_INVALID', /sha256/],
  [
    'it names a skill twice',
    ({ publisher, path }) => {
      const honest = publisher.catalog({ good });
      const [entry] = honest.skills as unknown[];
      return { catalog: publisher.publish(path, { ...honest, skills: [entry, entry] }) };
    },
    'SKILL_CATALOG_INVALID',
    /twice/,
  ],
];

export const CATALOG_ATTACKS: Attack[] = [...SIGNATURES, ...TIMES, ...FORMS];
