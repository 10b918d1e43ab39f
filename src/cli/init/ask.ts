/** Questions to a person: prompts on a terminal, or none. */

import { CodaError } from '../../base/errors.ts';
import { usage } from '../texts.ts';

export interface Choice {
  value: string;
  label: string;
  hint?: string;
}

/** Each resolves with an answer that `wrong` has nothing against. */
export interface Asker {
  text(question: string, options: { usual: string; wrong?: (value: string) => string | undefined }): Promise<string>;
  /** Not shown as it is typed; empty: the one that is there stays. */
  secret(question: string, options: { wrong: (value: string) => string | undefined }): Promise<string>;
  choose(question: string, choices: readonly Choice[], usual: string): Promise<string>;
  several(question: string, choices: readonly Choice[]): Promise<readonly string[]>;
  say(text: string): void;
  /** While something outside is asked. */
  waiting<T>(what: string, work: () => Promise<T>): Promise<T>;
}

/** Prompts on the terminal of `io`. Ctrl-C ends with `CANCELLED`. */
export async function terminalAsker(io: NodeJS.Process): Promise<Asker> {
  const clack = await import('@clack/prompts');
  const common = { input: io.stdin, output: io.stdout };
  const given = <T>(answer: T): Exclude<T, symbol> => {
    if (clack.isCancel(answer)) throw cancelled();
    return answer as Exclude<T, symbol>;
  };
  return {
    async text(message, { usual, wrong }) {
      const validate = (value = '') => wrong?.(value.trim() || usual);
      const answer = await clack.text({ ...common, message, placeholder: usual, defaultValue: usual, validate });
      return given(answer).trim() || usual;
    },
    async secret(message, { wrong }) {
      const validate = (value = '') => wrong(value.trim());
      return (given(await clack.password({ ...common, message, validate })) ?? '').trim();
    },
    async choose(message, choices, usual) {
      return given(await clack.select({ ...common, message, options: [...choices], initialValue: usual }));
    },
    async several(message, choices) {
      return given(await clack.multiselect({ ...common, message, options: [...choices], required: false }));
    },
    say: (text) => clack.log.message(text, common),
    async waiting(what, work) {
      clack.log.step(`${what} …`, common);
      return work();
    },
  };
}

/** Takes what is usual everywhere. */
export function silentAsker(io: NodeJS.Process): Asker {
  return {
    text: async (_question, { usual }) => usual,
    secret: async () => '',
    choose: async (_question, _choices, usual) => usual,
    several: async () => [],
    say: (text) => void io.stdout.write(`${text}\n`),
    waiting: (_what, work) => work(),
  };
}

function cancelled(): CodaError {
  return new CodaError('CANCELLED', {
    message: 'Stopped. Nothing was written.',
    remedy: 'Run "coda init" again when you like.',
  });
}

export function noTerminal(): CodaError {
  return usage(
    'There is no terminal to ask on.',
    'Say --yes, with --name, --zone, --platform, --owner, --model, --storage or --service where the usual does not fit; ' +
      'tokens and keys are read from the environment.',
  );
}
