import { formOf, plural } from '../../base/text.ts';

const number = (count: number) => count.toLocaleString('en');

interface AskedCall {
  method: string;
  path: string;
  query?: object | undefined;
  body?: unknown;
}

export const texts = {
  badName: 'its name is not of lower-case letters, digits, - and _',
  noFile: 'it is no file',
  tooLarge: (bytes: number) => `it is larger than ${number(bytes)} ${formOf(bytes, 'byte')}`,
  worldWritable: 'anybody on this machine may change it',
  openFile: (file: string) => `others may read ${file}: chmod 600`,
  unknown: (name: string, names: readonly string[]) =>
    names.length === 0
      ? `There is no connector ${name}.`
      : `There is no connector ${name}; there are: ${names.join(', ')}.`,
  unknownRemedy: '"coda connectors list" shows them.',
  missingSecret: (connector: string, name: string, why: string | undefined) =>
    `The connector ${connector} needs the secret ${name}${why === undefined ? '' : ` (${why})`}.`,
  missingRemedy: (name: string) => `Its owner sets it with: coda secrets set connectors ${name}`,
  badSecret: (connector: string) =>
    `A secret of the connector ${connector} holds what no header may: a line break perhaps.`,
  badSecretRemedy: 'Its owner sets it again with "coda secrets set connectors NAME".',
  changed: (connector: string) =>
    `The file of the connector ${connector} has changed since the person was asked; nothing was sent.`,
  leaves: (connector: string) => `That path leads out of the address of the connector ${connector}.`,
  leavesRemedy: 'Pass a path below its address, without "..", and what follows "?" as `query`.',
  noBody: (method: string) => `A ${method} has no body.`,
  noBodyRemedy: 'Pass what it asks for as `query`.',
  bodyTooLarge: (bytes: number) => `The body is larger than ${number(bytes)} ${formOf(bytes, 'byte')}.`,
  bodyTooLargeRemedy: 'Send less at once.',
  answered: (connector: string, method: string, status: number, characters: number) =>
    `${connector} answered ${method} with ${status}, ${number(characters)} ${formOf(characters, 'character')}.`,
  refusesKey: (connector: string) => `${connector} does not take its key: its owner has to look at it.`,
  binary: (type: string, bytes: number) =>
    `[${type || 'a file'} of ${number(bytes)} ${formOf(bytes, 'byte')}, which is no text]`,
  cut: (characters: number) => `[cut: ${number(characters)} ${formOf(characters, 'more character')}]`,
  unknownOutcome: (connector: string, message: string) =>
    `${message} Whether ${connector} has done what it was asked to is not known.`,
  /** A call, for whoever says yes to it. */
  asks: ({ method, path, query, body }: AskedCall, isReading: boolean) => {
    const to = `{connector} ({host}${path === '' ? '' : ', {path}'})${query === undefined ? '' : ' with {query}'}`;
    if (isReading) return `Ask ${to}`;
    if (method === 'DELETE') return `Delete something at ${to}${body === undefined ? '' : ', with {body}'}`;
    return `Send ${body === undefined ? 'a request' : '{body}'} to ${to}`;
  },
  reading: (connector: string) => `asking ${connector}`,
  tool: (lines: readonly string[]) =>
    [
      'Calls an HTTP service that the owner has connected; its address and keys are added. `path` is below the address of the connector.',
      ...lines,
    ].join('\n'),
  line: (name: string, host: string, description: string | undefined) =>
    `- ${name} (${host})${description === undefined ? '' : `: ${description}`}`,
  checkOk: (count: number) => `${plural(count, 'connector')} can be used`,
  checkNone: 'none is set up',
  checkBroken: (file: string, why: string) => `${file}: ${why}`,
  privateRemedy: 'Where it is meant to be reached, list its network and port under egress.i_understand_private.',
  checkRemedy: 'Mend the file, or remove it; docs/skills-platform.md says what stands in it.',
};
