/** Results of calls as people and models read them. */
import type { ModelMessage } from '../inference/model.ts';
import type { ToolResult } from '../tools/tool.ts';

/** A result's text for people. */
export function textOf(result: ToolResult): string {
  return result.ok ? result.text : [result.message, result.remedy].filter(Boolean).join(' ');
}

/** A result's text for the model. */
export function toolMessage(callId: string, name: string, result: ToolResult): ModelMessage {
  const text = textOf(result);
  const message = { role: 'tool' as const, callId, name, ok: result.ok };
  if (!result.ok) return { ...message, text };
  return {
    ...message,
    text: result.material === undefined ? text : `${text}\n\n${result.material}`,
    ...(result.pictures && result.pictures.length > 0 && { files: result.pictures }),
  };
}
