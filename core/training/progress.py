"""How far a training has come, which epoch it keeps, and when it stops early."""

from dataclasses import dataclass
from typing import Final

from core.recipes.recipe import Recipe
from core.system.language import tr

WARNING_INTERVAL: Final = 5  # epochs without a better validation


@dataclass(slots=True)
class TrainingProgress:
    """epoch: epochs finished. best_epoch, best_score: of the model that is kept, None and -inf before the first."""

    epoch: int = 0
    best_epoch: int | None = None
    best_score: float = float("-inf")

    def count_epoch(self, score: float, recipe: Recipe) -> bool:
        """Count an epoch as finished; return whether its score, higher is better, is the best so far."""
        if recipe.frozen_epochs < self.epoch == recipe.full_size_from:
            self.best_score = float("-inf")  # any model for full-size films replaces one for small films
        self.epoch += 1
        is_best = score > self.best_score
        if is_best:
            self.best_epoch, self.best_score = self.epoch, score
        return is_best

    def is_patience_exhausted(self, recipe: Recipe) -> bool:
        """Return whether validation at full size has not improved for the recipe's patience."""
        if not recipe.patience_epochs or self.best_epoch is None:
            return False
        return self.epoch - max(self.best_epoch, recipe.full_size_from) >= recipe.patience_epochs

    def format_early_stop(self) -> str:
        """Return the sentence on a training that ends before its last epoch."""
        return tr(
            "Stopped after epoch {epoch}: validation has not improved since epoch {best}.",
            epoch=self.epoch,
            best=self.best_epoch,
        )

    def format_overfitting_warning(self) -> str | None:
        """Return a warning every WARNING_INTERVAL epochs without a better validation, else None."""
        behind = self.epoch - (self.best_epoch or 0)
        if not behind or behind % WARNING_INTERVAL:
            return None
        return tr(
            "Validation has not improved for {behind} epochs: further training may only memorise "
            "these films. Epoch {best} is kept.",
            behind=behind,
            best=self.best_epoch,
        )
