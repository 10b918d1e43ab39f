import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of its own for one test, gone afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coda-skill-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, by their path in `root`; whoever may write elsewhere may not write here. */
export function write(root: string, files: Record<string, string | Uint8Array>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), 0o644);
  }
  return root;
}

export const SKILL = '---\nname: tidy\ndescription: Tidies a folder. Use when things lie about.\n---\n\nTidy it.\n';

/** A folder `tidy` with a skill of that name and `files` beside its SKILL.md. */
export function skillFolder(files: Record<string, string | Uint8Array> = {}): string {
  const root = join(temporaryFolder(), 'tidy');
  return write(root, { 'SKILL.md': SKILL, ...files });
}
