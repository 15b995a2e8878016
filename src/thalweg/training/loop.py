"""The training loop: one for everything that has phases."""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from thalweg.core.errors import TrainingError
from thalweg.core.fingerprint import fingerprint
from thalweg.core.progress import Progress, Task
from thalweg.training.averaging import Average
from thalweg.training.batches import Loaders
from thalweg.training.checkpoint import (
    Checkpoint,
    Checkpoints,
    Tensors,
    load_optimizers,
    optimizer_tensors,
)
from thalweg.training.determinism import deterministic, seed_step
from thalweg.training.device import device_of, precision_of
from thalweg.training.interrupt import Interrupt, interruptible
from thalweg.training.journal import NoJournal, TensorBoard
from thalweg.training.losses import MOST, Losses
from thalweg.training.phase import Batch
from thalweg.training.predict import on
from thalweg.training.schedules.schedule import Moment
from thalweg.training.settings import Train
from thalweg.training.state import State
from thalweg.training.supervised import Supervised
from thalweg.training.trained import Trained
from thalweg.training.update import steppers, update
from thalweg.training.validation import first_rows, score, validate

TOLD_SECONDS = 0.25  # between two looks at the losses of steps
WITHOUT_EFFECT = {"checkpoint_seconds", "checkpoint_steps", "tensorboard"}  # settings that change no weight


def train(
    model: Supervised, loaders: Loaders, settings: Train, folder: Path, progress: Progress, seed: int = 0
) -> Trained:
    """Train a model in place; afterwards it holds the weights of the best epoch, in evaluation mode.

    `folder` receives the checkpoints. Where it holds some of the same training, that goes on from the last one and
    ends with the bits it would have ended with undisturbed (same machine, same number of threads). Ctrl-C writes a
    checkpoint first.

    Raises TrainingError where the loss is not finite, where there are no rows to learn from, where the monitor is
    not defined on the validation rows, and where the device is missing; StorageError where the disk is full.
    """
    seed = seed if settings.seed is None else settings.seed
    device = device_of(settings)
    with deterministic(device), interruptible() as interrupt:
        course = Course(model.to(device), loaders, settings, folder, progress, seed, interrupt)
        with progress.task("training", total=settings.epochs * len(loaders.training)) as bar:
            course.run(bar)
        return course.end()


