/** The images that a Dockerfile builds on, read without running it. */

/** The references behind `FROM` and `COPY --from`, or why the file cannot be trusted to name them all. */
export function basesOf(dockerfile: string): { bases: string[] } | { problem: string } {
  // Another escape character would join other lines than the ones below.
  if (/^\s*#\s*(?:escape|syntax)\s*=/im.test(dockerfile)) return { problem: 'It has a parser directive.' };
  const bases = new Set<string>();
  const stages = new Set<string>();
  for (const line of instructionsIn(dockerfile)) {
    const [word = '', ...rest] = line.split(/\s+/);
    const instruction = word.toUpperCase();
    if (instruction === 'FROM') {
      const [image = '', as = '', stage = ''] = rest.filter((each) => !each.startsWith('--'));
      if (image === '' || /[$"'`]/.test(line)) return { problem: 'A FROM names no plain image.' };
      if (!stages.has(image.toLowerCase()) && image !== 'scratch') bases.add(image);
      if (as.toUpperCase() === 'AS' && stage !== '') stages.add(stage.toLowerCase());
    }
    // The engine itself would fetch it, past the network of the build.
    if (instruction === 'ADD' && /:\/\/|git@/i.test(line)) return { problem: 'An ADD names an address.' };
    if (instruction === 'ONBUILD') return { problem: 'It has an ONBUILD.' };
    const from = /(?:^|\s)--from=(\S+)/i.exec(line)?.[1];
    if (from === undefined || (instruction !== 'COPY' && instruction !== 'ADD')) continue;
    if (/[$"'`]/.test(from)) return { problem: 'A COPY names no plain image.' };
    if (!stages.has(from.toLowerCase()) && !/^\d+$/.test(from)) bases.add(from);
  }
  return bases.size === 0 && !/^\s*from\s+scratch\b/im.test(dockerfile) ? NO_BASE : { bases: [...bases] };
}

const NO_BASE = { problem: 'It has no FROM.' };

/** Instructions, one a line, without comments. */
function instructionsIn(dockerfile: string): string[] {
  const lines = dockerfile.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replace(/\\[ \t]*\n/g, ' ')
    .split('\n')
    .flatMap((line) => line.trim() || []);
}
