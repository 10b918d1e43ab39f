/** What is said of running code. */

export const noFile = (name: string): string => `No file “${name}” was sent or made in this conversation.`;

export const eitherOr = (): string => 'Pass a command, or a language and its code, and not both.';

export const noWorkspaceFile = (path: string): string =>
  `There is no file ${path} in the workspace, nor a kept one of that name.`;

export const badPath = (path: string): string => `“${path}” is no path below the workspace.`;

export const written = (path: string, bytes: number, isRenewed: boolean): string =>
  `Wrote ${path} (${bytes} bytes).${isRenewed ? ' The sandbox is a new one: earlier files are gone.' : ''}`;

export const picture = (path: string): string => `${path} is a picture; it is shown to you if you can see.`;

export const notText = (path: string, bytes: number): string => `${path} is no text (${bytes} bytes).`;

export const isOff = (): string => 'Running code is switched off (execution.enabled).';

export const isHeld = (image: string): string =>
  `Code runs in containers of ${image}; three tries to get out of one were held.`;

export const isNotHeld = (escaped: readonly string[]): string =>
  `A container does not hold code in: ${escaped.join(', ') || 'the tries could not be made'}.`;

export const notHeldRemedy = (): string =>
  'Set execution.enabled: false, and see docs/sandbox.md on which Docker to use.';
