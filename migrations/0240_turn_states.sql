-- A turn ends as answered, failed, waiting or cancelled. 'done' stays allowed for replicas of the version before.
alter table turns drop constraint turns_state_check;
alter table turns add constraint turns_state_check
  check (state in ('running', 'waiting', 'answered', 'done', 'failed', 'cancelled')) not valid;
update turns set state = 'answered' where state = 'done';
