-- What becomes of a reminder's missed occurrences, where its person has said so; null: what configuration says.

alter table reminders add column catch_up text check (catch_up in ('late', 'latest', 'skip'));
