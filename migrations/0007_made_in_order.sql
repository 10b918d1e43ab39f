-- What was made last when several were made in one instant, as on a clock that stands still.

alter table reminders add column seq bigint generated always as identity;
alter table notes add column seq bigint generated always as identity;