class Course:
    """One training on its way: tensors, the state that goes on from step to step, and where it is told."""

    def __init__(
        self,
        model: Supervised,
        loaders: Loaders,
        settings: Train,
        folder: Path,
        progress: Progress,
        seed: int,
        interrupt: Interrupt,
    ):
        if not len(loaders.training):
            raise TrainingError(
                "expected training rows, found none", hint="see what became of the rows in ledger.json"
            )
        self.model, self.loaders, self.settings = model, loaders, settings
        self.progress, self.seed, self.interrupt = progress, seed, interrupt
        self.device = next(model.parameters()).device
        self.precision = precision_of(settings, self.device, model)
        self.autocast = torch.autocast(
            self.device.type, torch.bfloat16, enabled=self.precision == torch.bfloat16
        )
        self.steppers = steppers(model, model.phases(), settings)
        self.average = Average(model, settings.ema) if settings.ema is not None else None
        self.best: Tensors | None = None
        self.state = State()
        self.losses = Losses()
        self.steps = settings.epochs * math.ceil(len(loaders.training) / settings.accumulation)
        self.checkpoints = Checkpoints(folder, self._identity(), progress)
        self._resume()
        self.journal = (
            TensorBoard(folder / "tensorboard", self.state.step) if settings.tensorboard else NoJournal()
        )
        self.told_batches = self.state.epoch * len(loaders.training) + self.state.batch

    def run(self, bar: Task) -> None:
        """Epoch after epoch until there is a reason to stop."""
        bar.advance(self.told_batches)
        self.mark = self.told = self.saved = time.monotonic()
        try:
            while self.state.stopped is None:
                self._steps(bar)
                self._close_epoch()
                self._save_when_due(ended=self.state.stopped is not None)
        except KeyboardInterrupt:
            if self.interrupt.orderly:
                self._save()
                self.progress.say("interrupted: a checkpoint was written, the same command goes on from it")
            raise
        finally:
            self.journal.close()

    def end(self) -> Trained:
        """Put the best weights in place and tell how it went."""
        if self.best is not None:
            self.model.load_state_dict(self.best)
        elif self.average is not None:
            self.average.swap()
        self.model.eval()
        state = self.state
        return Trained(
            history=state.history,
            best_epoch=None if state.best is None else state.best + 1,
            stopped=state.stopped or "",
            repeatable=not state.timed_out,
            parameters=sum(p.numel() for p in self.model.parameters()),
            steps=state.step,
            rows=state.rows,
            seconds=state.seconds,
            rows_per_second=self._rows_per_second(),
            device=str(self.device),
            precision={torch.float32: "fp32", torch.bfloat16: "bf16"}[self.precision],
        )

    def _steps(self, bar: Task) -> None:
        """The batches that are left of this epoch."""
        state, loader = self.state, self.loaders.training
        if state.batch == 0:
            loader.set_epoch(state.epoch)
        self.model.train()
        batches = iter(loader) if state.batch < len(loader) and not self._out_of_time() else iter(())
        while group := list(islice(batches, self.settings.accumulation)):
            self._step([on(self.device, batch) for batch in group])
            self._look(bar)
            if self._out_of_time():
                break

    def _step(self, group: list[Batch]) -> None:
        state = self.state
        seed_step(self.seed, state.step, self.device)
        loss = update(self.steppers, group, self._rate(), self.settings, self.autocast)
        state.step += 1
        state.batch += len(group)
        state.rows += sum(len(next(iter(batch.values()))) for batch in group)
        self.losses.add(loss, group[0].get("row"))
        if self.average is not None:
            self.average.follow(state.step)

    def _look(self, bar: Task) -> None:
        """What is not done at every step: tell, save, hear Ctrl-C. The state is whole here."""
        now = time.monotonic()
        self.state.training_seconds += now - self.mark
        self.state.seconds += now - self.mark
        self.mark = now
        if now - self.told > TOLD_SECONDS or len(self.losses.waiting) >= MOST:
            self.told = now
            self._tell(bar)
        self._save_when_due()
        self.interrupt.check()

    def _tell(self, bar: Task) -> None:
        self._read_losses()
        done = self.state.epoch * len(self.loaders.training) + self.state.batch
        facts: dict[str, Any] = {"loss": self.losses.last}
        if self.state.history:
            facts |= {name: value for name, value in self._monitored().items() if value is not None}
        bar.advance(done - self.told_batches, **facts, rows_per_second=round(self._rows_per_second()))
        self.told_batches = done
        self.journal.loss(self.state.step, self.losses.last, self._rate())

    def _close_epoch(self) -> None:
        """Judge the weights, keep them if they are the best so far, and decide whether to go on."""
        self._read_losses()
        state = self.state
        facts: dict[str, Any] = {
            "epoch": state.epoch + 1,
            "loss": self.losses.mean,
            "learning_rate": self._rate(),
            "seconds": state.seconds,
            "rows_per_second": self._rows_per_second(),
        }
        if self.loaders.validation is not None:
            facts |= self._validate()
        self.mark = time.monotonic()
        state.history.append(facts)
        state.epoch, state.batch, self.losses = state.epoch + 1, 0, Losses()
        state.stopped = self._reason_to_stop()
        self.journal.epoch(state.step, facts)
        self._say(facts)

    def _validate(self) -> dict[str, Any]:
        assert self.loaders.validation is not None
        state = self.state
        with self.average.in_place() if self.average is not None else nullcontext():
            batches = first_rows(self.loaders.validation, self.settings.validation_rows)
            validation = validate(self.model, batches, self.interrupt.check)
            state.scores.append(score(self.model, validation))
            if state.best == len(state.scores) - 1:
                self.best = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        state.seconds += time.monotonic() - self.mark
        return {"validation_loss": validation.loss, **validation.flat()}

    def _reason_to_stop(self) -> str | None:
        state, settings = self.state, self.settings
        if self._out_of_time():
            state.timed_out = True
            return f"The time limit of {settings.max_seconds:g} seconds ended it at step {state.step} of {self.steps}"
        if settings.early_stop is not None and state.waited >= settings.early_stop:
            return f"It stopped early: no better validation in {settings.early_stop} epochs"
        return "All epochs were run" if state.epoch >= settings.epochs else None

    def _rate(self) -> float:
        """The learning rate of the next step."""
        state = self.state
        moment = Moment(state.step, self.steps, state.epoch, tuple(state.scores))
        return self.settings.learning_rate * self.settings.schedule.factor(moment)

    def _out_of_time(self) -> bool:
        return self.settings.max_seconds is not None and self.state.seconds >= self.settings.max_seconds

    def _rows_per_second(self) -> float:
        return self.state.rows / self.state.training_seconds if self.state.training_seconds else 0.0

    def _read_losses(self) -> None:
        self.losses.read(self.state.step, self.state.epoch + 1, self._rate())

    def _monitored(self) -> dict[str, Any]:
        """The metric that chooses the best epoch, as it was after the last one."""
        last, targets = self.state.history[-1], list(self.model.targets.values())
        name = targets[0].monitor.metric if len(targets) == 1 else "validation_loss"
        return {name: last.get(name)}

    def _say(self, facts: dict[str, Any]) -> None:
        words = {"loss": facts["loss"], **self._monitored()}
        told = "  ".join(f"{name} {value:.4f}" for name, value in words.items() if value is not None)
        self.progress.say(f"epoch {facts['epoch']}/{self.settings.epochs}  {told}", **facts)

    def _save_when_due(self, ended: bool = False) -> None:
        every = self.settings.checkpoint_steps
        late = time.monotonic() - self.saved >= self.settings.checkpoint_seconds
        if ended or late or (every is not None and self.state.batch and self.state.step % every == 0):
            self._save()

    def _save(self) -> None:
        self._read_losses()
        state, losses = self.state, self.losses
        state.loss_total, state.loss_count = losses.total, losses.count
        tensors = {
            "model": self.model.state_dict(),
            "optimizer": optimizer_tensors([stepper.optimizer for stepper in self.steppers]),
            **({"average": self.average.state()} if self.average is not None else {}),
            **({"best": self.best} if self.best is not None else {}),
        }
        values = {"state": state.written(), "loader": self.loaders.training.state_dict()}
        self.checkpoints.write(f"{state.step:08d}-{state.epoch:02d}", Checkpoint(tensors, values))
        self.saved = time.monotonic()

    def _resume(self) -> None:
        found = self.checkpoints.last()
        if found is None:
            return
        self.model.load_state_dict(found.tensors["model"])
        load_optimizers([stepper.optimizer for stepper in self.steppers], found.tensors["optimizer"])
        if self.average is not None:
            self.average.load(found.tensors["average"])
        self.best = found.tensors.get("best")
        self.state = State(**found.state["state"])
        self.losses = Losses(self.state.loss_total, self.state.loss_count)
        if self.state.batch:
            self.loaders.training.load_state_dict(found.state["loader"])
        self.progress.say(f"training goes on from step {self.state.step:,} of {self.steps:,}")

    def _identity(self) -> str:
        """What a checkpoint must have been made with to be gone on from."""
        shapes = [
            [name, str(value.dtype), list(value.shape)] for name, value in self.model.state_dict().items()
        ]
        settings = self.settings.model_dump(mode="json", exclude=WITHOUT_EFFECT)
        targets = {name: target.model_dump(mode="json") for name, target in self.model.targets.items()}
        place = [self.device.type, str(self.precision), self.seed, len(self.loaders.training)]
        return fingerprint([shapes, settings, targets, place])
