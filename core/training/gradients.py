"""Gradients of one batch, in parts that fit into memory, over all processes. Changes no weight and chooses no film."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.jobs.events import Noted, Severity
from core.system.error_messages import is_out_of_memory
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count
from core.training.distributed import process_count, select_own_films, sum_over_processes

SMALLEST_PART = 2  # films a batch may be divided into when memory runs out; BatchNorm needs two


@dataclass(slots=True)
class Gradients:
    """Leaves the gradients of a batch's mean loss in `network`, instead of those that it had.

    forward: films through the network to logits (n, outputs). loss: logits and labels to their mean loss. part_size:
    films that go through the network at once; less after memory ran out. divided: each process takes its share.
    """

    network: nn.Module
    forward: Callable[[Tensor], Tensor]
    loss: Callable[[Tensor, Tensor], Tensor]
    part_size: int
    divided: bool = True

    def that_fit(
        self, films: Tensor, labels: Tensor, share: float = 1.0
    ) -> Generator[Noted, None, tuple[float, float]]:
        """Mean loss and films called right; where memory runs out, in smaller parts, from then on.

        films: (n, 1, size, size) or cached features, on the device, as `labels` (n,). share: of each film that stayed,
        where the film at its place from the end was blended into it (mixup: Zhang et al. 2018).
        Raises JobFailed where not even two films fit.
        """
        while True:
            try:
                return self._of(films, labels, share)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error) or process_count() > 1:
                    raise
                if self.part_size // 2 < SMALLEST_PART:
                    sentence = tr(
                        "There is not enough memory for two films at once. Choose a smaller image or network."
                    )
                    raise JobFailed(Reason.OUT_OF_MEMORY, sentence) from error
                self.part_size //= 2
                sentence = tr_count(
                    "Memory ran out; batches now go through the network {count} film at a time.",
                    "Memory ran out; batches now go through the network {count} films at a time.",
                    self.part_size,
                )
                yield Noted(sentence, Severity.WARNING)

    def _of(self, films: Tensor, labels: Tensor, share: float) -> tuple[float, float]:
        """The same in parts of the present size, whose gradients are summed.

        With several processes each computes its share, and DistributedDataParallel averages the gradients.
        """
        self.network.zero_grad(set_to_none=True)
        total = right = 0.0
        whole, others = len(films), labels.flip(0)
        own = select_own_films(whole) if self.divided else slice(0, whole)
        films, labels, others = films[own], labels[own], others[own]
        factor = process_count() if len(films) < whole else 1
        for where in torch.split(torch.arange(len(films)), self._sizes(len(films))):
            start, end = int(where[0]), int(where[-1]) + 1
            logits = self.forward(films[start:end])
            loss = share * self.loss(logits, labels[start:end])
            if share != 1:
                loss = loss + (1 - share) * self.loss(logits, others[start:end])
            (factor * (loss * (len(logits) / whole))).backward()
            total += float(loss.detach()) * len(logits) / whole
            calls = logits.argmax(1) if logits.shape[1] > 1 else (logits[:, 0] >= 0).long()
            right += float((calls == labels[start:end]).sum())
        if len(films) < whole:
            total, right = sum_over_processes([total, right], films.device)
        return total, right

    def _sizes(self, count: int) -> list[int]:
        """How many of `count` films go through the network together; never one alone, for BatchNorm needs two."""
        parts = max(1, round(count / self.part_size))
        return [len(part) for part in np.array_split(np.arange(count), parts)]
