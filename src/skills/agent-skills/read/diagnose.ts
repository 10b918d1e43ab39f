import type { Diagnostic, Level } from '../diagnostic.ts';

/** Collects what is wrong with one file. */
export class Diagnoses {
  readonly list: Diagnostic[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  error(code: string, message: string, line?: number): void {
    this.add('error', code, message, line);
  }

  warn(code: string, message: string, line?: number): void {
    this.add('warning', code, message, line);
  }

  note(code: string, message: string, line?: number): void {
    this.add('note', code, message, line);
  }

  private add(level: Level, code: string, message: string, line: number | undefined): void {
    this.list.push({ code, level, message, file: this.file, line });
  }
}
