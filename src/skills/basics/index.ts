import type { Skill } from '../../chat/index.ts';
import { languageCommand, setLanguageTool } from './language.ts';
import { quietCommand, setQuietTool, showQuietTool } from './quiet.ts';
import { texts } from './texts.ts';
import { dateTool, setZoneTool, showZone, showZoneTool, smalltalkTool, timeTool } from './tools.ts';

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
    setZoneTool(people),
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
    languageCommand,
    quietCommand,
  ],
  views: {
    home: async (_, { person, zone }) => [{ title: texts.homeZone, items: [{ text: texts.zoneIs(zone, person) }] }],
  },
};
