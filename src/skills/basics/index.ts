import type { Skill } from '../../chat/index.ts';
import { languageCommand, setLanguageTool } from './language.ts';
import { quietCommand, setQuietTool, showQuietTool } from './quiet.ts';
import { texts } from './texts.ts';
import {
  dateTool,
  leaveZoneTool,
  nameCommand,
  offerOfZone,
  setNameTool,
  setZoneTool,
  showZone,
  showZoneTool,
  smalltalkTool,
  timeTool,
} from './tools.ts';

async function zones(typed: string): Promise<string[]> {
  const words = typed.trim().toLowerCase().replaceAll(' ', '_');
  const all = Intl.supportedValuesOf('timeZone');
  const byCity = all.filter((zone) => zone.split('/').at(-1)?.toLowerCase().startsWith(words));
  return [...byCity, ...all.filter((zone) => zone.toLowerCase().includes(words) && !byCity.includes(zone))].slice(
    0,
    25,
  );
}

export const basics: Skill = {
  name: 'basics',
  words: { does: 'tell the time' },
  tools: ({ work: { wakeAt }, models: { small: models }, people }, { does }) => [
    timeTool,
    dateTool,
    setNameTool,
    setZoneTool(people),
    leaveZoneTool,
    setLanguageTool(models),
    showZoneTool,
    setQuietTool(wakeAt),
    showQuietTool,
    smalltalkTool(does),
  ],
  commands: () => [
    {
      name: 'timezone',
      topic: 'Here',
      summary: 'Show or set your time zone.',
      overtakes: 'bare',
      usage: '[city or zone]',
      options: [{ name: 'city', description: 'A city or a zone, such as Berlin', complete: zones }],
      private: true,
      run: async (rest, ctx) =>
        rest === '' ? showZone(ctx) : { tool: 'timezone_set', input: { zone: rest.slice(0, 100) } },
    },
    nameCommand,
    languageCommand,
    quietCommand,
  ],
  views: {
    settings: ({ people }) => [
      {
        name: 'name',
        about: 'By which coda calls the person.',
        example: 'Kim',
        call: (name) => ({ tool: 'name_set', input: { name } }),
      },
      {
        name: 'zone',
        about: 'The time zone, by a city or an IANA zone: "Berlin".',
        example: 'Europe/Berlin',
        call: (zone) => ({ tool: 'timezone_set', input: { zone } }),
        offer: (tx, personId) => offerOfZone(people, tx, personId),
      },
      {
        name: 'quiet',
        about: 'The hours in which only urgent reminders come: "22:00-07:00"; "off".',
        example: '22:00-07:00',
        call: (hours) => ({ tool: 'quiet_hours_set', input: { hours: hours.slice(0, 60) } }),
      },
      {
        name: 'language',
        about: 'The language that the person writes in, by its name or tag: "German", "de-AT".',
        example: 'de-AT',
        call: (language) => ({ tool: 'language_set', input: { language: language.slice(0, 60) } }),
      },
    ],
    home: async (_, { person, zone }) => [{ title: texts.homeZone, items: [{ text: texts.zoneIs(zone, person) }] }],
  },
};
