-- A schedule that a file of an agent's folder says: its place there, and the line as it was read.
alter table person_schedules add column origin text;
alter table person_schedules add column origin_line text;
create unique index person_schedules_origin on person_schedules (origin) where origin is not null;
