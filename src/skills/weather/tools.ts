import { z } from 'zod';
import { type AnyTool, type CallContext, done, failed, outsideTool, type ToolResult } from '../../agent/index.ts';
import type { Cache } from '../../bus/index.ts';
import type { AgendaSection } from '../../chat/index.ts';
import { parseWhen } from '../../time/index.ts';
import { DAYS, type Forecast, type OpenMeteo } from './open-meteo.ts';
import { texts } from './texts.ts';

export interface WeatherDeps {
  service: OpenMeteo;
  cache: Cache;
  keepMs: number;
  place: string | undefined;
}

type At = { ok: true; name: string; forecast: Forecast };

type AskedTime = 'now' | 'week' | { date: string };

const WEEK = 7;

export function weatherTool(deps: WeatherDeps): AnyTool {
  return outsideTool({
    name: 'weather',
    group: 'web',
    form: { times: ['when'] },
    description: "The weather now and up to two weeks ahead. Pass the person's own words for `when`.",
    effect: 'fetch',
    flow: { impersonal: true, targets: ({ place }) => (place === undefined ? [] : [place]) },
    does: [],
    display: { text: () => 'looking at the weather' },
    input: z.object({ place: z.string().max(100).optional(), when: z.string().max(100).optional() }),
    async run({ place: words, when }, ctx) {
      const asked = askedOf(when, ctx);
      if (asked === undefined)
        return failed('NOT_A_DATE', texts.unknownDay(when ?? ''), { remedy: texts.unknownDayRemedy });
      const place = words?.trim() || deps.place || cityOf(ctx.when.zone);
      if (place === undefined) return failed('NO_PLACE', texts.noPlace, { remedy: texts.noPlaceRemedy });
      const at = await forecastAt(deps, place, ctx.signal);
      return at.ok ? forecastResult(at, asked, when ?? '') : at;
    },
  });
}

/** A briefing's section on today; empty where no service answers. */
export async function briefingOf(deps: WeatherDeps, signal: AbortSignal): Promise<AgendaSection[]> {
  if (deps.place === undefined) return [];
  const at = await forecastAt(deps, deps.place, signal).catch(() => undefined);
  const today = at?.ok ? at.forecast.days[0] : undefined;
  if (!at?.ok || !today) return [];
  return [{ title: texts.briefing, lines: [texts.day(today, at.forecast, at.name)], tainted: true }];
}

function forecastAt({ service, cache, keepMs }: WeatherDeps, place: string, signal: AbortSignal) {
  return cache.getOrLoad<At | ReturnType<typeof failed>>({
    key: `weather ${place.toLowerCase()}`,
    keepMs,
    keeps: ({ ok }) => ok,
    signal,
    async load(stop) {
      const match = await service.find(place, stop);
      if (!match.ok) return match;
      if (!match.spot) return failed('NOT_FOUND', texts.unknownPlace(place), { remedy: texts.unknownPlaceRemedy });
      const forecast = await service.forecast(match.spot, stop);
      return forecast.ok ? { ok: true, name: match.spot.name, forecast } : forecast;
    },
  });
}

function forecastResult({ name, forecast }: At, asked: AskedTime, when: string): ToolResult {
  const where = texts.where(name);
  const { days } = forecast;
  if (asked === 'now') {
    const [today, tomorrow] = days;
    const lines = [
      where,
      texts.now(forecast),
      ...(today ? [texts.day(today, forecast, texts.today)] : []),
      ...(tomorrow ? [texts.day(tomorrow, forecast, texts.tomorrow)] : []),
    ];
    return done(lines.join('\n'), { tainted: true });
  }
  const chosenDays = asked === 'week' ? days.slice(0, WEEK) : days.filter(({ date }) => date === asked.date);
  if (chosenDays.length === 0) return failed('TOO_FAR', texts.tooFar(when, DAYS));
  return done([where, ...chosenDays.map((day) => texts.day(day, forecast))].join('\n'), { tainted: true });
}

function askedOf(when: string | undefined, { when: now }: CallContext): AskedTime | undefined {
  const words = when?.trim().toLowerCase() ?? '';
  if (/^(?:|now|right now|today|at the moment|currently)$/.test(words)) return 'now';
  if (/\b(?:week|weekend|days)\b/.test(words)) return 'week';
  const time = parseWhen(words, now);
  if (time.kind !== 'once') return undefined;
  return { date: new Intl.DateTimeFormat('en-CA', { timeZone: now.zone }).format(time.at) };
}

/** The city that a zone is named after: mostly not far from who lives there. */
function cityOf(zone: string): string | undefined {
  const [, city] = /^[A-Z]\w+\/(?:\w+\/)?([A-Z][\w-]+)$/.exec(zone) ?? [];
  return city?.replaceAll('_', ' ');
}
