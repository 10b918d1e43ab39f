import { z } from 'zod';
import { dataTool, done, failed, type LightModels, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import { setLocale } from '../../people/index.ts';
import { texts } from './texts.ts';

const TOOL = 'language_set';
/** As if nobody knew it: what an undo goes back to. */
const UNKNOWN = 'unknown';

export const setLanguageTool = ({ available }: Pick<LightModels, 'available'>) =>
  dataTool({
    name: TOOL,
    group: 'settings',
    description:
      'Sets the language that the person writes in, by its name or tag ("German", "de-AT"): times are read in it.',
    effect: 'write',
    input: z.object({ language: z.string().min(1).max(60) }),

    async run({ language }, { tx, person }) {
      const undo = { tool: TOOL, input: { language: person.locale ?? UNKNOWN }, label: texts.languageLabel };
      if (language === UNKNOWN) {
        await setLocale(tx, person.id, undefined);
        return done(texts.languageUnknown, { undo, asker: { ...person, locale: undefined } });
      }
      const tag = tagOf(language.trim(), person.locale);
      if (tag === undefined) {
        const { message, remedy } = texts.noLanguage(language);
        return failed('UNKNOWN_LANGUAGE', message, { remedy });
      }
      await setLocale(tx, person.id, tag);
      const alone = available || isEnglish(tag) ? [] : [texts.languageAlone];
      return done([texts.languageSet(nameOf(tag)), ...alone].join(' '), { undo, asker: { ...person, locale: tag } });
    },
  });

const isEnglish = (tag: string): boolean => new Intl.Locale(tag).language === 'en';

/** A tag, or the name of a language in English or in itself; the region that was known before stays. */
function tagOf(words: string, before: string | undefined): string | undefined {
  const [tag] = isTag(words) ? Intl.getCanonicalLocales(words) : [];
  const named = tag ?? codes().find((code) => namesOf(code).includes(words.toLowerCase()));
  if (named === undefined || named.includes('-')) return named;
  const region = /^[a-z]{2,3}-([A-Z]{2})$/i.exec(before ?? '')?.[1];
  return region === undefined ? named : `${named}-${region.toUpperCase()}`;
}

function isTag(words: string): boolean {
  try {
    return nameIn('en', new Intl.Locale(words).language) !== undefined;
  } catch {
    return false;
  }
}

const nameIn = (language: string, code: string): string | undefined =>
  new Intl.DisplayNames(language, { type: 'language', fallback: 'none' }).of(code);

const namesOf = (code: string): string[] =>
  [nameIn('en', code), nameIn(code, code)].flatMap((name) => (name === undefined ? [] : [name.toLowerCase()]));

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];

const codes = (): string[] =>
  LETTERS.flatMap((first) => LETTERS.map((second) => first + second)).filter(
    (code) => nameIn('en', code) !== undefined,
  );

const nameOf = (tag: string): string => nameIn('en', tag) ?? tag;

export const languageCommand: Command = {
  name: 'language',
  topic: 'Here',
  summary: 'Show or set the language that you write in.',
  overtakes: 'bare',
  usage: '[language]',
  options: [{ name: 'language', description: 'By its name or tag, such as German or de-AT' }],
  private: true,
  run: async (rest, ctx) => (rest === '' ? showLanguage(ctx) : { tool: TOOL, input: { language: rest.slice(0, 60) } }),
};

const showLanguage = ({ person, when }: TxContext): ToolResult => {
  const tag = person.locale ?? when.locale;
  return done(tag === undefined ? texts.languageUnknown : texts.languageIs(nameOf(tag)));
};
