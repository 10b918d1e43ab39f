import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { inspect } from '../../scripts/house.mjs';
import { platforms } from '../../src/app/platforms.ts';
import { packageRoot } from '../../src/base/root.ts';
import type { ChatAdapter } from '../../src/delivery/index.ts';
import { openArtifacts } from '../../src/storage/index.ts';
import { chatAdapterContract, type Lacking, untilHeard } from '../support/chat-adapter-contract.ts';
import { codeIn, readPage, rowsOf, sectionOf, stepsOfMessage } from '../support/guide.ts';
import { recordingInbox } from '../support/inbox.ts';

const root = packageRoot();
const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

/** The files that the page shows, by the path in their first line. */
const shown = new Map(
  [...page.matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = '', text = '']) => [
    join(root, path),
    text,
  ]),
);

function diagnostics(): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => shown.has(file) || fileExists(file);
  host.directoryExists = (folder) => [...shown.keys()].some((file) => file.startsWith(folder)) || existsSync(folder);
  host.readFile = (file) => shown.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = shown.get(file);
    return text === undefined ? getSourceFile(file, version, ...rest) : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([...shown.keys()], options, host);
  return [...shown.keys()].flatMap((file) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
  );
}

test('the skill, the adapter and the model that CONTRIBUTING.md shows are right', () => {
  expect([...shown.keys()].map((file) => file.slice(root.length + 1))).toEqual([
    'src/skills/tally/store.ts',
    'src/skills/tally/tools.ts',
    'src/skills/tally/index.ts',
    'src/adapters/pigeon/adapter.ts',
    'src/adapters/pigeon/index.ts',
    'src/agent/models/echo.ts',
  ]);
  expect(diagnostics()).toEqual([]);
  for (const [file, text] of shown) {
    expect(inspect(file.slice(root.length + 1), text)).toEqual({ warnings: [], errors: [] });
  }
});

const FILE = /^(?:src|test|docs|migrations)\/[\w./-]+\.\w+$/;

test('the word that a task follows stands in each file that CONTRIBUTING.md names for it', () => {
  const tasks = rowsOf(sectionOf('CONTRIBUTING.md', '## A task, and its files'));
  const followed = tasks.flatMap(([task, as, where]) => {
    const files = codeIn(where).filter((name) => FILE.test(name));
    return files.map((file) => ({ task, word: codeIn(as)[0] ?? '', file }));
  });
  expect(new Set(followed.map(({ task }) => task)).size).toBeGreaterThanOrEqual(8);
  expect(followed.filter(({ word, file }) => word === '' || !readPage(file).includes(word))).toEqual([]);
});

test('each platform is named in each file in which CONTRIBUTING.md has one named', () => {
  const named = rowsOf(sectionOf('CONTRIBUTING.md', '## Adding an adapter')).flatMap(([files]) => codeIn(files));
  expect(named.length).toBeGreaterThanOrEqual(10);
  const missing = platforms.flatMap(({ name }) =>
    named
      .map((file) => file.replace('NAME', name))
      .filter((file) => !existsSync(join(root, file)) || !readPage(file).toLowerCase().includes(name))
      .map((file) => `${name}: ${file}`),
  );
  expect(missing).toEqual([]);
});

test('the steps of a message that docs/architecture.md lists are functions of their files', () => {
  const steps = stepsOfMessage();
  expect(steps.length).toBeGreaterThanOrEqual(20);
  const gone = steps.flatMap(({ file, functions }) => {
    const text = existsSync(join(root, 'src', file)) ? readPage(`src/${file}`) : '';
    return functions.filter((name) => !new RegExp(`\\b${name}\\(`).test(text)).map((name) => `${file} ${name}`);
  });
  expect(gone).toEqual([]);
});

test('the hooks that CONTRIBUTING.md lists are those of a skill', () => {
  const groups = /^(?:Lazy)?Skill(?:Acts|Work|Prompt|Views|Data|OwnPorts)?$/;
  const { statements } = ts.createSourceFile('skill.ts', readPage('src/chat/skill.ts'), ts.ScriptTarget.Latest);
  const hooks = statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => groups.test(name.text))
    .flatMap(({ members }) => members.map(({ name }) => (name && ts.isIdentifier(name) ? name.text : '')));
  const named = rowsOf(
    sectionOf('CONTRIBUTING.md', '## Adding a skill').split('**4. The skill**')[1]?.split('\n\nWhat')[0] ?? '',
  );
  expect([...new Set(['name', ...named.flatMap(([cell]) => codeIn(cell))])].sort()).toEqual([...new Set(hooks)].sort());
});

