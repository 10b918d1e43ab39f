-- What quiet hours hold is due again when they are changed or switched off, whoever changes them: it is said at once, or held
-- until the new ones end.
create function reminders_let_go() returns trigger language plpgsql as $$
begin
  update reminders set snoozed_until = held_since
   where person_id = new.id and state = 'pending' and held_since is not null;
  return null;
end
$$;

create trigger reminders_let_go after update of quiet_from, quiet_to, zone on persons for each row
  when ((old.quiet_from, old.quiet_to, old.zone) is distinct from (new.quiet_from, new.quiet_to, new.zone))
  execute function reminders_let_go();
