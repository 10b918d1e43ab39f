import { z } from 'zod';
import { done, outsideTool } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';

/** Draws a picture, which is a file. */
export const drawing: Skill = {
  name: 'drawing',
  tools: ({ storage: { artifacts } }) => [
    outsideTool({
      name: 'picture_draw',
      description: 'Draws.',
      effect: 'fetch',
      effectOf: () => 'read',
      input: z.object({ name: z.string() }),
      run: async ({ name }) => {
        const stored = await artifacts.put(Buffer.from(`a picture of ${name}`));
        return done(`drew ${name}`, { files: [{ name: `${name}.txt`, type: 'text/plain', ...stored }] });
      },
    }),
  ],
};
