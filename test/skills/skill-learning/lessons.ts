/** A household whose model can be taught: tools that may be called in a right way and a wrong one, and skills about them. */
import { z } from 'zod';
import { dataTool, done, failed } from '../../../src/agent/index.ts';
import type { Skill } from '../../../src/chat/index.ts';
import { playWith, type SkillFiles } from '../../agent-skills/conversation.ts';
import type { ModelServer } from '../../support/model-server/index.ts';
import { modelConfig } from '../../support/models.ts';
import type { PlayedPerson } from '../../support/play.ts';

/** Each has a tool of its own: `invoice_make`. */
export const TOPICS = [
  ...['invoice', 'recipe', 'letter', 'chart', 'garden', 'song', 'map', 'shelf', 'shoe', 'boat', 'lamp', 'quilt'],
] as const;
export type Topic = (typeof TOPICS)[number];

const input = z.object({ about: z.string(), how: z.string(), away: z.string().optional() });

const planted: Skill = {
  name: 'planted',
  tools: () =>
    [...TOPICS].flatMap((topic) => [
      dataTool({
        name: `${topic}_make`,
        description: `Makes a ${topic}.`,
        effect: 'write',
        input,
        run: async ({ about, how, away }) => {
          if (how === 'broken') return failed('FAILED', `The ${topic} could not be made.`);
          const undo = { label: `the ${topic}`, tool: `${topic}_drop`, input: { about, how } };
          return done(`A ${topic} for ${about}, ${how}.`, { undo, ...(away && { tainted: true }) });
        },
      }),
      dataTool({
        name: `${topic}_draw`,
        description: `Draws a ${topic}.`,
        effect: 'write',
        input,
        run: async ({ about }) => done(`A ${topic} for ${about}, drawn.`),
      }),
      dataTool({
        name: `${topic}_drop`,
        description: `Drops a ${topic}.`,
        effect: 'write',
        callers: 'buttons',
        input,
        run: async () => done('Dropped.'),
      }),
    ]),
};

/** The skill about a topic, which says nothing yet of the way. */
const aboutTopic = (topic: Topic): SkillFiles => ({
  description: `Makes a ${topic}. Use when a ${topic} is wanted.`,
  body: `# The ${topic}\n\nMake the ${topic} with care.`,
});

export const skillsAbout = (topics: readonly Topic[]): Record<string, SkillFiles> =>
  Object.fromEntries(topics.map((topic) => [`${topic}-making`, aboutTopic(topic)]));

/** A coda that learns, with these skills. */
export async function school(
  server: ModelServer,
  skills: Record<string, SkillFiles>,
  config: Record<string, unknown> = {},
) {
  return playWith(skills, {
    skills: [planted],
    config: {
      ...modelConfig(server),
      self_improvement: { assessment_enabled: false, critique_enabled: false },
      ...config,
    },
  });
}

/** The person asks, and the model calls the topic's tool in these ways, one after another. */
export async function asks(
  server: ModelServer,
  person: PlayedPerson,
  topic: Topic,
  about: string,
  ways: readonly (string | Record<string, string>)[],
  words = `make the ${topic} of ${about}`,
  tool = 'make',
): Promise<string> {
  for (const way of ways) {
    const fields = typeof way === 'string' ? { how: way } : way;
    server.play({ when: { model: 'main' }, calls: [{ name: `${topic}_${tool}`, input: { about, ...fields } }] });
  }
  server.play({ when: { model: 'main' }, text: 'There you are.' });
  return person.says(words);
}

/** The ways in which a lesson can be taught. */
export const LESSONS = {
  /** The next message has it done another way. */
  async corrected(server: ModelServer, person: PlayedPerson, topic: Topic, about: string) {
    await asks(server, person, topic, about, ['plain']);
    await asks(server, person, topic, about, [`${topic}-style`], `rather in ${topic}-style`);
  },
  /** The person presses Undo, and has another tool do it. */
  async undone(server: ModelServer, person: PlayedPerson, topic: Topic, about: string) {
    await asks(server, person, topic, about, ['plain']);
    await person.presses('Undo');
    await asks(server, person, topic, about, ['by hand'], 'rather by hand', 'draw');
  },
  /** A call fails, and another one does it. */
  async mended(server: ModelServer, person: PlayedPerson, topic: Topic, about: string) {
    await asks(server, person, topic, about, ['broken', `${topic}-style`]);
  },
};

/** What the model that drafts is asked, in this order. */
export const drafts = (server: ModelServer) =>
  server.requests.filter(({ text }) => text.includes('You keep the skills of a personal assistant'));

/** Every draft is answered by what `draft` makes of the skill's topic. */
export function drafting(server: ModelServer, draft: (topic: Topic) => unknown): void {
  server.improvise = (body) => {
    const text = JSON.stringify(body);
    if (!text.includes('You keep the skills of a personal assistant')) return undefined;
    const topic = TOPICS.find((each) => text.includes(`call ${each}_make`)) ?? TOPICS[0];
    return { text: JSON.stringify(draft(topic)) };
  };
}

/** The lesson of a topic as a change at the end of its skill. */
export const lesson = (topic: Topic) => ({
  edits: [],
  append: `Call ${topic}_make with how "${topic}-style", or ${topic}_draw.`,
});
