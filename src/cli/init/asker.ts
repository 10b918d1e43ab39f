/** Questions at a terminal, or none where nobody is there to answer them. */
import { CodaError } from '../../base/errors.ts';
import type { SetupChoice } from '../../chat/index.ts';
import { usage } from '../texts.ts';
import * as texts from './texts.ts';

/** The person wants the question before this one. */
export class BackToBefore extends Error {}

/** Each resolves with an answer that `wrong` has nothing against, and rejects with `BackToBefore` where the person goes back. */
export interface Asker {
  text(question: string, options: { usual: string; wrong?: (value: string) => string | undefined }): Promise<string>;
  /** Not shown as it is typed; empty: the one that is there stays. */
  secret(question: string, options: { wrong: (value: string) => string | undefined }): Promise<string>;
  choose(question: string, choices: readonly SetupChoice[], usual: string): Promise<string>;
  askSeveral(question: string, choices: readonly SetupChoice[]): Promise<readonly string[]>;
  say(text: string): void;
  showWaiting<T>(what: string, work: () => Promise<T>): Promise<T>;
}

/** Typed or chosen, it asks for the question before. */
const BACK = '<';

/** Prompts on the terminal of `io`. Ctrl-C ends with `CANCELLED`. */
export async function terminalAsker(io: NodeJS.Process): Promise<Asker> {
  const clack = await import('@clack/prompts');
  const common = { input: io.stdin, output: io.stdout };
  const unlessCancelled = <T>(answer: T): Exclude<T, symbol> => {
    if (clack.isCancel(answer)) throw cancelledSetup();
    return answer as Exclude<T, symbol>;
  };
  /** The first question has none before it. */
  let isFirst = true;
  const asked = <T extends string | readonly string[]>(answer: T): T => {
    if (answer === BACK || (Array.isArray(answer) && answer.includes(BACK))) throw new BackToBefore();
    isFirst = false;
    return answer;
  };
  const withBack = (choices: readonly SetupChoice[]) =>
    isFirst ? [...choices] : [...choices, { value: BACK, label: texts.back }];
  const typed = (message: string) => (isFirst ? message : `${message} ${texts.backHint}`);
  const unlessBack = (wrong: ((value: string) => string | undefined) | undefined, value: string) =>
    value === BACK ? undefined : wrong?.(value);
  return {
    async text(message, { usual, wrong }) {
      const validate = (value = '') => unlessBack(wrong, value.trim() || usual);
      const question = { message: typed(message), placeholder: usual, defaultValue: usual, validate };
      return asked(unlessCancelled(await clack.text({ ...common, ...question })).trim() || usual);
    },
    async secret(message, { wrong }) {
      const validate = (value = '') => unlessBack(wrong, value.trim());
      return asked(
        (unlessCancelled(await clack.password({ ...common, message: typed(message), validate })) ?? '').trim(),
      );
    },
    async choose(message, choices, usual) {
      const question = { message, options: withBack(choices), initialValue: usual };
      return asked(unlessCancelled(await clack.select({ ...common, ...question })));
    },
    async askSeveral(message, choices) {
      const question = { message, options: withBack(choices), required: false };
      return asked(unlessCancelled(await clack.multiselect({ ...common, ...question })));
    },
    say: (text) => clack.log.message(text, common),
    async showWaiting(what, work) {
      clack.log.step(`${what} …`, common);
      return work();
    },
  };
}

export function silentAsker(io: NodeJS.Process): Asker {
  return {
    text: async (_question, { usual }) => usual,
    secret: async () => '',
    choose: async (_question, _choices, usual) => usual,
    askSeveral: async () => [],
    say: (text) => void io.stdout.write(`${text}\n`),
    showWaiting: (_what, work) => work(),
  };
}

function cancelledSetup(): CodaError {
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
