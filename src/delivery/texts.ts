import { plural, shorten } from '../base/text.ts';

export const couldNotAnswer = () =>
  'Something went wrong each time I tried to answer this, so I have given up on it. Please say it another way, or ask the owner to look into the log.';

export const tooLateToGoOn = () =>
  'After the decision I was away for too long, and have let it go; it may have been begun. Please look, and ask again if it is still wanted.';

export const stoppedNotice = () => 'Stopped.';

export const notInTime = () => 'That reached me too late, so I have not done it. Please try again.';

export const editedNotice = (text: string) => `I have changed my message. It reads now:\n\n${text}`;

export const movedByProfile = (to: string, from: string | undefined) =>
  `Your profile says that you are in ${to} now${from === undefined ? '' : ` (it said ${from})`}, so that is your time zone here too. ` +
  'If the profile is wrong, say "set my timezone to …", and I will keep to that.';

export const movedByBrowser = (to: string) =>
  `Your browser says that you are in ${to}, so that is your time zone here too. If it is wrong, say "set my timezone to …".`;

const LONGEST_SHOWN = 300;
/** Five reminders in one message, each as long as it may be there: none of them is said again. */
const LONGEST_REMINDERS = 1_300;
const MOST_JOBS = 5;

export const undeliveredNotice = (count: number, quotes: readonly { kind: string; text: string }[]) =>
  [
    `${plural(count, 'message')} for you could not be delivered${quotes.length > 0 ? ':' : '.'}`,
    ...quotes.map(
      ({ kind, text }) =>
        `> ${shorten(text.replace(/\s+/g, ' '), kind === 'reminder' ? LONGEST_REMINDERS : LONGEST_SHOWN)}`,
    ),
  ].join('\n');

export const jobsGaveUp = (jobs: readonly { name: string; error: string | null }[]) =>
  [
    `${plural(jobs.length, 'background job')} of mine failed again and again, so I have stopped trying:`,
    ...jobs
      .slice(0, MOST_JOBS)
      .map(({ name, error }) => `> ${name}: ${shorten(error ?? 'no reason known', LONGEST_SHOWN)}`),
    '"coda jobs" on the command line shows them, "coda jobs retry" runs them again.',
  ].join('\n');

export const tooFast = (limit: number, windowMs: number) =>
  `That is more than ${plural(limit, 'request')} within ${plural(Math.round(windowMs / 1_000), 'second')}, so I did not take this one. Please send it again in a moment.`;

export const tooManyTurns = (turns: number) =>
  `I am answering you in ${plural(turns, 'conversation')} already, so I did not take this one. Please send it again when I am done with one.`;

export const queueFull = (waiting: number) =>
  `I still have ${plural(waiting, 'message')} to answer here, so I did not take this one. Please send it again in a moment.`;

export const awayNotice = (count: number) =>
  `I was away; ${count === 1 ? 'an older message was' : plural(count, 'older message was', 'older messages were')} not answered. Please send again what still matters.`;
