import type { Model, ModelMessage, ModelRequest } from '../../../src/agent/index.ts';
import type { Skill } from '../../../src/chat/index.ts';
import { DOCKER } from '../../support/docker.ts';
import { type Play, play } from '../../support/play.ts';

/** Settings with which code runs in the tests' Docker. */
export const codeConfig = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  'execution.enabled': true,
  'execution.docker_socket': DOCKER?.socket,
  'execution.default_image': DOCKER?.image,
  'execution.allowed_images': [DOCKER?.image],
  'execution.warm': 0,
  ...more,
});

export const playCode = (
  model: Model,
  config: Record<string, unknown> = {},
  skills: readonly Skill[] = [],
): Promise<Play> => play({ model, config: codeConfig(config), skills });

/** Says something and approves whatever is asked; returns the last answer. */
export async function saysAndApproves(coda: Play, text: string, most = 8): Promise<string> {
  const ana = coda.person('ana');
  let heard = await ana.says(text);
  for (let round = 0; round < most && isAsking(coda); round++) heard = await ana.presses('Approve');
  return heard;
}

const isAsking = (coda: Play) =>
  coda
    .person('ana')
    .seen()
    .at(-1)
    ?.buttons.some(({ label }) => label === 'Approve') ?? false;

/** What the newest call came to, as the model was told. */
export function lastResult(request: ModelRequest | undefined): { stdout: string; [key: string]: unknown } {
  const message = request?.messages.findLast((each): each is ModelMessage & { role: 'tool' } => each.role === 'tool');
  return JSON.parse(message?.text ?? '{}');
}
