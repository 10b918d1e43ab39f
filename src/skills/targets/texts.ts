import { listOf, plural, shorten } from '../../base/text.ts';
import type { Target } from '../../delivery/index.ts';

const quoteName = (text: string): string => `“${shorten(text.replace(/\s+/g, ' '), 60)}”`;

const STATES: Record<Target['state'], string> = {
  asked: 'waits for a yes',
  allowed: 'allowed',
  refused: 'not allowed',
  gone: 'cannot be written to any more',
  removed: 'removed',
};

const WHERE: Record<Target['kind'], string> = {
  place: 'a shared place',
  person: 'a person',
  hook: 'a service',
  push: 'your devices',
};

interface KnownServices {
  names: readonly string[];
  /** The settings in which an owner names services; none: this coda reaches no service. */
  settings: readonly string[];
  isOwner: boolean;
  canPush: boolean;
}

export const texts = {
  usage:
    'Say `/targets here NAME` in a shared place, or `/targets person NAME`, `/targets hook NAME`, `/targets push`; then ' +
    '`/targets allow ID`, `/targets remove NAME`, `/targets private NAME notes, briefing` (`none` takes that back).',
  none: 'What you plan is told where you plan it. `/targets here NAME`, said in a shared place, allows another one.',
  noneHere: 'Nothing is told here that was planned elsewhere.',
  yours: 'What you plan can be told in:',
  toYou: 'Others may tell you, alone:',
  here: 'What was planned elsewhere may be told here:',
  waiting: 'Others ask to tell something in:',
  own: ({ id, kind, name, state, allows }: Target): string =>
    `- ${name} (\`${id}\`), ${WHERE[kind]}: ${STATES[state]}${allows.length > 0 ? `; also private: ${listOf(allows)}` : ''}`,
  ofOther: ({ id, name, state, by }: Target & { by: string }): string =>
    `- ${by}: ${name} (\`${id}\`): ${STATES[state]}`,
  added: (name: string) =>
    `What you plan can be told in ${quoteName(name)} from now on: \`/schedules tell NUMBER ${name}\`.`,
  asked: (name: string) => `I have asked whether what you plan may be told in ${quoteName(name)}.`,
  askedPerson: (name: string) => `I have asked ${quoteName(name)} whether you may tell them something.`,
  wantsPlace: (
    by: string,
    name: string,
    at: { platform: string; place: string; link: string | undefined } | undefined,
  ) =>
    [
      `${by} would like what they plan to be told in a shared place that they call ${quoteName(name)}` +
        `${at ? `: ${quoteName(at.place)} on ${at.platform}` : ''}. May it be?`,
      ...(at?.link === undefined ? [] : [at.link]),
    ].join('\n'),
  wantsHook: (by: string, name: string) =>
    `${by} would like what they plan to be told through ${quoteName(name)}. May it be?`,
  wantsPerson: (by: string) => `${by} would like to have something told to you now and then, here. May it be?`,
  yes: 'Yes',
  no: 'No',
  tellsHere: (by: string) =>
    `What ${by} plans may be told here from now on. \`/targets\` shows who may, and \`/targets remove\` ends it.`,
  nowAllowed: (name: string) => `What you plan may be told in ${quoteName(name)} now.`,
  nowRefused: (name: string) =>
    `What you plan is not told in ${quoteName(name)}: it is not allowed there (any more). It comes to you directly.`,
  gone: (name: string) =>
    `${name} cannot be written to any more. What was to be told there comes to you directly from now on; \`/targets\` shows where else it can be told.`,
  decided: (yes: boolean) => (yes ? 'Good, it may.' : 'Good, it may not.'),
  removed: (name: string) => `Nothing that you plan is told in ${quoteName(name)} any more; it comes to you directly.`,
  allows: (name: string, allows: readonly string[]) =>
    allows.length === 0
      ? `Nothing private is told in ${quoteName(name)}.`
      : `In ${quoteName(name)} others may read from now on what I know of you by: ${listOf(allows)}.`,
  notShared: {
    message: 'This is your direct conversation with me.',
    remedy: 'Say "/targets here NAME" in the shared place that you mean.',
  },
  noName: { message: 'Under which name?', remedy: 'For example "/targets here home".' },
  noPerson: (name: string) => ({
    message: `I do not know whom you mean by ${quoteName(name)}.`,
    remedy: 'Say their name as I know it, or their account, such as discord:112233445566778899.',
  }),
  noDirect: (name: string) => ({
    message: `${quoteName(name)} has no direct conversation with me.`,
    remedy: 'They have to write to me first.',
  }),
  noHook: (name: string, { names, settings, isOwner, canPush }: KnownServices) => {
    const own = canPush ? ', on your devices ("/targets push")' : '';
    const instead = `I can tell it in a shared place ("/targets here NAME", said there)${own} or to a person ("/targets person NAME").`;
    if (names.length > 0)
      return { message: `I know no service ${quoteName(name)}.`, remedy: `I know: ${listOf(names)}.` };
    const where =
      isOwner && settings.length > 0 ? ` A service is named in the configuration, under ${listOf(settings)}.` : '';
    return { message: 'I know no service that could be told.', remedy: `${instead}${where}` };
  },
  noPush: {
    message: 'I cannot notify devices.',
    remedy: 'That needs http.url, and a device that you name on the page System.',
  },
  nothingCalled: (name: string, near: string | undefined) => ({
    message: `I have no skill, tool or routine ${quoteName(name)}.`,
    remedy: near
      ? `Did you mean ${near}?`
      : 'For example notes, reminders, tasks, memory, calendar, briefing or weekly-review.',
  }),
  unknown: (name: string) => ({ message: `I know no target ${quoteName(name)}.`, remedy: '"/targets" lists them.' }),
  ambiguous: (name: string) => ({
    message: `You have several targets that ${quoteName(name)} can mean.`,
    remedy: 'Say the name as "/targets" shows it, or the id.',
  }),
  askedLately: (name: string) => ({
    message: `Whether something may be told in ${quoteName(name)} has been asked already, and there was no yes.`,
    remedy: 'They can still allow it with "/targets allow"; I ask again a week later at the earliest.',
  }),
  another: {
    message: 'That question was about another place or person.',
    remedy: '"/targets" shows what waits now.',
  },
  notYours: {
    message: 'That is for somebody else to decide.',
    remedy: 'An owner of mine decides about shared places.',
  },
  tooMany: (most: number) => ({
    message: `You have ${plural(most, 'target')}, which is the most there can be.`,
    remedy: 'Remove one first: "/targets" lists them.',
  }),
};
