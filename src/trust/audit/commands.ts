/** Rules that need more than a pattern: pipes into a shell, installs, and the addresses that they use. */

import { isSlip, isUrl } from '../../base/text.ts';
import type { FindingLevel, Passage } from './finding.ts';

export interface Hit {
  rule: string;
  level: FindingLevel;
  why: string;
  index: number;
}

const FETCHER = /(?:^|[\s;&(`"'$])(?:curl|wget|fetch|iwr|irm|Invoke-WebRequest|Invoke-RestMethod|lynx|aria2c)\s/i;
const DECODER =
  /(?:^|[\s;&(`"'$])(?:base64\s+(?:-d|-D|--decode|-di)\b|openssl\s+(?:enc|base64)\s.{0,40}-d\b|xxd\s+-\w{0,3}r|uudecode|rev\b|base32\s+-d|tr\s)/;
/** A shell, or an interpreter that reads its program from standard input. */
const INTERPRETER =
  /^\s{0,4}(?:sudo\s+(?:-\w+\s+){0,3})?(?:env\s+)?(?:\/(?:usr\/)?(?:local\/)?bin\/(?:env\s+)?)?(?:(?:(?:ba|z|k|da|fi|c|tc)?sh|iex|Invoke-Expression)(?=$|[\s;&|)`"'])|(?:python[\d.]*|node|perl|ruby|php|deno|bun|osascript)(?:\s+-)?\s*(?=$|[;&|)`"']))/i;
const SUBSTITUTED =
  /(?:\b(?:(?:ba|z|k|da)?sh\s+-\w{0,4}c|eval|source|exec)\s+|(?:^|[\s;&|])\.\s+|\b(?:(?:ba|z|k|da)?sh|python[\d.]*|node|perl|ruby)\s+)["']?(?:\$\(|<\(|`)\s{0,4}(?:curl|wget|fetch)\s/gi;

const WHY_PIPE = 'What an address answers is run at once, whatever it is that day.';
const WHY_DECODED = 'It runs a command that is written so that nobody can read it.';

/** Pipes into a shell, from the network or from a decoder. `suspect`: another line names a shady address. */
export function pipes({ text, kind }: Passage, suspect: boolean): Hit[] {
  const hits: Hit[] = [];
  for (const { 0: command, index } of text.matchAll(SUBSTITUTED)) {
    hits.push({ rule: 'pipe-to-shell', ...weigh(text.slice(index, index + command.length + 300), suspect), index });
  }
  const parts = text.split('|');
  let index = 0;
  let start = 0;
  let fetched = false;
  let decoded = false;
  for (const part of parts) {
    const runs = INTERPRETER.test(part);
    if (runs && decoded) hits.push({ rule: 'run-decoded', level: 'block', why: WHY_DECODED, index: start });
    else if (runs && fetched) {
      const weight = weigh(text.slice(start, index), suspect && kind === 'code');
      hits.push({ rule: 'pipe-to-shell', ...weight, index: start });
    }
    // The pipe ends in the interpreter; what follows is another one.
    if (runs) fetched = decoded = false;
    const begins = [FETCHER, DECODER].map((pattern) => part.search(pattern));
    if (!fetched && !decoded) start = index + Math.max(0, ...begins);
    fetched ||= begins[0] !== -1;
    decoded ||= begins[1] !== -1;
    // A new command, not the next one of the pipe.
    if (/[;\n]\s{0,4}\S/.test(part) && !FETCHER.test(part.slice(part.lastIndexOf(';')))) fetched = decoded = false;
    index += part.length + 1;
  }
  return hits;
}

/** By where `command` fetches from, whatever else is named beside it: many projects tell to install them like this. */
function weigh(command: string, suspect: boolean): Pick<Hit, 'level' | 'why'> {
  const addresses = addressesIn(command);
  if (addresses.some(({ shady }) => shady) || (addresses.length === 0 && suspect)) {
    return { level: 'block', why: `${WHY_PIPE} Nobody answers for this address.` };
  }
  const isKnown = addresses.length > 0 && addresses.every(({ known, local }) => known || local);
  return { level: isKnown ? 'info' : 'warn', why: WHY_PIPE };
}

export function drops({ text }: Passage): Hit[] {
  const drop = addressesIn(text).find(({ host }) => isDrop(host));
  if (!drop) return [];
  const index = text.indexOf(drop.host);
  const sends = /\b(?:post|put|upload|send|files?=|data=|-d|-F|-T|--data|--upload-file|--form)\b/i.test(text);
  const secret = /\.env\b|\.ssh|\.aws|credential|token|passw|secret|environ|open\(|@[~/.\w]/i.test(text);
  const why = 'It uses a place for things that nobody answers for.';
  return [{ rule: 'anonymous-host', level: sends && secret ? 'block' : 'warn', why, index }];
}

const INSTALL =
  /\b(?:pip3?|pipx|uv\s+pip|uv\s+tool|npm|yarn|pnpm|bun|gem|cargo)\s+(?:install|add|i)\s([^\n;&|`]{1,300})/gi;
const INDEX =
  /(?:--(?:extra-index-url|index-url|registry)[=\s]|\bconfig\sset\s(?:registry|\S{0,20}index-url)\s)\s?["']?(https?:\/\/[^\s"']{1,200})/i;
const KNOWN_INDEX =
  /^https?:\/\/(?:[\w.-]{1,60}\.)?(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|npm\.pkg\.github\.com|download\.pytorch\.org|pypi\.nvidia\.com|rubygems\.org|localhost|127\.0\.0\.1)(?:[:/]|$)/i;

export function installs({ text }: Passage): Hit[] {
  const hits: Hit[] = [];
  const registry = INDEX.exec(text);
  const other = registry?.[1];
  if (registry && other !== undefined && !KNOWN_INDEX.test(other)) {
    const why = 'Packages come from a registry that few know.';
    hits.push({ rule: 'other-registry', level: 'warn', why, index: registry.index });
  }
  for (const match of text.matchAll(INSTALL)) {
    const [, what = ''] = match;
    const { index } = match;
    const address = other === undefined ? addressesIn(what)[0] : undefined;
    if (address && !address.local) {
      const level = address.shady ? 'block' : 'warn';
      hits.push({
        rule: 'install-from-address',
        level,
        why: 'A package comes from an address, not from a registry.',
        index,
      });
    }
    const squat = what.split(/\s+/).map(misspelt).find(Boolean);
    if (squat !== undefined) {
      hits.push({
        rule: 'misspelt-package',
        level: 'warn',
        why: `The package’s name is nearly that of ${squat}.`,
        index,
      });
    }
  }
  return hits;
}

const POPULAR =
  'requests numpy pandas django flask urllib3 colorama dateutil python-dateutil beautifulsup4 beautifulsoup4 selenium tensorflow pytorch scikit-learn matplotlib pillow cryptography paramiko openai anthropic langchain fastapi pydantic sqlalchemy pytest scrapy boto3 opencv-python jellyfish setuptools playwright transformers express lodash react axios cross-env webpack electron mongoose discord.js node-fetch commander chalk dotenv moment typescript jquery puppeteer eslint prettier nodemon socket.io bcrypt'.split(
    ' ',
  );
/** Real packages that are near to others. */
const REAL = 'preact enquirer crossenv-shell pytorch request bcryptjs scrapy openapi pytests'.split(' ');
const TRAPS = new Map([
  ['crossenv', 'cross-env'],
  ['python3-dateutil', 'python-dateutil'],
  ['urllib', 'urllib3'],
  ['nodefetch', 'node-fetch'],
]);

function misspelt(word: string): string | undefined {
  const name = word.replace(/^["']|["']$|[@=<>~[].*$/gs, '').toLowerCase();
  if (name.length < 5 || REAL.includes(name) || POPULAR.includes(name)) return undefined;
  return TRAPS.get(name) ?? POPULAR.find((popular) => popular.length > 5 && isSlip(name, popular));
}

const URL_START = /\b(https?|ftp|wss?):\/\/([^\s"'`<>/?#]{1,300})([^\s"'`<>?#]{0,200})/gi;
const HOST = /^(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})/i;
/** A downloader's address without a scheme: `curl -L tools.example/get`. */
const BARE =
  /\b(?:curl|wget|iwr|irm)\s(?:-\S{1,20}\s){0,6}["']?([a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,6})(?=[/\s"'|:]|$)/gi;

/** Hosts where anybody can put anything without a name, or have it sent. */
const DROPS =
  /(?:^|\.)(?:pastebin\.com|paste\.ee|hastebin\.com|ghostbin\.\w+|rentry\.(?:co|org)|glot\.io|ix\.io|0x0\.st|transfer\.sh|file\.io|anonfiles?\.\w+|catbox\.moe|termbin\.com|webhook\.site|requestbin\.\w+|pipedream\.net|beeceptor\.com|requestcatcher\.com|hookbin\.com|interact\.sh|oast\.\w+|burpcollaborator\.net|canarytokens\.com|ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|serveo\.net|localtunnel\.me|loca\.lt|bit\.ly|tinyurl\.com|is\.gd|cutt\.ly|t\.ly|rb\.gy|\w+\.onion|onion)$/i;

/** Installers that their projects themselves tell to pipe into a shell. */
const KNOWN =
  /^(?:www\.)?(?:sh\.rustup\.rs|bun\.sh|astral\.sh|get\.docker\.com|tailscale\.com|install\.python-poetry\.org|get\.pnpm\.io|fnm\.vercel\.app|sdk\.cloud\.google\.com|get\.k3s\.io|fluxcd\.io|run\.linkerd\.io|foundry\.paradigm\.xyz|get\.volta\.sh|get\.helm\.sh|ollama\.com|claude\.ai|mise\.run|mise\.jdx\.dev|starship\.rs|get\.sdkman\.io|sh\.jbang\.dev|aka\.ms|aspire\.dev|dot\.net|fly\.io|cli\.github\.com|install\.determinate\.systems|nixos\.org|sliver\.sh|app\.factory\.ai|cursor\.com|opencode\.ai|deb\.nodesource\.com|rpm\.nodesource\.com|packages\.microsoft\.com|download\.docker\.com)$/i;
/** Hosts of many: known are the projects there, not the host. */
const KNOWN_PATH =
  /^(?:deno\.land\/install\.sh|deno\.land\/x\/install\/|raw\.githubusercontent\.com\/(?:Homebrew\/install|nvm-sh\/nvm|ohmyzsh\/ohmyzsh|rancher\/k3d|helm\/helm|kubernetes-sigs\/kustomize|golangci\/golangci-lint|anchore\/(?:syft|grype)|aquasecurity\/trivy|astral-sh\/uv|rustwasm\/wasm-pack)\/)/i;

const PRIVATE = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0|169\.254\.)/;
const LOCAL = /^(?:localhost|host\.docker\.internal|[a-z0-9-]+|.*\.(?:local|internal|lan|test))$/i;
const IP = /^(?:\d{1,3}\.){3}\d{1,3}$|^\[/;

export interface Address {
  host: string;
  /** By its number, over plain HTTP, at a place for anonymous files, or behind a short link: nobody answers for it. */
  shady: boolean;
  local: boolean;
  known: boolean;
}

function addressesIn(text: string): Address[] {
  return [
    ...Array.from(text.matchAll(URL_START), ([, scheme, authority, path]) => addressOf(scheme, authority, path)),
    ...Array.from(text.matchAll(BARE), ([, host]) => addressOf('https', host, '')),
  ].filter((address) => address !== undefined);
}

/** Text before an `@` is no host, and a number in any form (`0x7f000001`) is an IP. */
function addressOf(scheme = '', authority = '', path = ''): Address | undefined {
  const hostPart = HOST.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[0];
  if (hostPart === undefined) return undefined;
  const host = (isUrl(`http://${hostPart}`) ? new URL(`http://${hostPart}`).hostname : hostPart).replace(/\.$/, '');
  const isIp = IP.test(host);
  const local = isIp ? PRIVATE.test(host) || host === '[::1]' : LOCAL.test(host);
  const shady = !local && (isIp || DROPS.test(host) || scheme.toLowerCase() === 'http');
  return { host, local, shady, known: KNOWN.test(host) || KNOWN_PATH.test(`${host}${path}`) };
}

export function hasShadyAddress(text: string): boolean {
  return addressesIn(text).some(({ shady }) => shady);
}

function isDrop(host: string): boolean {
  return DROPS.test(host);
}