test('the rooms that docs/architecture.md names are those that there are, and all platforms and skills', () => {
  const foldersOf = (room: string) =>
    readdirSync(join(root, 'src', room), { withFileTypes: true }).flatMap((each) =>
      each.isDirectory() ? each.name : [],
    );
  const rooms =
    sectionOf('docs/architecture.md', '## Rooms')
      .split('```')[1]
      ?.split(/\n(?= {2}[a-z-]+\/)/)
      .slice(1) ?? [];
  const named = new Map(
    rooms.map((entry) => {
      const [room = '', ...inside] = Array.from(
        entry.matchAll(/(?<![\w./-])([a-z-]+)\/(?![\w*])/g),
        ([, name = '']) => name,
      );
      return [room, inside];
    }),
  );
  expect([...named.keys()].sort()).toEqual(foldersOf('').sort());
  for (const room of ['adapters', 'skills', 'web']) {
    const aside = room === 'web' ? ['icons', 'styles'] : [];
    const unnamed = foldersOf(room).filter((name) => !named.get(room)?.includes(name) && !aside.includes(name));
    expect(unnamed, `of ${room}`).toEqual([]);
  }
  const gone = [...named].flatMap(([room, inside]) =>
    inside.filter((name) => !foldersOf(room).includes(name) && !named.has(name)).map((name) => `${room}/${name}`),
  );
  expect(gone).toEqual([]);
});

interface Letter {
  id: string;
  from: string;
  text: string;
  at: Date;
}

/** Pigeons that arrive at once. A letter is acknowledged when `heard` resolves. */
function fakeLoft() {
  const posted: { to: string; text: string }[] = [];
  const state = { isOpen: false, isAcknowledged: false };
  let heard: (letter: Letter) => Promise<void> = async () => {};
  return {
    posted,
    state,
    async connect(hear: typeof heard) {
      heard = hear;
      state.isOpen = true;
    },
    async bring(letter: Letter) {
      state.isAcknowledged = false;
      await heard(letter);
      state.isAcknowledged = true;
    },
    async post(to: string, text: string) {
      if (!state.isOpen) throw new Error('the loft is closed');
      posted.push({ to, text });
      return `letter-${posted.length}`;
    },
    async close() {
      state.isOpen = false;
    },
  };
}

async function connectPigeon() {
  const source = shown.get(join(root, 'src/adapters/pigeon/adapter.ts')) ?? '';
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const { pigeonAdapter } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(outputText)}`);
  const dataDir = await mkdtemp(join(tmpdir(), 'coda-pigeon-'));
  const loft = fakeLoft();
  const adapter: ChatAdapter = pigeonAdapter(loft);
  const { inbox, ...recorded } = recordingInbox();
  await adapter.start(inbox, () => {}, new AbortController().signal);
  let count = 0;
  let letter: Letter = { id: '', from: 'ana', text: '', at: new Date() };
  return {
    adapter,
    recorded,
    place: { adapter: 'pigeon', channel: 'ana', space: 'loft', kind: 'dm' as const },
    async say(text: string) {
      letter = { id: `from-ana-${++count}`, from: 'ana', text, at: new Date() };
      await untilHeard(recorded, text, () => void loft.bring(letter));
    },
    redeliver: () => loft.bring(letter),
    amend: undefined,
    isAcknowledged: () => loft.state.isAcknowledged,
    countMarks: undefined,
    artifacts: await openArtifacts(dataDir),
    shown: async () => loft.posted.filter(({ to }) => to === 'ana').map(({ text }) => ({ text, buttons: [] })),
    async close() {
      await adapter.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const LACKING: readonly Lacking[] = [
  'buttons',
  'files',
  'voice',
  'delete',
  'changes',
  'looking back',
  'links',
  'marks',
];

chatAdapterContract('pigeon', connectPigeon, LACKING);

test('what pigeons lack is listed as CONTRIBUTING.md has it', () => {
  const [, list = ''] = /`chatAdapterContract\('pigeon', connect, \[([^\]]*)\]\)`/.exec(page) ?? [];
  expect(list.replaceAll("'", '').split(', ')).toEqual(LACKING);
});
