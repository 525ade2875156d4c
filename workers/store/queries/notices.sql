-- name: note_flow
-- Hours of the last day in which documents reached Xero and that are not noted yet.
insert into flow_hours (connection_id, hour)
select distinct connection_id, hour from tallied
where status = 'posted' and entered > 0 and hour >= %(now)s::timestamptz - interval '25 hours'
on conflict do nothing
returning connection_id;

-- name: flow
-- The hours of a connection's last weeks in which documents reached Xero.
select hour from flow_hours where connection_id = %(connection_id)s;

-- name: save_flow
-- When documents last reached Xero, and from when on that is unusual.
insert into notice_standings (connection_id, flowed_at, quiet_at)
values (%(connection_id)s, %(flowed_at)s, %(quiet_at)s)
on conflict (connection_id) do update
set flowed_at = excluded.flowed_at, quiet_at = excluded.quiet_at;

-- name: forget
-- What is older than habits and pages go back.
with hours as (delete from flow_hours where hour < %(now)s::timestamptz - interval '70 days'
               and hour < (select max(o.hour) from flow_hours o
                           where o.connection_id = flow_hours.connection_id) - interval '28 days')
delete from notices
where created_at < %(now)s::timestamptz - interval '30 days'
  and (sent_at is not null or given_up_at is not null);

-- name: looks
-- Connections of which something may have to be said, or taken back, and may be said now.
with held as (
    select connection_id, reason_code, count(*) as things
    from documents where status = 'needs_attention' group by connection_id, reason_code
    union all
    select connection_id, reason_code, count(*)
    from imports where status = 'needs_attention' group by connection_id, reason_code
    union all
    select id, 'drafts_unconfirmed', 1 from connections where drafts_held
), needs as (
    select connection_id, jsonb_object_agg(reason_code, things) as needs
    from (select connection_id, reason_code, sum(things) as things
          from held group by connection_id, reason_code) as by_reason
    group by connection_id
)
select c.id, c.account, c.client_id, c.status = 'lost' as lost, coalesce(n.needs, '{}') as needs,
       coalesce(s.said, '{}') as said, s.flowed_at,
       coalesce(s.quiet_at <= %(now)s, false) as is_late
from connections c
left join needs n on n.connection_id = c.id
left join notice_standings s on s.connection_id = c.id
where c.status in ('active', 'lost')
  and (c.status = 'lost' or n.needs is not null or coalesce(s.said, '{}') <> '{}'
       or s.quiet_at <= %(now)s)
  and (s.said_at is null or s.said_at <= %(now)s::timestamptz - %(gap)s::interval)
  and (s.silent_until is null or s.silent_until <= %(now)s)
order by s.said_at nulls first, c.created_at;

-- name: stand
-- A row to decide on.
insert into notice_standings (connection_id) values (%(connection_id)s) on conflict do nothing;

-- name: say
-- This is being said, unless somebody else has said something, or asked for silence, meanwhile.
update notice_standings set said = %(said)s, said_at = %(now)s
where connection_id = %(connection_id)s and said = %(before)s
  and (said_at is null or said_at <= %(now)s::timestamptz - %(gap)s::interval)
  and (silent_until is null or silent_until <= %(now)s);

-- name: remember
-- Nothing is said, but there is less of what was said.
update notice_standings set said = %(said)s
where connection_id = %(connection_id)s and said = %(before)s;

-- name: put
-- A digest for one way; it takes the place of one that is still on its way.
insert into notices (connection_id, channel, subject, body, created_at, due_at)
values (%(connection_id)s, %(channel)s, %(subject)s, %(body)s, %(now)s, %(now)s)
on conflict (connection_id, channel) where sent_at is null and given_up_at is null do update
set subject = excluded.subject, body = excluded.body, created_at = excluded.created_at,
    due_at = excluded.due_at, lease_until = null, tries = 0, revision = notices.revision + 1,
    message_id = gen_random_uuid();

-- name: claim
-- A digest to be sent now; its sender has it until the lease ends.
update notices set lease_until = %(now)s::timestamptz + %(lease)s::interval, tries = tries + 1
where id = (
    select id from notices
    where sent_at is null and given_up_at is null and due_at <= %(now)s
      and (lease_until is null or lease_until <= %(now)s) and channel = any(%(channels)s)
    order by due_at, id limit 1
    for update skip locked)
returning id, connection_id, channel, message_id, subject, body, revision, tries;

-- name: sent
-- It was sent; the pause until the next one begins now.
with done as (
    update notices set sent_at = %(now)s, lease_until = null, last_error = null
    where id = %(id)s and revision = %(revision)s and tries = %(tries)s and sent_at is null
    returning connection_id)
update notice_standings s set said_at = greatest(s.said_at, %(now)s)
from done where s.connection_id = done.connection_id;

-- name: later
-- It could not be sent: again after a while.
update notices set due_at = %(now)s::timestamptz + %(delay)s::interval, lease_until = null,
    last_error = %(cause)s
where id = %(id)s and revision = %(revision)s and tries = %(tries)s;

-- name: give_up
-- It could not be sent for hours.
update notices set given_up_at = %(now)s, lease_until = null, last_error = %(cause)s
where id = %(id)s and revision = %(revision)s and tries = %(tries)s
returning connection_id, created_at;

-- name: unsaid
-- Nobody was told by any way: what is still true is said anew.
update notice_standings s set said = '{}'
where s.connection_id = %(connection_id)s and not exists (
    select from notices n
    where n.connection_id = s.connection_id and n.sent_at >= %(created_at)s
       or n.connection_id = s.connection_id and n.sent_at is null and n.given_up_at is null);

-- name: silence
-- Say nothing of a connection until then.
insert into notice_standings (connection_id, silent_until, silenced_by)
values (%(connection_id)s, %(until)s, %(who)s)
on conflict (connection_id) do update
set silent_until = excluded.silent_until, silenced_by = excluded.silenced_by;

-- name: resume
-- Say again what there is to say.
update notice_standings set silent_until = null, silenced_by = null
where connection_id = %(connection_id)s and silent_until is not null
returning connection_id;

-- name: standing
-- What one connection's notices stand like.
select said, said_at, flowed_at, quiet_at, silent_until, silenced_by
from notice_standings where connection_id = %(connection_id)s;

-- name: last
-- The last digests of a connection.
select channel, subject, created_at, due_at, tries, last_error, sent_at, given_up_at
from notices where connection_id = %(connection_id)s order by id desc limit %(most)s;

-- name: health
-- How sending goes: by way, what waits since when, what was given up, and why the last one failed.
select channel,
       count(*) filter (where sent_at is null and given_up_at is null) as waiting,
       min(created_at) filter (where sent_at is null and given_up_at is null) as oldest,
       count(*) filter (where given_up_at > now() - interval '1 day') as given_up,
       max(sent_at) as last_sent,
       (array_agg(last_error order by id desc) filter (where last_error is not null))[1]
           as last_error
from notices
where created_at > now() - interval '7 days'
group by channel order by channel;

-- name: unheard
-- What was given up by a way within a day, unless it has carried a notice since.
select n.channel, count(*) as given_up,
       (array_agg(n.last_error order by n.given_up_at desc))[1] as last_error
from notices n
where n.created_at > now() - interval '2 days' and n.given_up_at > now() - interval '1 day'
  and not exists (
      select from notices s
      where s.created_at > now() - interval '2 days'
        and s.channel = n.channel and s.sent_at > n.given_up_at)
group by n.channel order by n.channel;
