/** Capabilities taken out of a copy of the tree, as CONTRIBUTING says, and the coda that is left. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Model } from '../../src/agent/index.ts';
import type * as app from '../../src/app/index.ts';
import { FakePlatform } from './platform.ts';
import type { Play } from './play.ts';
import { fillTree } from './tree.ts';

const DAY_MS = 86_400_000;

let starts = 0;

/** Parts that a contributor removes, and what they write instead. */
export interface Deletion {
  folder: string;
  /** The file that lists it, and its name there; left out: its lines in `app/`, wherever they are. */
  list?: string;
  name: string;
  /** Files of `app/` that are about nothing else. */
  files?: readonly string[];
  /** Families of the owner's commands, where they have another name. */
  families?: readonly string[];
  migration?: string;
}

/** The file that lists families of the owner's commands. */
const FAMILIES = 'src/app/operations/index.ts';

/** Its line, where it is no entry of a list. */
const LINE = /^.*import\('\.\.\/english\/index\.ts'\).*\n/m;

/** Makes `tree` a copy without these capabilities. */
export async function copyWithout(tree: string, deletions: readonly Deletion[]): Promise<void> {
  await fillTree(tree);
  for (const { folder, list, name, files = [], families = [name], migration } of deletions) {
    await rm(join(tree, folder), { recursive: true });
    for (const file of files) await rm(join(tree, file));
    await withoutFamilies(tree, families);
    if (list === undefined) await withoutLines(tree, [`${folder}/index.ts`, ...files]);
    else {
      const listed = await readFile(join(tree, list), 'utf8');
      const rest = listed.replace(new RegExp(`^import .*/${name}/index\\.ts';\n`, 'm'), '');
      const shorter = rest.replace(new RegExp(`(?<=[[ ])${name}(, |,\n|(?=]))`), '');
      await writeFile(join(tree, list), name === 'english' ? listed.replace(LINE, '') : shorter);
    }
    if (migration) await writeFile(join(tree, 'migrations', `9999_drop_${name}.sql`), migration);
  }
}

async function withoutFamilies(tree: string, names: readonly string[]): Promise<void> {
  let families = await readFile(join(tree, FAMILIES), 'utf8');
  for (const name of names) {
    const key = /^\w+$/.test(name) ? name : `'${name}'`;
    families = families.replace(new RegExp(`^  ${key}: \\{\n[^]*?^  \\},\n`, 'm'), '');
  }
  await writeFile(join(tree, FAMILIES), families);
}

/** The lines of `app/` that name what these modules export, each to its last bracket, and those that name what such a line makes. */
async function withoutLines(tree: string, modules: readonly string[]): Promise<void> {
  const app = join(tree, 'src/app');
  const files = (await readdir(app, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const ends = modules.map((module) =>
    module.replace(/^.*\/(?=[^/]+\/index\.ts$)|^.*\/(?=[^/]+$)/, '').replace('.', '\\.'),
  );
  const from = `'[^']*/(?:${ends.join('|')})'`;
  for (const file of files) {
    const text = await readFile(join(app, file), 'utf8');
    const names = new Set<string>();
    const noted = (_: string, list: string) => {
      for (const [, name = ''] of list.matchAll(/(?:type )?(\w+)(?:,|\s*$)/g)) names.add(name);
      return '';
    };
    let rest = text
      .replace(new RegExp(`^import (?:type )?\\{([^}]*)\\} from ${from};\\n`, 'gm'), noted)
      .replace(new RegExp(`^ *const \\{([^}]*)\\} = await import\\(${from}\\);\\n`, 'gm'), noted)
      .replace(new RegExp(`^.*import\\(${from}\\).*\\n`, 'gm'), '');
    for (const name of names) {
      rest = rest
        .replace(new RegExp(`, (?:\\.{3})?${name}\\b(?=[\\],} ])`, 'g'), '')
        .replace(new RegExp(`\\(${name}\\)`, 'g'), '()')
        .replace(new RegExp(`^( *).*\\b${name}\\b(?:.*[{([]\\n[^]*?^\\1[})\\]])?.*\\n`, 'gm'), (line) => {
          const made = /^ *const (\w+) = /.exec(line)?.[1];
          if (made !== undefined) names.add(made);
          return '';
        });
    }
    if (rest !== text) await writeFile(join(app, file), rest);
  }
}

/** Every relative import of the copy that leads nowhere, but for the page, whose types are made at build. */
export async function dangling(tree: string): Promise<string[]> {
  const files = await readdir(join(tree, 'src'), { recursive: true });
  const sources = new Set(files.map((file) => join(tree, 'src', file)));
  const found = [...sources]
    .filter((file) => file.endsWith('.ts') && !file.startsWith(join(tree, 'src/web/')))
    .map(async (file) => {
      const text = await readFile(file, 'utf8');
      const imports = [...text.matchAll(/(?:from |import |import\()'(\.[^']*\.[jt]s)'/g)];
      return imports.flatMap(([, from = '']) => {
        const target = join(file, '..', from);
        return sources.has(target) ? [] : [`${file} → ${target}`];
      });
    });
  return (await Promise.all(found)).flat();
}

/** Starts the coda of `tree` on the data of `coda`, which has stopped, with somebody who says things on `chat`. */
export async function startOf(tree: string, coda: Play, model?: Model, settings: Record<string, string> = {}) {
  const { build, readConfig } = (await import(pathToFileURL(join(tree, 'src/app/index.ts')).href)) as typeof app;
  const { world, dataDir } = coda;
  const flags = Object.fromEntries(
    Object.entries(settings).map(([path, value]) => [path, { name: `--${path}`, value }]),
  );
  const config = readConfig({ env: {}, dataDir, flags, secrets: world.secrets, cwd: dataDir });
  const platform = new FakePlatform({ now: () => world.clock.now() });
  const adapter = platform.connect();
  const onFatal = (error: Error) => {
    throw error;
  };
  const started = await build(config, world, {
    ...{ version: 'test', hint: '', onFatal, adapters: [adapter] },
    ...(model && { model }),
  });
  await started.start();
  const begun = ++starts;
  let count = 0;
  const says = async (text: string) => {
    const before = platform.messages.length;
    const sentAt = world.clock.now();
    const heard = {
      id: `after-${begun}-${++count}`,
      channel: 'dm-ana',
      from: 'ana',
      text,
      role: 'owner',
      kind: 'dm',
      sentAt,
    } as const;
    await (await adapter.hear(heard)).settled;
    await started.whenSettled();
    return platform.messages
      .slice(before)
      .map((message) => message.text)
      .join('\n');
  };
  const presses = async (label: string) => {
    const button = platform.messages.flatMap(({ buttons }) => buttons).findLast((each) => each.label === label);
    const before = platform.messages.length;
    const press = {
      id: `after-${begun}-${++count}`,
      channel: 'dm-ana',
      from: 'ana',
      button: button?.id ?? '',
      values: {},
    };
    await (await adapter.press({ ...press, sentAt: world.clock.now() })).settled;
    await started.whenSettled();
    return platform.messages
      .slice(before)
      .map((message) => message.text)
      .join('\n');
  };
  /** Does what coda does at night by itself; returns the codes of what failed. */
  const passesNight = async () => {
    await world.clock.moveTo(new Date(world.clock.now().getTime() + DAY_MS), () => started.whenSettled());
    await started.whenSettled();
    const found = await started.checks.run();
    return found.flatMap((each) => (each.ok ? [] : [`${each.name}: ${each.says}`]));
  };
  return { started, says, presses, passesNight };
}
