import { plural } from '../../base/text.ts';
import type { CurrentWeather, Day, Forecast } from './open-meteo.ts';

/** Codes of the World Meteorological Organization, as Open-Meteo uses them: https://open-meteo.com/en/docs */
const SKIES: Readonly<Record<number, string>> = {
  0: 'clear',
  1: 'mostly clear',
  2: 'partly cloudy',
  3: 'overcast',
  45: 'fog',
  48: 'freezing fog',
  51: 'light drizzle',
  53: 'drizzle',
  55: 'heavy drizzle',
  56: 'freezing drizzle',
  57: 'freezing drizzle',
  61: 'light rain',
  63: 'rain',
  65: 'heavy rain',
  66: 'freezing rain',
  67: 'freezing rain',
  71: 'light snow',
  73: 'snow',
  75: 'heavy snow',
  77: 'snow grains',
  80: 'light showers',
  81: 'showers',
  82: 'violent showers',
  85: 'snow showers',
  86: 'heavy snow showers',
  95: 'thunderstorms',
  96: 'thunderstorms with hail',
  99: 'thunderstorms with heavy hail',
};

const sky = (code: number) => SKIES[code] ?? 'changeable';
const whole = (value: number) => `${Math.round(value)}`.replace('-', '−');

function dayLine({ code, high, low, rain, wind }: Day, { degrees, speed }: Forecast): string {
  const parts = [`${sky(code)}, ${whole(low)} to ${whole(high)} ${degrees}`];
  if (rain !== undefined) parts.push(`${whole(rain)}% chance of rain`);
  parts.push(`wind up to ${whole(wind)} ${speed}`);
  return parts.join(', ');
}

const nowLine = ({ code, temperature, feels, wind }: CurrentWeather, { degrees, speed }: Forecast) =>
  `${sky(code)}, ${whole(temperature)} ${degrees} (feels like ${whole(feels)}), wind ${whole(wind)} ${speed}`;

function dayName(date: string): string {
  const at = new Date(`${date}T12:00:00Z`);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(at);
  return `${part({ weekday: 'short' })} ${part({ day: 'numeric' })} ${part({ month: 'short' })}`;
}

export const texts = {
  briefing: 'Weather',
  where: (name: string) => `Weather in ${name}:`,
  now: (forecast: Forecast) => `now: ${nowLine(forecast.now, forecast)}`,
  day: (day: Day, forecast: Forecast, name = dayName(day.date)) => `${name}: ${dayLine(day, forecast)}`,
  today: 'today',
  tomorrow: 'tomorrow',
  unknownPlace: (place: string) => `I do not know where “${place}” is.`,
  unknownPlaceRemedy: 'Say a town, and its country where there are several.',
  noPlace: 'I do not know for where.',
  noPlaceRemedy: 'Say a place: the weather in Berlin.',
  unknownDay: (when: string) => `I do not know which day “${when}” is.`,
  unknownDayRemedy: 'Say a day in plain English words, such as tomorrow or Friday, or this week.',
  tooFar: (when: string, days: number) =>
    `The forecast does not reach “${when}”: it goes ${plural(days, 'day')} ahead.`,
};
