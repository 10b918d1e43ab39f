-- When a reminder was due that quiet hours hold until `snoozed_until`; null: nothing holds it. It waits here, and not as a
-- message, so that done, moved or deleted meanwhile it is not said.
alter table reminders add column held_since timestamptz;
