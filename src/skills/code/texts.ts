import { listOf, plural } from '../../base/text.ts';
import type { SandboxFacts } from '../../sandbox/index.ts';
import type { Limits } from './limits.ts';

export const noFile = (name: string): string => `No file “${name}” was sent or made in this conversation.`;

export const eitherOr = (): string => 'Pass a command, or a language and its code, and not both.';

export const skillsChanged = (): string =>
  'The skills in use, or their files or image, are not those that the person was shown. Make the call again.';

export const skillsLate = (): string =>
  'Skills that were activated beside this call were not there for it: make it again to have their files and image.';

export const noWorkspaceFile = (path: string): string =>
  `There is no file ${path} in the workspace, nor a kept one of that name.`;

export const badPath = (path: string): string => `“${path}” is no path below the workspace.`;

export const writtenNotice = (path: string, bytes: number, isRenewed: boolean): string =>
  `Wrote ${path} (${plural(bytes, 'byte')}).${isRenewed ? ' The sandbox is a new one: earlier files are gone.' : ''}`;

export const picture = (path: string): string => `${path} is a picture; it is shown to you if you can see.`;

export const notText = (path: string, bytes: number): string => `${path} is no text (${plural(bytes, 'byte')}).`;

export const isOff = (): string => 'Running code is switched off (execution.enabled).';

export const doesNotAnswer = (seconds: number): string => `Docker does not answer within ${seconds} s.`;

export const answerRemedy = (): string =>
  'Look whether Docker hangs (`docker ps` on its machine), restart it, or name another in execution.docker_socket.';

const engine = ({ version, cgroups, isRootless, hasUserNamespaces, runtimes }: SandboxFacts): string => {
  const apart = [
    ...(isRootless ? ['rootless'] : []),
    ...(hasUserNamespaces ? ['user namespaces'] : []),
    ...(runtimes.includes('runsc') ? ['gVisor (runsc)'] : []),
  ];
  return `Docker ${version}, control groups v${cgroups}, ${apart.length > 0 ? `with ${listOf(apart)}` : 'neither rootless nor user namespaces nor gVisor'}`;
};

/** A sandbox’s network, as models and the doctor are told of it. */
export const networkTold = (hosts: readonly string[]): string =>
  hosts.length === 0
    ? 'without network'
    : `that reaches ${listOf(hosts.slice(0, MOST_HOSTS))}${hosts.length > MOST_HOSTS ? ' and more' : ''} alone, by HTTP and HTTPS through the proxy of HTTPS_PROXY`;

const MOST_HOSTS = 20;

const LANGUAGE_NAMES: Readonly<Record<string, string>> = { python: 'Python', javascript: 'JavaScript' };

/** A command or a program, for whoever says yes to it. */
export function asksToRun(
  { command, language = '', code = '', files = [], image }: AskedRun,
  hosts: readonly string[],
): [string, Record<string, unknown>] {
  const reach =
    hosts.length === 0 ? 'from this computer and the network' : 'from this computer, with access to {hosts}';
  const withFiles = files.length === 0 ? '' : ', with the files {files}';
  const program = `a program of ${plural(code.split('\n').length, 'line')} (${LANGUAGE_NAMES[language] ?? 'shell'}): {code}`;
  const within = image === undefined ? '' : ', in the image {image}';
  const says = `Run ${code === '' ? 'the command {command}' : program}, shut off ${reach}${within}${withFiles}`;
  return [says, { command, code, files, hosts, image }];
}

interface AskedRun {
  command?: string | undefined;
  language?: string | undefined;
  code?: string | undefined;
  files?: readonly string[] | undefined;
  image?: string | undefined;
}

export const isHeld = (image: string, facts: SandboxFacts, limits: Limits, hosts: readonly string[]): string =>
  `Code runs in containers of ${image} (${facts.image.slice(7, 19)}); three tries to get out of one were held. ` +
  (hosts.length === 0 ? '' : `It is a sandbox ${networkTold(hosts)}. `) +
  `Limits in effect: ${limitsText(limits)}. ${engine(facts)}.`;

export const isUnlimited = (missing: readonly string[], facts: SandboxFacts): string =>
  `A container does not have the limits that it was made with: ${listOf(missing)}. ${engine(facts)}.`;

function limitsText({ memory, pids, cpus }: Limits): string {
  const parts = [
    ...(memory === undefined ? [] : [`${Math.round(memory / 1024 / 1024)} MB of memory`]),
    ...(pids === undefined ? [] : [plural(pids, 'process', 'processes')]),
    ...(cpus === undefined ? [] : [plural(cpus, 'processor')]),
  ];
  return parts.length > 0 ? listOf(parts) : 'the container does not tell';
}

export const isNotHeld = (escaped: readonly string[]): string =>
  `A container does not hold code in: ${escaped.join(', ') || 'the tries could not be made'}.`;

export const notHeldRemedy = (): string =>
  'Set execution.enabled: false, and see docs/sandbox.md on which Docker to use.';
