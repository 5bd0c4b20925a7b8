"""Compute the gradients of one batch, in parts that fit into memory."""

from collections.abc import Callable, Generator
from typing import NamedTuple

from torch import Tensor, nn

from core.jobs.events import Noted, Severity
from core.networks.device import Compute
from core.system.error_messages import is_out_of_memory
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count
from core.training.distributed import divide_batch, process_count, sum_over_processes

MIN_PART = 2  # films; BatchNorm needs two
LossFunction = Callable[[Tensor, Tensor], Tensor]  # logits (n, outputs) and labels (n,) to their mean loss


class Batch(NamedTuple):
    """What one step trains on.

    inputs: of the model, (n, 3, size, size) or cached features (n, features). labels: (n,). mix:
    weight of each film's own label; its partner, the film at the mirrored position in the batch, was
    blended into it with 1 - mix (mixup: Zhang et al. 2018).
    """

    inputs: Tensor
    labels: Tensor
    mix: float = 1.0


class BatchResult(NamedTuple):
    """loss: mean over the batch. correct: number of films. part_size: with which the batch fitted into memory."""

    loss: float
    correct: float
    part_size: int


def compute_gradients(
    model: nn.Module, batch: Batch, loss: LossFunction, compute: Compute, part_size: int
) -> Generator[Noted, None, BatchResult]:
    """Replace the model's gradients by those of the batch's mean loss.

    part_size: films in one forward pass; halved when memory runs out.
    Raises JobFailed if not even two films fit into memory.
    """
    while True:
        try:
            return BatchResult(*accumulate_gradients(model, batch, loss, compute, part_size), part_size)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error) or process_count() > 1:
                raise
            if part_size // 2 < MIN_PART:
                sentence = tr("There is not enough memory for two films at once. Choose a smaller image or network.")
                raise JobFailed(Reason.OUT_OF_MEMORY, sentence) from error
            part_size //= 2
        sentence = tr_count(
            "Memory ran out; batches are now processed {count} film at a time.",
            "Memory ran out; batches are now processed {count} films at a time.",
            part_size,
        )
        yield Noted(sentence, Severity.WARNING)


def accumulate_gradients(
    model: nn.Module, batch: Batch, loss: LossFunction, compute: Compute, part_size: int
) -> tuple[float, float]:
    """Sum the gradients of parts of about `part_size` films; return mean loss and number of correct films."""
    model.train()
    model.zero_grad(set_to_none=True)
    count = len(batch.labels)
    own, processes = divide_batch(model, count)
    inputs, labels, partners = batch.inputs[own], batch.labels[own], batch.labels.flip(0)[own]
    parts = max(1, min(round(len(labels) / part_size), len(labels) // MIN_PART))
    split = (values.tensor_split(parts) for values in (inputs, labels, partners))
    total_loss = correct = 0.0
    for part, part_labels, part_partners in zip(*split, strict=True):
        with compute.autocast():
            logits = model(part).float()
        mean = batch.mix * loss(logits, part_labels)
        if batch.mix != 1:
            mean = mean + (1 - batch.mix) * loss(logits, part_partners)
        (processes * (mean * (len(logits) / count))).backward()  # processes: their gradients are averaged
        total_loss += float(mean.detach()) * len(logits) / count
        predicted = logits.argmax(1) if logits.shape[1] > 1 else (logits[:, 0] >= 0).long()
        correct += float((predicted == part_labels).sum())
    if processes > 1:
        total_loss, correct = sum_over_processes([total_loss, correct], labels.device)
    return total_loss, correct
