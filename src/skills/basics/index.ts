import type { Skill } from '../../chat/index.ts';
import { phrases } from './phrases.ts';
import { dateTool, setZoneTool, showZone, showZoneTool, smalltalkTool, timeTool } from './tools.ts';

/** What any assistant is asked: the time, the date, where one is, hello and thank you. */
export const basics: Skill = {
  name: 'basics',
  phrases,
  tools: () => [timeTool, dateTool, setZoneTool, showZoneTool, smalltalkTool],
  commands: () => [
    {
      name: 'timezone',
      summary: 'Show or set your time zone.',
      usage: '[city or zone]',
      run: (rest, ctx) => (rest === '' ? showZone(ctx) : setZoneTool.run({ zone: rest }, ctx)),
    },
  ],
};
