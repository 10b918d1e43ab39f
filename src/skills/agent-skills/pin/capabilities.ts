/** What a skill may do, as far as its files and its SKILL.md say: what an owner reads before approving it. */

import { chunksOf, type FileEntry, type OpenFile, openInside } from '../files/index.ts';
import type { AgentSkill } from '../skill.ts';

/** What SKILL.md declares and a change of which an owner wants to know. */
export type Declared = Pick<
  AgentSkill,
  'allowedTools' | 'forbiddenTools' | 'secrets' | 'dependencies' | 'dockerImage' | 'forkAgent' | 'model'
>;

/** Plain data, every list sorted: it is stored with the pin. */
export interface Capabilities {
  /** Paths of what can be run. */
  scripts: string[];
  /** Recommended by the skill; empty when it names none. */
  tools: string[];
  /** Given up by the skill. */
  forbiddenTools: string[];
  /** Names of the secrets that it asks for. */
  secrets: string[];
  /** Packages that it wants to be there, `pip:` or `system:` before each. */
  packages: string[];
  /** Hosts and network programs that its scripts name. Hints: what is put together at run time is not seen. */
  network: string[];
  image: string | undefined;
  /** Whether it runs as an agent of its own, and on which model. */
  agent: string | undefined;
}

const SCRIPT_NAME =
  /\.(?:sh|bash|zsh|fish|py|js|mjs|cjs|ts|mts|cts|rb|pl|php|lua|r|jl|ps1|psm1|bat|cmd|exe|jar|wasm|so|dylib|dll)$/i;
const IN_SCRIPTS = /^scripts\/[^/.]+$/;
/** Read for hints; a script has more only when it carries data. */
const MAX_SCRIPT_BYTES = 512 * 1024;

const HOST = /\b(?:https?|wss?|ftp):\/\/([a-z0-9-]+(?:\.[a-z0-9-]+){0,8})/gi;
const PROGRAM = /\b(?:curl|wget|nc|ncat|netcat|socat|ssh|scp|sftp|rsync|telnet|dig|nslookup)\b(?=\s+\S)/g;
const LIBRARY =
  /\b(?:requests|urllib|urllib3|httpx|aiohttp|http\.client|socket|paramiko|smtplib|ftplib|websockets?|axios|node-fetch|undici|XMLHttpRequest|fetch(?=\()|Invoke-WebRequest|Invoke-RestMethod|Net::HTTP|LWP::UserAgent)\b/g;

/** Whether a file is one that can be run, by its name, its place, or its run bit. */
export function isScript({ path, executable }: Pick<FileEntry, 'path' | 'executable'>): boolean {
  return executable || SCRIPT_NAME.test(path) || IN_SCRIPTS.test(path);
}

/** What a skill may do. `files` are those of its folder `root`; one that cannot be read adds nothing. */
export async function capabilitiesOf(
  root: string,
  files: readonly FileEntry[],
  declared: Declared,
): Promise<Capabilities> {
  const scripts = files.filter((file) => file.kind === 'file' && isScript(file));
  const network = new Set<string>();
  for (const { path } of scripts) for (const hint of await networkHints(root, path)) network.add(hint);
  const { pip, system } = declared.dependencies;
  return {
    scripts: scripts.map(({ path }) => path).sort(),
    tools: sorted(declared.allowedTools ?? []),
    forbiddenTools: sorted(declared.forbiddenTools),
    secrets: sorted(declared.secrets.map(({ name }) => name)),
    packages: sorted([...pip.map((name) => `pip:${name}`), ...system.map((name) => `system:${name}`)]),
    network: [...network].sort(),
    image: declared.dockerImage,
    agent: declared.forkAgent ? (declared.model ?? 'default') : undefined,
  };
}

const sorted = (names: readonly string[]) => [...new Set(names)].sort();

async function networkHints(root: string, path: string): Promise<string[]> {
  const opened = await openInside(root, path);
  if (!opened.ok) return [];
  const text = await beginningOf(opened);
  const hosts = Array.from(text.matchAll(HOST), ([, host = '']) => host.toLowerCase());
  const programs = [...text.matchAll(PROGRAM), ...text.matchAll(LIBRARY)].map(([name]) => name);
  return [...hosts, ...programs];
}

async function beginningOf(opened: OpenFile): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(opened)) {
      pieces.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes >= MAX_SCRIPT_BYTES) break;
    }
  } finally {
    await opened.handle.close();
  }
  return Buffer.concat(pieces).toString('utf8');
}
