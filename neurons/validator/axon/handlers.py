"""Converts synapses for the desk and back. The hotkey is the authenticated one; the body's claim is ignored."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from neurons.messages import SubmitRequest
from neurons.protocol import (
    NEURONS_VERSION,
    Feedback,
    Generate,
    GetVersion,
    PullTask,
    StatusCheck,
    SubmitResults,
    Task,
    ThreeGenSynapse,
)
from neurons.validator.axon.refusals import (
    INTERNAL,
    INVALID,
    INVALID_PROMPT,
    NOT_ALLOWED,
    QUEUE_FULL,
    RATE_LIMITED,
    TOO_LARGE,
    RefusedError,
    request_context,
)
from neurons.validator.tasks.desk import Desk
from neurons.validator.tasks.jobs import JobRefusal
from neurons.validator.tasks.replies import MAX_RESULT_BYTES
from neurons.validator.tasks.state import StateUnavailableError

logger = logging.getLogger(__name__)

MAX_TIME_NS = 2**63
JOB_REFUSALS = {
    JobRefusal.NOT_ALLOWED: NOT_ALLOWED,
    JobRefusal.INVALID_PROMPT: INVALID_PROMPT,
    JobRefusal.RATE_LIMITED: RATE_LIMITED,
    JobRefusal.QUEUE_FULL: QUEUE_FULL,
}

Handler = Callable[[Any], Awaitable[ThreeGenSynapse]]


@dataclass(frozen=True, slots=True)
class Handlers:
    """The axon's forward functions.

    `validation_version()` returns the validation service's version. `count_reply(synapse, code)` is called with each
    reply's reason code, which is empty on success.
    """

    desk: Desk
    polling_interval_s: int
    validation_version: Callable[[], str]
    count_reply: Callable[[str, str], None]

    async def pull(self, synapse: PullTask) -> PullTask:
        """Fill in a task, or the reason why there is none."""
        reply = await self.desk.pull(request_context.get().hotkey)
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

    async def submit(self, synapse: SubmitResults) -> SubmitResults:
        """Fill in the verdict on a result. The asset itself is not sent back."""
        reply = await self.desk.submit(request_context.get().hotkey, _submission(synapse))
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

    async def version(self, synapse: GetVersion) -> GetVersion:
        """Fill in the release."""
        filled = {"version": int(NEURONS_VERSION), "validation_version": self.validation_version()}
        return synapse.model_copy(update=filled)

    async def generate(self, synapse: Generate) -> Generate:
        """Queue an organic request and fill in its job id."""
        job = self.desk.jobs.ask(request_context.get().hotkey, synapse.prompt)
        if isinstance(job, JobRefusal):
            raise RefusedError(JOB_REFUSALS[job])
        self.count_reply("generate", "")
        return synapse.model_copy(update={"task_id": job.id, "polling_interval": self.polling_interval_s})

    async def status(self, synapse: StatusCheck) -> StatusCheck:
        """Fill in the state of a job, which is found only by the hotkey that asked for it."""
        status, results = self.desk.jobs.status_of(request_context.get().hotkey, synapse.task_id)
        return synapse.model_copy(update={"status": status, "results": results})


def guarded(handler: Handler) -> Handler:
    """Wrap a handler so that its refusal is sent, and an unforeseen error is logged and answered as internal."""

    async def forward(synapse: ThreeGenSynapse) -> ThreeGenSynapse:
        context = request_context.get()
        try:
            return await handler(synapse)
        except RefusedError as error:
            context.refusal = error.refusal
            raise
        except StateUnavailableError:  # which has been logged
            context.refusal = INTERNAL
            raise
        except Exception:
            logger.exception("a %s could not be answered", type(synapse).__name__)
            context.refusal = INTERNAL
            raise

    return forward


def _submission(synapse: SubmitResults) -> SubmitRequest:
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
