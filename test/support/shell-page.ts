import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/root.ts';

/** Lines of a shell that a page shows, and what it shows that they write. */
export interface ShellStep {
  script: string;
  /** The block behind it, where that is JSON or plain text: `…` in it stands for anything. */
  shows: { language: string; text: string } | undefined;
}

interface Block {
  language: string;
  text: string;
}

/** The fenced blocks of a page of `docs/`, in their order. */
export function blocksIn(page: string): Block[] {
  const text = readFileSync(join(packageRoot(), 'docs', page), 'utf8');
  return Array.from(text.matchAll(/^```(\w*)\n(.*?)^```$/gms), ([, language = '', inside = '']) => ({
    language,
    text: inside,
  }));
}

/** The `sh` blocks of a page, each with what the page shows of it. */
export function shellSteps(page: string): ShellStep[] {
  const blocks = blocksIn(page);
  return blocks.flatMap(({ language, text }, index) => {
    if (language !== 'sh') return [];
    const next = blocks[index + 1];
    return { script: text, shows: next && ['json', ''].includes(next.language) ? next : undefined };
  });
}

const MARK = '---- the end of a step ----';

/** Runs steps in one shell, after `prelude`; gives what each wrote and its exit status. */
export async function runShell(
  prelude: string,
  steps: readonly Pick<ShellStep, 'script'>[],
  cwd: string,
): Promise<{ status: number; out: string }[]> {
  const script = [prelude, ...steps.map(({ script }) => `${script}printf '\\n%s %s\\n' '${MARK}' $?`)].join('\n');
  const shell = spawn('sh', ['-s'], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  shell.stdin.end(script);
  let out = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await new Promise((resolve) => shell.once('close', resolve));
  const parts = out.split(new RegExp(`\\n${MARK} (\\d+)\\n`));
  return steps.map((_, index) => ({ out: parts[index * 2] ?? '', status: Number(parts[index * 2 + 1] ?? -1) }));
}
