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
