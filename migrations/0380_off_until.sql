-- Schedules that are off until a date: next_at is then the first occurrence after it.
alter table person_schedules add column off_until timestamptz;
alter table schedules add column off_until timestamptz;
