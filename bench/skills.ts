/**
 * What 10,000 agent skills cost: `npm run bench -- skills`. Each figure stands beside its limit, and beside a bare walk
 * (readdir, stat, read) through the same folders in the same run. `npm run bench -- skills DIR` takes a folder of one's
 * own instead.
 */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCatalog } from '../src/agent-skills/catalog/catalog.ts';
import type { RescanReport, SkillCatalog } from '../src/agent-skills/skill.ts';
import { Report } from './support/report.ts';

const SKILLS = 10_000;
const CHANGED = 10;

const report = new Report();
const line = (what: string, figure: string, wanted = '') => report.add(what, figure, { wanted });

const ms = (value: number): string => `${value.toFixed(0)} ms`;
const mb = (value: number): string => `${(value / 1_000_000).toFixed(1)} MB`;

/** In the mixture in which thousands of public skills come. */
function frontmatter(index: number, name: string): string {
  const about = `Handles case ${index} of everything that people ask for. Use it whenever they mention number ${index}, or `;
  const description = about + 'a thing like it in a document, a table or a message. '.repeat(1 + (index % 4));
  const kinds = [
    `name: ${name}\ndescription: ${description}\n`,
    `name: ${name}\ndescription: "${description}"\nversion: 1.0.${index}\nlicense: MIT\n`,
    `name: ${name}\ndescription: ${description}\nmetadata:\n  author: somebody\n  version: "1.0"\n`,
    `name: ${name}\ndescription: >\n  ${about}\n  and more.\nallowed-tools: Read, Write, Bash(git:*)\n`,
    `name: ${name}\ndescription: ${description}\nmetadata: {"openclaw":{"emoji":"x","requires":{"bins":["jq"]}}}\n`,
    `name: ${name}\ndescription: ${description}\ntags:\n  - one\n  - two\nmetadata:\n  openclaw:\n    requires:\n      bins:\n        - jq\n`,
  ];
  if (index % 83 === 0) return `---\nname: ${name}\ndescription: Use this when: ${description}\n---\n`;
  if (index % 25 === 0) return '';
  return `---\n${kinds[index % kinds.length]}---\n`;
}

function bodyOf(index: number): string {
  const size = [800, 2_000, 3_700, 6_000, 12_000][index % 5] as number;
  return `\n# Case ${index}\n\n${'Do one thing after another, and look at what came of it.\n'.repeat(size / 57)}`;
}

function make(root: string): void {
  const earlier = new Date(Date.now() - 3_600_000);
  for (let index = 0; index < SKILLS; index++) {
    const name = `case-${index}`;
    const folder = join(root, `group-${index % 50}`, index % 7 === 0 ? `${name}-1.0.0` : name);
    mkdirSync(folder, { recursive: true });
    const text = frontmatter(index, name) + bodyOf(index);
    const file = join(folder, 'SKILL.md');
    writeFileSync(file, index % 60 === 0 ? text.replaceAll('\n', '\r\n') : text);
    utimesSync(file, earlier, earlier);
    if (index % 3 > 0) continue;
    for (const part of ['scripts', 'references']) mkdirSync(join(folder, part));
    writeFileSync(join(folder, 'scripts', 'run.py'), 'print("done")\n');
    writeFileSync(join(folder, 'references', 'more.md'), 'More.\n');
  }
}

/** What cannot be avoided: every folder listed, every file looked at, every SKILL.md read. Returns them. */
function bareWalk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    lstatSync(path);
    if (entry.isDirectory()) return bareWalk(path);
    if (!/^skill\.md$/i.test(entry.name)) return [];
    readFileSync(path);
    return [path];
  });
}

/** The longest time for which nothing else could run while `work` did. */
async function watched<T>(
  work: () => Promise<T>,
): Promise<{ value: T; took: number; pause: number; processor: number }> {
  let last = performance.now();
  let pause = 0;
  const look = () => {
    const now = performance.now();
    pause = Math.max(pause, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  const began = performance.now();
  const before = process.cpuUsage();
  const value = await work();
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  await new Promise((resolve) => setTimeout(resolve, 2));
  look();
  clearInterval(timer);
  return { value, took, pause, processor: (user + system) / 1_000 };
}

function collect(): NodeJS.MemoryUsage {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage();
}

async function rescan(catalog: SkillCatalog, what: string, limit: string): Promise<RescanReport> {
  const { value, took, pause, processor } = await watched(() => catalog.rescan());
  line(what, ms(took), limit);
  line(`${what}: processor, all threads`, ms(processor));
  line(`${what}: longest pause`, ms(pause), '≤ 50 ms');
  return value;
}

async function measure(root: string): Promise<void> {
  const walks = [1, 2, 3].map(() => {
    const began = performance.now();
    const files = bareWalk(root);
    return { files, took: performance.now() - began };
  });
  const files = walks[0]?.files ?? [];
  line(`bare walk, ${files.length} skills`, ms(Math.min(...walks.map(({ took }) => took))));

  const before = collect();
  const catalog = openCatalog({ sources: [{ kind: 'configured', directory: root }] });
  const first = await rescan(catalog, 'first scan', '≤ 3,000 ms');
  const after = collect();
  line('memory: heap and buffers', mb(after.heapUsed + after.external - before.heapUsed - before.external), '≤ 60 MB');
  line('memory: resident', mb(after.rss - before.rss));
  line('skills that can be used', String(first.total));
  line('skills that cannot be used, and shadowed', `${first.invalid.length}, ${first.shadowed.length}`);

  for (const round of [1, 2]) await rescan(catalog, `rescan, nothing changed (${round})`, '≤ 300 ms');
  for (const file of files.slice(0, CHANGED)) writeFileSync(file, `${readFileSync(file, 'utf8')}\nAnd rest.\n`);
  const { changed } = await rescan(catalog, `rescan, ${CHANGED} changed`, '≤ 350 ms');
  line('skills told to have changed', String(changed.length));
}

const [given] = process.argv.slice(2);
if (given !== undefined) await measure(given);
else {
  const root = mkdtempSync(join(tmpdir(), 'coda-bench-skills-'));
  try {
    make(root);
    await measure(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
report.print();
