/** Tools that are not for a turn in which a skill with secrets is used. */
export const APART: readonly string[] = ['=code_execute', '=file_write', '=file_read'];
