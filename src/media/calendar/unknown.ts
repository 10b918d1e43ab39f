/** Why nobody can say when an appointment is: the zone, a time or the rule as they are written; `many`: its times are too many. */
export class Unknown extends Error {
  readonly why: 'zone' | 'time' | 'rule' | 'many';
  readonly text: string;

  constructor(why: Unknown['why'], text: string) {
    super(why);
    this.why = why;
    this.text = text;
  }
}
