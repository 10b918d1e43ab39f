import type { Json } from '../base/json.ts';
import { callDaemon, noDaemon } from './daemon.ts';
import { dataDir, type StatusFlags } from './flags.ts';

/** `coda status`: what the running daemon says of itself, or what it has counted. */
export async function status(flags: StatusFlags, io: NodeJS.Process): Promise<number> {
  const folder = dataDir(flags, io);
  const answer = await callDaemon(folder, flags.metrics ? 'metrics' : 'status');
  if (answer === undefined) throw noDaemon(folder);
  if (typeof answer === 'string') io.stdout.write(answer);
  else io.stdout.write(flags.json ? `${JSON.stringify(answer, null, 2)}\n` : `${statusLines(answer).join('\n')}\n`);
  return 0;
}

/** One line a value, the groups indented. */
function statusLines(value: Json, indent = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${indent}${plain(value)}`];
  return Object.entries(value).flatMap(([key, item]) => {
    const name = `${indent}${key.replaceAll('_', ' ')}`;
    const grouped = typeof item === 'object' && item !== null && Object.keys(item).length > 0 && !Array.isArray(item);
    return grouped ? [name, ...statusLines(item, `${indent}  `)] : [`${name.padEnd(16)} ${plain(item)}`];
  });
}

function plain(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(plain).join(', ');
  if (typeof value === 'object' && value !== null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
