-- name: lock
-- Lock the organisation's row, made if need be, and begin a new day where the date has changed.
insert into budgets (tenant_id, day)
values (%(tenant)s, (clock_timestamp() at time zone 'UTC')::date)
on conflict (tenant_id) do update set
    day = (clock_timestamp() at time zone 'UTC')::date,
    day_used = case when budgets.day = (clock_timestamp() at time zone 'UTC')::date
                    then budgets.day_used else 0 end,
    day_remaining = case when budgets.day = (clock_timestamp() at time zone 'UTC')::date
                         then budgets.day_remaining end
returning day_used, day_remaining, blocked_until, blocked_by

-- name: today
-- What has been used today as far as it is known, and the server's time; locks nothing.
select coalesce(b.day_used, 0) as day_used, b.day_remaining, t.now
from (select clock_timestamp() as now) as t
left join budgets b on b.tenant_id = %(tenant)s and b.day = (t.now at time zone 'UTC')::date

-- name: usage
-- After the lock: the server's time, when the call that fills the window was over, those under
-- way, the app. Xero counts a call when it arrives: at the latest when it is answered. One that
-- nobody ended is over with its lease, and arrived when it began.
select
    clock_timestamp() as now,
    (select counted_at
       from (select coalesce(finished_at, case when lease_until > clock_timestamp()
                                               then clock_timestamp() else started_at end)
             from budget_calls where tenant_id = %(tenant)s) as calls (counted_at)
      where counted_at > clock_timestamp() - %(window)s
      order by counted_at desc offset %(limit)s - 1 limit 1) as fills_window,
    (select count(*) from budget_calls
      where tenant_id = %(tenant)s and finished_at is null
        and lease_until > clock_timestamp()) as under_way,
    (select blocked_until from budgets where tenant_id = %(app)s) as app_blocked_until,
    (select blocked_by from budgets where tenant_id = %(app)s) as app_blocked_by

-- name: begin
-- Count one call of the day and note it as under way.
with counted as (
    update budgets set day_used = day_used + 1,
                       day_remaining = case when day_remaining > 0
                                            then day_remaining - 1 else day_remaining end
    where tenant_id = %(tenant)s
)
insert into budget_calls (tenant_id, purpose, started_at, lease_until)
values (%(tenant)s, %(purpose)s, clock_timestamp(), clock_timestamp() + %(lease)s)
returning id, started_at

-- name: forget
-- Delete what neither the window nor the places under way need any more.
delete from budget_calls
where tenant_id = %(tenant)s and started_at < clock_timestamp() - %(window)s
  and case when finished_at is null then lease_until < clock_timestamp()
           else finished_at < clock_timestamp() - %(window)s end

-- name: learn
-- Take over what Xero says is left of the day.
update budgets set day_remaining = coalesce(%(day_remaining)s, day_remaining)
where tenant_id = %(tenant)s

-- name: block
-- Close an organisation, or the whole app, for a time; a longer closure that stands already stays.
insert into budgets (tenant_id, blocked_until, blocked_by)
values (%(tenant)s, clock_timestamp() + %(wait)s, %(problem)s)
on conflict (tenant_id) do update set
    blocked_by = case when budgets.blocked_until >= excluded.blocked_until
                      then budgets.blocked_by else excluded.blocked_by end,
    blocked_until = greatest(budgets.blocked_until, excluded.blocked_until)

-- name: finish
-- Give the place of a call back.
update budget_calls set finished_at = clock_timestamp() where id = %(call)s
