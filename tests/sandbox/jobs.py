"""Asynchronous jobs: started at once, finished after their duration (`queryAsyncJobResult`, T1:13)."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from dataclasses import dataclass
from typing import Any

from .errors import ApiError
from .registry import Command, Work
from .world import World

RUNNING, SUCCEEDED, FAILED = 0, 1, 2
RESTARTED = "job cancelled because of management server restart or shutdown"
# Objects in a job's result that name the job (others do not).
NAMED = frozenset({"virtualmachine", "host", "router"})


@dataclass(slots=True)
class Job:
    id: int
    uuid: str
    command: str
    java: str
    created: str
    instance: tuple[str, str | None] | None
    status: int = RUNNING
    code: int = 0
    result: dict[str, Any] | None = None
    completed: str = ""


class Jobs:
    """Starts work on the running loop and keeps each outcome in the world's `jobs` table."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, command: Command, work: Work, failure: ApiError | None = None) -> Job:
        """A new job; `failure` makes it fail instead of doing its work (fault job_failed)."""
        world = self.world
        number = world.jobs.next_id()
        job = Job(number, world.new_uuid(), command.name, command.java, world.now(), work.instance)
        world.jobs.add(job)
        task = asyncio.get_running_loop().create_task(self._run(job, work, failure))
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))
        return job

    async def _run(self, job: Job, work: Work, failure: ApiError | None) -> None:
        await asyncio.sleep(self.world.duration(job.command))
        try:
            if failure is not None:
                raise failure
            result = work.run()
            job.result = await result if inspect.isawaitable(result) else result
            for key in NAMED & set(job.result or ()):
                # The answer was written while the job still ran (T2:8, T2:48).
                job.result[key] = {**job.result[key], "jobid": job.uuid, "jobstatus": RUNNING}
            job.status = SUCCEEDED
        except ApiError as error:
            job.status, job.code, job.result = FAILED, error.code, error.job_result()
        except Exception as error:
            traceback.print_exc()
            job.status, job.code = FAILED, 530
            job.result = {"errorcode": 530, "errortext": f"{type(error).__name__}: {error}"}
        job.completed = self.world.now()

    def _abandon(self) -> list[Job]:
        """Stop every job under way; they stay as they are in the table."""
        tasks, self._tasks = self._tasks, {}
        for task in tasks.values():
            task.cancel()
        return [self.world.jobs[number] for number in tasks]

    def forget_running(self) -> int:
        """What a stopped server does to jobs under way: nobody finishes them, nobody knows them. Returns how many."""
        jobs = self._abandon()
        for job in jobs:
            self.world.jobs.remove(job)
        return len(jobs)

    def fail_running(self) -> int:
        """What a server that starts again does to jobs under way (text from general knowledge). Returns how many."""
        jobs = self._abandon()
        for job in jobs:
            error = ApiError(530, 9999, RESTARTED)
            job.status, job.code, job.result, job.completed = FAILED, error.code, error.job_result(), self.world.now()
        return len(jobs)

    def view(self, job: Job) -> dict[str, Any]:
        admin = self.world.admin
        domain = self.world.domains[admin.domain_id]
        body: dict[str, Any] = {
            "accountid": admin.uuid,
            "account": admin.name,
            "domainid": domain.uuid,
            "domainpath": domain.path,
            "userid": admin.user_uuid,
            "cmd": job.java,
            "jobprocstatus": 0,
            "jobresultcode": job.code,
        }
        if job.result is not None:
            body["jobresulttype"] = "object"
            body["jobresult"] = job.result
        if job.instance is not None:
            body["jobinstancetype"] = job.instance[0]
            if job.instance[1] is not None:
                body["jobinstanceid"] = job.instance[1]
        body["created"] = job.created
        if job.completed:
            body["completed"] = job.completed
        body["jobid"] = job.uuid
        body["jobstatus"] = job.status
        return body
