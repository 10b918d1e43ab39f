import type { Call, Phrase } from '../../agent/index.ts';
import { WEEKDAY } from '../../time/index.ts';

const DAY = `(?:today|tonight|tomorrow|now|right now|(?:on |this |next |coming )?${WEEKDAY}|(?:this |next |the )?(?:week|weekend)|(?:in|for) (?:the next )?\\w+ days?|the next (?:few )?days)`;
const PLACE = /^(?:in|at|for|of|around|near) (?!the next)(.+)$/;

/** The place and the day in the words behind "weather"; undefined: they are about something else. */
function meant(rest: string): Record<string, string> | undefined {
  const words = rest
    .trim()
    .replace(/[?.!]+$/, '')
    .replace(/^like\b\s*/i, '');
  if (words === '') return {};
  const [, first, behind = ''] = new RegExp(`^(${DAY})(?:\\s+(.*))?$`, 'i').exec(words) ?? [];
  const [, before = '', last] = new RegExp(`^(.*?)\\s*\\b(${DAY})$`, 'i').exec(words) ?? [];
  const when = first ?? last;
  const where = first === undefined ? (last === undefined ? words : before) : behind;
  if (where === '') return when === undefined ? undefined : { when };
  const place = PLACE.exec(where)?.[1];
  return place === undefined ? undefined : { place, ...(when !== undefined && { when }) };
}

function weather(rest = ''): Call | undefined {
  const input = meant(rest);
  return input && { tool: 'weather', input };
}

const ASK = "(what is|what's|whats|how is|how's|hows|show me|tell me|give me|check)";
const RAIN = '(will it|is it going to|does it|is it) (rain|snow|be sunny|be warm|be cold|be hot|be windy|freeze)';

export const phrases: Phrase[] = [
  { pattern: '[the] (weather|forecast|weather forecast)', example: 'weather', call: () => weather() },
  {
    pattern: '[the] (weather|forecast|weather forecast) {rest}',
    example: 'weather in Berlin tomorrow',
    shown: true,
    call: ({ rest }) => weather(rest),
  },
  { pattern: `${ASK} the (weather|forecast|weather forecast)`, example: "how's the weather?", call: () => weather() },
  {
    pattern: `${ASK} the (weather|forecast|weather forecast) {rest}`,
    example: "what's the weather like in Lisbon on Friday?",
    call: ({ rest }) => weather(rest),
  },
  {
    pattern: '(what will|how will) the weather be {rest}',
    example: 'how will the weather be tomorrow?',
    call: ({ rest }) => weather(rest),
  },
  { pattern: RAIN, example: 'will it rain?', call: () => weather() },
  { pattern: `${RAIN} {rest}`, example: 'will it rain tomorrow?', call: ({ rest }) => weather(rest) },
  {
    pattern: '(do i need|should i take|should i bring) (an umbrella|a jacket|a coat)',
    example: 'do I need an umbrella?',
    call: () => weather(),
  },
  {
    pattern: '(do i need|should i take|should i bring) (an umbrella|a jacket|a coat) {rest}',
    example: 'should I take an umbrella tomorrow?',
    call: ({ rest }) => weather(rest),
  },
];
