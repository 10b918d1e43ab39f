/** A rival's times as words that coda understands. Pure. */

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Words for five cron fields: fixed times, on all days, weekdays, or one day of the month; undefined for any other. */
export function wordsOfCron(expression: string): string | undefined {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = expression.trim().split(/\s+/);
  if (more.length > 0 || month !== '*') return undefined;
  const every = /^\*\/(\d{1,2})$/;
  if (day === '*' && weekday === '*' && hour === '*') {
    const step = every.exec(minute)?.[1];
    if (step) return `every ${step} minutes`;
    return minute === '0' ? 'every hour' : undefined;
  }
  const step = every.exec(hour)?.[1];
  if (step && minute === '0' && day === '*' && weekday === '*') return `every ${step} hours`;
  if (!/^\d{1,2}$/.test(minute) || !/^\d{1,2}$/.test(hour) || Number(minute) > 59 || Number(hour) > 23)
    return undefined;
  const at = `at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day === '*' && weekday === '*') return `every day ${at}`;
  if (day === '*') return onDays(weekday, at);
  if (weekday !== '*' || !/^\d{1,2}$/.test(day) || Number(day) < 1 || Number(day) > 31) return undefined;
  return `every month on the ${ordinal(Number(day))} ${at}`;
}

function onDays(field: string, at: string): string | undefined {
  if (/^(1-5|mon-fri)$/i.test(field)) return `every weekday ${at}`;
  const names = field.split(',').map((each) => {
    const index = /^[0-7]$/.test(each) ? Number(each) % 7 : NAMES.indexOf(each.toLowerCase());
    return DAYS[index];
  });
  return names.every((name) => name !== undefined) ? `every ${names.join(' and ')} ${at}` : undefined;
}

/** Words for a step of so many minutes. */
export function wordsOfMinutes(minutes: number): string | undefined {
  if (!Number.isInteger(minutes) || minutes < 1) return undefined;
  if (minutes % 1_440 === 0) return minutes === 1_440 ? 'every day' : `every ${minutes / 1_440} days`;
  if (minutes % 60 === 0) return minutes === 60 ? 'every hour' : `every ${minutes / 60} hours`;
  return `every ${minutes} minutes`;
}

function ordinal(day: number): string {
  const tail = day % 100 > 10 && day % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${tail}`;
}
