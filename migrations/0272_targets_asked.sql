-- When the other side was last asked, or has refused; null once it agrees: until a week is over it is not asked again.
alter table targets add column asked_at timestamptz;
update targets set asked_at = created_at where state in ('asked', 'refused');
