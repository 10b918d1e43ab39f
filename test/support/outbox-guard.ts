import { TRANSITIONS } from '../../src/delivery/outbox/states.ts';

const CHANGES = [
  ...new Set(TRANSITIONS.flatMap(({ from, to }) => from.flatMap((a) => to.map((b) => `('${a}', '${b}')`)))),
];

/** Makes a database refuse every change of a part's state that is not in the table of transitions. */
export const OUTBOX_GUARD = `
  create function guard_outbox() returns trigger language plpgsql as $$
  declare was text := case tg_op when 'INSERT' then 'new' else old.state end;
  begin
    if was <> new.state and (was, new.state) not in (${CHANGES.join(', ')}) then
      raise exception 'outbox: % to % is no transition (src/delivery/outbox/states.ts)', was, new.state;
    end if;
    return null;
  end $$;
  create trigger guard_outbox after insert or update of state on outbox for each row execute function guard_outbox();`;
