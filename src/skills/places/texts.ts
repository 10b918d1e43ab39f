import type { Json } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { SpokenLine } from '../../delivery/index.ts';
import { formatMinute, type Reader } from '../../time/index.ts';

const onOrOff = (on: boolean): string => (on ? 'on' : 'off');

export const texts = {
  answerIn: (language: string) => `Answer in ${language} here, whatever language you are asked in.`,
  maySaySilence: 'Several people talk here. Where a message needs nothing of you, answer with nothing at all.',
  usage:
    'Say `/place observe 20`, `/place silent on`, `/place receipt on` or `/place language German`; `0`, `off` and `default` take it back.',
  notShared: { message: 'This is your direct conversation with me.', remedy: 'Say it in a shared place.' },
  hidden: {
    message: 'This platform shows me nothing here that is not said to me.',
    remedy: 'Docs say which right the app needs (docs/targets.md).',
  },
  away: { message: 'What was said here cannot be read at the moment.', remedy: 'Try again a little later.' },
  howMany: (most: number) => ({
    message: `I can observe at most ${plural(most, 'line')}.`,
    remedy: 'For example `/place observe 20`.',
  }),
  observes: (count: number) =>
    count === 0
      ? 'I read nothing here any more that is not said to me.'
      : `When somebody asks me something here, I read the last ${plural(count, 'line')} of this place as well, from now on. I keep none of them.`,
  switched: (what: string, on: boolean) =>
    what === 'silent'
      ? on
        ? 'Where a message needs nothing of me, I keep silent here.'
        : 'I answer everything here that is for me.'
      : on
        ? 'What I answer with silence gets a mark, so that you know that I have read it.'
        : 'I put no marks on messages here any more.',
  speaks: (language: string | undefined) =>
    language === undefined ? 'I answer here in the language that I am asked in.' : `I answer in ${language} here.`,
  manners: ({ observe, silent, receipt, language }: Readonly<Record<string, Json>>) =>
    [
      'My manners here:',
      `- observe: ${typeof observe === 'number' && observe > 0 ? `the last ${plural(observe, 'line')}, when I am asked` : 'nothing'}`,
      `- silent: ${onOrOff(silent === true)}`,
      `- receipt: ${onOrOff(receipt === true)}`,
      `- language: ${typeof language === 'string' && language !== '' ? language : 'that in which I am asked'}`,
      '`/soul`, `/model` and `/skills` set the rest.',
    ].join('\n'),
  missed: (lines: readonly SpokenLine[], reader: Reader) =>
    lines.length === 0
      ? 'You have missed nothing here.'
      : lines
          .map(({ at, from, isOwn, text }) => {
            const who = isOwn ? 'I' : (from ?? 'Somebody');
            return `${formatMinute(at, reader)} ${who}: ${text.replace(/\s+/g, ' ')}`;
          })
          .join('\n'),
};
