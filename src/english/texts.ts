import { plural, shorten } from '../base/text.ts';

const quoteWords = (words: string) => `“${shorten(words.replace(/\s+/g, ' ').trim(), 60)}”`;

const BY_HAND = 'By hand it goes into the configuration (config/config.yaml, where the data folder has none).';

/** Said to somebody who speaks another language: that English is understood, and which times are read. */
const IN_OWN_LANGUAGE: Readonly<Record<string, string>> = {
  de: 'Ohne Sprachmodell verstehe ich nur englische Sätze (`/help`); Zeiten lese ich auch auf Deutsch: `/remind morgen um 9 Uhr Mama anrufen`.',
  es: 'Sin un modelo de lenguaje solo entiendo frases en inglés (`/help`); las horas las leo también en español: `/remind mañana a las 9 llamar a mamá`.',
  fr: 'Sans modèle de langage, je ne comprends que les phrases en anglais (`/help`) ; je lis aussi les heures en français : `/remind demain à 9h appeler maman`.',
  it: 'Senza un modello linguistico capisco solo frasi in inglese (`/help`); gli orari li leggo anche in italiano: `/remind domani alle 9 chiamare mamma`.',
  nl: 'Zonder taalmodel begrijp ik alleen Engelse zinnen (`/help`); tijden lees ik ook in het Nederlands: `/remind morgen om 9 uur mama bellen`.',
  pl: 'Bez modelu językowego rozumiem tylko zdania po angielsku (`/help`); czas czytam też po polsku: `/remind jutro o 9 zadzwonić do mamy`.',
  pt: 'Sem um modelo de linguagem só entendo frases em inglês (`/help`); as horas leio também em português: `/remind amanhã às 9h ligar para a mãe`.',
  ru: 'Без языковой модели я понимаю только английские фразы (`/help`); время читаю и по-русски: `/remind завтра в 9 позвонить маме`.',
  sv: 'Utan språkmodell förstår jag bara engelska meningar (`/help`); tider läser jag också på svenska: `/remind imorgon kl 9 ringa mamma`.',
};

export const texts = {
  quoted: quoteWords,
  nothingRuns: 'Nothing is running here.',
  empty: 'I heard nothing to do.',
  tooLong: (most: number) =>
    `That is too long to be understood without a model: up to ${plural(most, 'character is', 'characters are')}.`,
  offer: 'I am not sure what to do. Is it one of these?',
  notUnderstood: (hasPage: boolean) =>
    'I did not understand that. Without a model I understand reminders, timers, notes, lists, memories, schedules, tasks and ' +
    `times: \`/help\`. With one, everything: ${hasPage ? '*System → Add*' : '`npm start -- init`'} connects one.`,
  inOwnLanguage: (code: string): string | undefined => IN_OWN_LANGUAGE[code],
  otherLanguage: (languages: string) =>
    `I understand sentences in English. ${languages} With "/remind" such a time stands before or behind what to do, or on a line of its own above it.`,
  isOff: (setting: string) =>
    `That is off: an owner sets \`${setting}\` to true in the configuration, and starts coda again.`,
  needsModel:
    'That needs a model: put a key into ANTHROPIC_API_KEY or OPENAI_API_KEY before a start, or use the Ollama of this ' +
    'machine (`npm start -- init`).',
  addsModel: (hasPage: boolean) =>
    `${hasPage ? 'On the page, *System → Add → Language model* asks for it, and tries it. ' : ''}At a terminal \`npm start -- init\` ` +
    `does (\`coda init\` where coda is installed): it finds the Ollama of that machine, or asks for a key. ${BY_HAND} docs/models.md has the rest.`,
  addsPlatform: (hasPage: boolean) =>
    `${hasPage ? 'On the page, *System → Add* has a card for each platform: it says where the tokens come from, and tries them. ' : ''}` +
    'At a terminal `npm start -- init --all` asks for the tokens (`coda init --all` where coda is installed), says where they come from, ' +
    `and tries them. ${BY_HAND} The docs take each platform step by step.`,
  yourName: (name: string) => `You are ${name} here.`,
  partNotUnderstood: (words: string) => `I did not understand ${quoteWords(words)}.`,
  which: (thing: string) => `Which ${thing} do you mean?`,
  none: (thing: string, words: string) =>
    words === '' ? `There is no ${thing}.` : `I find no ${thing} for ${quoteWords(words)}.`,
};
