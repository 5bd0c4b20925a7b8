"""Compute the gradients of one batch, in parts that fit into memory, over all processes."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from core.jobs.events import Noted, Severity
from core.system.error_messages import is_out_of_memory
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count
from core.training.distributed import process_count, select_own_films, sum_over_processes

MIN_PART = 2  # smallest sub-batch when memory runs out; BatchNorm needs two films


@dataclass(slots=True)
class Gradients:
    """Replaces the gradients in `network` by those of a batch's mean loss.

    forward: films to logits (n, outputs). loss: logits and labels to their mean loss. part_size:
    films in one forward pass; halved when memory runs out. divided: each process computes a share
    of the batch.
    """

    network: nn.Module
    forward: Callable[[Tensor], Tensor]
    loss: Callable[[Tensor, Tensor], Tensor]
    part_size: int
    divided: bool = True

    def compute(self, films: Tensor, labels: Tensor, mix: float = 1.0) -> Generator[Noted, None, tuple[float, float]]:
        """Compute the gradients of a batch; return mean loss and number of correct films.

        films: (n, 1, size, size) or cached features, on the device, as `labels` (n,). mix: weight
        of each film's own label; its partner, the film at the mirrored position in the batch, was
        blended into it with 1 - mix (mixup: Zhang et al. 2018).
        If memory runs out, this and all later batches use a smaller part_size.
        Raises JobFailed if not even two films fit into memory.
        """
        while True:
            try:
                return self._accumulate(films, labels, mix)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error) or process_count() > 1:
                    raise
                if self.part_size // 2 < MIN_PART:
                    sentence = tr(
                        "There is not enough memory for two films at once. Choose a smaller image or network."
                    )
                    raise JobFailed(Reason.OUT_OF_MEMORY, sentence) from error
                self.part_size //= 2
                sentence = tr_count(
                    "Memory ran out; batches are now processed {count} film at a time.",
                    "Memory ran out; batches are now processed {count} films at a time.",
                    self.part_size,
                )
                yield Noted(sentence, Severity.WARNING)

    def _accumulate(self, films: Tensor, labels: Tensor, mix: float) -> tuple[float, float]:
        """Accumulate gradients over sub-batches of about `part_size` films.

        With several processes each computes its share, and DistributedDataParallel averages the
        gradients.
        """
        self.network.zero_grad(set_to_none=True)
        total_loss = correct = 0.0
        count = len(films)
        partner_labels = labels.flip(0)
        own = select_own_films(count) if self.divided else slice(0, count)
        films, labels, partner_labels = films[own], labels[own], partner_labels[own]
        factor = process_count() if len(films) < count else 1
        start = 0
        for size in self._part_sizes(len(films)):
            end = start + size
            logits = self.forward(films[start:end])
            loss = mix * self.loss(logits, labels[start:end])
            if mix != 1:
                loss = loss + (1 - mix) * self.loss(logits, partner_labels[start:end])
            (factor * (loss * (len(logits) / count))).backward()
            total_loss += float(loss.detach()) * len(logits) / count
            predicted = logits.argmax(1) if logits.shape[1] > 1 else (logits[:, 0] >= 0).long()
            correct += float((predicted == labels[start:end]).sum())
            start = end
        if len(films) < count:
            total_loss, correct = sum_over_processes([total_loss, correct], films.device)
        return total_loss, correct

    def _part_sizes(self, count: int) -> list[int]:
        """Return the sizes of sub-batches of `count` films; never 1, see MIN_PART."""
        parts = max(1, min(round(count / self.part_size), count // MIN_PART))
        return [len(part) for part in np.array_split(np.arange(count), parts)]
