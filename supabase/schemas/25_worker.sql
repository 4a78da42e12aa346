-- How the database wakes the worker: rows say what is to be done, a job only says that there may be something to do.

-- Without a worker, or before it first ran, its schema is not there: the rows wait, and it finds them when it starts.
-- Definer: the queue belongs to the role that the worker connects as, which is the one that owns this function.
create function chat_private.wake_worker(task text, at timestamptz default null) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if to_regnamespace('graphile_worker') is not null then
    perform graphile_worker.add_job(wake_worker.task, run_at => coalesce(wake_worker.at, now()), max_attempts => 1);
  end if;
exception when others then
  -- What is to be done is worth more than that it is done at once.
  raise warning 'the worker was not woken for %: %', wake_worker.task, sqlerrm;
end;
$$;

comment on function chat_private.wake_worker(text, timestamptz) is
  'Has the worker run one of its tasks, now or at a time; no effect where no worker has ever run';
