import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { inspect } from '../../scripts/house.mjs';
import { packageRoot } from '../../src/base/root.ts';

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
    'src/adapters/pigeon/index.ts',
    'src/agent/models/echo.ts',
  ]);
  expect(diagnostics()).toEqual([]);
  for (const [file, text] of shown) {
    expect(inspect(file.slice(root.length + 1), text)).toEqual({ warnings: [], errors: [] });
  }
});
