/** Where an address leads. */

const URL_START = /\b(https?|ftp|wss?):\/\/([^\s"'`<>/?#]{1,300})([^\s"'`<>?#]{0,200})/gi;
const HOST = /^(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})/i;
/** What a downloader is given without a scheme: `curl -L tools.example/get`. */
const BARE =
  /\b(?:curl|wget|iwr|irm)\s(?:-\S{1,20}\s){0,6}["']?([a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,6})(?=[/\s"'|:]|$)/gi;

/** Where anybody can put anything without a name, or have it sent. */
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
  /** On this machine or in its network. */
  local: boolean;
  known: boolean;
}

export function addressesIn(text: string): Address[] {
  return [
    ...Array.from(text.matchAll(URL_START), ([, scheme, authority, path]) => addressOf(scheme, authority, path)),
    ...Array.from(text.matchAll(BARE), ([, host]) => addressOf('https', host, '')),
  ].filter((address) => address !== undefined);
}

/** What stands before an `@` is no host, and a number in any form (`0x7f000001`) is an IP. */
function addressOf(scheme = '', authority = '', path = ''): Address | undefined {
  const written = HOST.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[0];
  if (written === undefined) return undefined;
  const host = (URL.canParse(`http://${written}`) ? new URL(`http://${written}`).hostname : written).replace(/\.$/, '');
  const isIp = IP.test(host);
  const local = isIp ? PRIVATE.test(host) || host === '[::1]' : LOCAL.test(host);
  const shady = !local && (isIp || DROPS.test(host) || scheme.toLowerCase() === 'http');
  return { host, local, shady, known: KNOWN.test(host) || KNOWN_PATH.test(`${host}${path}`) };
}

/** Whether an address in `text` is one that nobody answers for. */
export function hasShadyAddress(text: string): boolean {
  return addressesIn(text).some(({ shady }) => shady);
}

export function isDrop(host: string): boolean {
  return DROPS.test(host);
}
