-- A reminder may repeat until it is done: so many minutes between, and how often it has repeated for one occurrence.
-- Its next repetition stands in snoozed_until; `nagged` is 0 where the person has put it off.
alter table reminders
  add column nag_minutes integer check (nag_minutes between 1 and 1440),
  add column nagged integer not null default 0;
