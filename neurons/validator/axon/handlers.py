"""From synapses to the desk and back. What a body says of its sender is ignored: the hotkey is the proven one."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

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
from neurons.validator.tasks.jobs import OrganicJob
from neurons.validator.tasks.replies import MAX_RESULT_BYTES, Submission

logger = logging.getLogger(__name__)

MAX_TIME_NS = 2**63
BY_CODE = {refusal.code: refusal for refusal in (NOT_ALLOWED, INVALID_PROMPT, RATE_LIMITED, QUEUE_FULL)}
"""How the desk refuses organic questions."""

Handler = Callable[[Any], Awaitable[ThreeGenSynapse]]


@dataclass(frozen=True, slots=True)
class Handlers:
    """What the axon forwards to. `validation_version` is what the validation service says of itself; `told` hears each
    outcome: the synapse, and the reply's code, empty for the best."""

    desk: Desk
    polling_interval_s: int
    validation_version: Callable[[], str]
    told: Callable[[str, str], None]

    async def pull(self, synapse: PullTask) -> PullTask:
        """A task, or why there is none."""
        reply = await self.desk.pull(request_context.get().hotkey)
        self.told("pull", reply.reason_code)
        filled = {
            "version": NEURONS_VERSION,
            "task": Task(id=reply.task[0], prompt=reply.task[1]) if reply.task else None,
            "submit_before": reply.submit_before,
            "cooldown_until": reply.cooldown_until,
            "cooldown_violations": reply.cooldown_violations,
            "reason_code": reply.reason_code,
            "detail": reply.detail,
            "scorer": reply.scorer,
            "thresholds": list(reply.thresholds),
            "max_result_bytes": reply.max_result_bytes,
        }
        return synapse.model_copy(update=filled)  # our own values: not validated once more, one by one

    async def submit(self, synapse: SubmitResults) -> SubmitResults:
        """What became of a result. The asset itself does not travel back."""
        reply = await self.desk.submit(request_context.get().hotkey, _submission(synapse))
        self.told("submit", reply.reason_code)
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
        """Which release this is."""
        synapse.version = int(NEURONS_VERSION)
        synapse.validation_version = self.validation_version()
        return synapse

    async def generate(self, synapse: Generate) -> Generate:
        """An organic question: the id of its job."""
        answer = self.desk.jobs.ask(request_context.get().hotkey, synapse.prompt)
        if not isinstance(answer, OrganicJob):
            raise RefusedError(BY_CODE.get(answer, INTERNAL))
        synapse.task_id, synapse.polling_interval = answer.id, self.polling_interval_s
        self.told("generate", "")
        return synapse

    async def status(self, synapse: StatusCheck) -> StatusCheck:
        """How far a job of the same hotkey is."""
        synapse.status, synapse.results = self.desk.jobs.status_of(request_context.get().hotkey, synapse.task_id)
        return synapse


def guarded(handler: Handler) -> Handler:
    """The handler with its refusals noted for the front, and its unforeseen errors logged and told as ours."""

    async def forward(synapse: ThreeGenSynapse) -> ThreeGenSynapse:
        way = request_context.get()
        try:
            return await handler(synapse)
        except RefusedError as error:
            way.refusal = error.refusal
            raise
        except Exception:
            logger.exception("a %s could not be answered", type(synapse).__name__)
            way.refusal = INTERNAL
            raise

    return forward


def _submission(synapse: SubmitResults) -> Submission:
    """Raises RefusedError for what no miner sends."""
    if len(synapse.results) > MAX_RESULT_BYTES:
        raise RefusedError(TOO_LARGE)
    if not 0 <= synapse.submit_time < MAX_TIME_NS:
        raise RefusedError(INVALID)
    task = synapse.task or Task()
    return Submission(
        task.id, task.prompt, synapse.results, synapse.submit_time, synapse.signature, synapse.bound_signature
    )
