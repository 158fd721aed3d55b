"""The validator's handlers of the messages: they convert messages for the desk and back.

The hotkey that they get is the authenticated one; what the body claims is ignored.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from neurons.messages import MAX_RESULT_BYTES, SubmitRequest
from neurons.validator.tasks.desk import Desk
from neurons.validator.tasks.jobs import JobRefusal
from neurons.validator.tasks.state import StateUnavailableError
from neurons.wire.axon import Handler
from neurons.wire.refusals import (
    INTERNAL,
    INVALID,
    INVALID_PROMPT,
    NOT_ALLOWED,
    QUEUE_FULL,
    RATE_LIMITED,
    TOO_LARGE,
    RefusedError,
)
from neurons.wire.synapses import (
    NEURONS_VERSION,
    Feedback,
    Generate,
    GetVersion,
    PullTask,
    StatusCheck,
    SubmitResults,
    Synapse,
    Task,
)

MAX_TIME_NS = 2**63
JOB_REFUSALS = {
    JobRefusal.NOT_ALLOWED: NOT_ALLOWED,
    JobRefusal.INVALID_PROMPT: INVALID_PROMPT,
    JobRefusal.RATE_LIMITED: RATE_LIMITED,
    JobRefusal.QUEUE_FULL: QUEUE_FULL,
}


@dataclass(frozen=True, slots=True)
class Handlers:
    """The handlers of an axon, and what else it needs of the desk.

    `validation_version()` returns the validation service's version. `count_reply(synapse, code)` is called with each
    reply's reason code, which is empty on success.
    """

    desk: Desk
    polling_interval_s: int
    validation_version: Callable[[], str]
    count_reply: Callable[[str, str], None]

    def by_message(self) -> dict[type[Synapse], Handler]:
        """Return the handler of each message."""
        return {
            PullTask: self.pull,
            SubmitResults: self.submit,
            GetVersion: self.version,
            Generate: self.generate,
            StatusCheck: self.status,
        }

    async def store_nonce(self, hotkey: str, uuid: str, nonce: int) -> bool:
        """Use a nonce up; return False if it was not new."""
        with answered_as_internal():
            return await self.desk.state.use_nonce(hotkey, uuid, nonce)

    async def pull(self, hotkey: str, synapse: PullTask) -> PullTask:
        """Fill in a task, or the reason why there is none."""
        with answered_as_internal():
            reply = await self.desk.pull(hotkey)
        self.count_reply("pull", reply.reason_code)
        filled = {
            "version": NEURONS_VERSION,
            "task": Task(id=reply.task.id, prompt=reply.task.prompt) if reply.task else None,
            "submit_before": reply.task.submit_before if reply.task else 0,
            "cooldown_until": reply.cooldown_until,
            "cooldown_violations": reply.cooldown_violations,
            "reason_code": reply.reason_code,
            "detail": reply.detail,
            "scorer": reply.scorer,
            "thresholds": list(reply.thresholds),
            "max_result_bytes": reply.max_result_bytes,
        }
        return synapse.model_copy(update=filled)  # our own values need no validation

    async def submit(self, hotkey: str, synapse: SubmitResults) -> SubmitResults:
        """Fill in the verdict on a result. The asset itself is not sent back."""
        submission = read_submission(synapse)
        with answered_as_internal():
            reply = await self.desk.submit(hotkey, submission)
        self.count_reply("submit", reply.reason_code)
        feedback = Feedback(
            validation_failed=reply.validation_failed,
            task_fidelity_score=reply.task_fidelity_score,
            average_fidelity_score=reply.average_fidelity_score,
            generations_within_8_hours=reply.generations_within_8_hours,
            current_miner_reward=reply.current_miner_reward,
        )
        filled = {
            "results": "",
            "feedback": feedback,
            "cooldown_until": reply.cooldown_until,
            "reason_code": reply.reason_code,
            "detail": reply.detail,
            "score": reply.score,
            "scorer": reply.scorer,
            "seed": reply.seed,
            "thresholds": list(reply.thresholds),
            "max_result_bytes": reply.max_result_bytes,
        }
        return synapse.model_copy(update=filled)

    async def version(self, _hotkey: str, synapse: GetVersion) -> GetVersion:
        """Fill in the release."""
        filled = {"version": int(NEURONS_VERSION), "validation_version": self.validation_version()}
        return synapse.model_copy(update=filled)

    async def generate(self, hotkey: str, synapse: Generate) -> Generate:
        """Queue an organic request and fill in its job id."""
        job = self.desk.jobs.ask(hotkey, synapse.prompt)
        if isinstance(job, JobRefusal):
            raise RefusedError(JOB_REFUSALS[job])
        self.count_reply("generate", "")
        return synapse.model_copy(update={"task_id": job.id, "polling_interval": self.polling_interval_s})

    async def status(self, hotkey: str, synapse: StatusCheck) -> StatusCheck:
        """Fill in the state of a job, which is found only by the hotkey that asked for it."""
        status, results = self.desk.jobs.status_of(hotkey, synapse.task_id)
        return synapse.model_copy(update={"status": status, "results": results})


@contextlib.contextmanager
def answered_as_internal() -> Iterator[None]:
    """Refuse the request as `internal` if the state cannot be written now, which has been logged."""
    try:
        yield
    except StateUnavailableError as error:
        raise RefusedError(INTERNAL) from error


def read_submission(synapse: SubmitResults) -> SubmitRequest:
    """Convert a synapse. Raises RefusedError for values out of range."""
    if "results" not in synapse.model_fields_set:  # only results that are there and empty decline a task
        raise RefusedError(INVALID)
    if len(synapse.results) > MAX_RESULT_BYTES:
        raise RefusedError(TOO_LARGE)
    if not 0 <= synapse.submit_time < MAX_TIME_NS:
        raise RefusedError(INVALID)
    task = synapse.task or Task()
    return SubmitRequest(
        task.id, task.prompt, synapse.results, synapse.submit_time, synapse.signature, synapse.bound_signature
    )
