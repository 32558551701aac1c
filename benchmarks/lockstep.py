"""Measure how long many networks take on a GPU when they train together.

The networks are those of Table 2 of Gideon et al. 2017 at the size of IEMOCAP: invented rows, ten
speakers, and a hundred pairs of a test and a validation speaker. First come 300 plain networks and
sources, then 200 fine-tuned and 200 progressive networks. The script needs torch and this package;
``pip install --no-deps --no-build-isolation .`` is enough. If a part fails, the script reports it
and runs the others. When the time is up, it stops and keeps the figures so far. Each figure is
printed at once, and all of them are written as JSON.

    python benchmarks/lockstep.py --seconds 200 --output lockstep.json
    python benchmarks/lockstep.py --device cpu --rows 300 --networks 6 --width 16
"""

import argparse
import copy
import json
import platform
import statistics
import time
import traceback
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import torch

from skprognet.networks import (
    Column,
    CounterMasks,
    FusedAdam,
    Lockstep,
    NetworkToTrain,
    ProgressiveColumn,
    TrainingStep,
    record_epoch,
    train_together,
)

N_FEATURES, BATCH, LR, TABLE_EPOCHS = 88, 32, 5e-4, 600
# How many networks of each kind train together, in each stage of Table 2.
STAGES = {"DNN": (300, 200), "ProgNet": (200,)}


def seconds_of(function, device, repeats=1):
    """Return the median seconds of a call."""
    taken = []
    for _ in range(repeats):
        wait(device)
        start = time.perf_counter()
        function()
        wait(device)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def recorded(function, device, times):
    """Return a function that calls `function` several times, as one CUDA graph on a GPU."""

    def repeat():
        for _ in range(times):
            function()

    if device != "cuda":
        return repeat
    function()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        repeat()
    return graph.replay


def kernel_seconds(function, device, times=20):
    """Return the seconds of one call, without the cost of its launch on the host."""
    replay = recorded(function, device, times)
    replay()
    return seconds_of(replay, device, 3) / times


# ------------------------------------------------------------------------------ the networks


class Table:
    """Rows of ten invented speakers, and the networks of Table 2 on them."""

    def __init__(self, options):
        self.options, self.device = options, options.device
        generator = torch.Generator().manual_seed(0)
        n = options.rows
        self.X = torch.randn(n, N_FEATURES, generator=generator).to(self.device)
        noisy = torch.randn(n, 4, generator=generator) + 0.3 * self.X[:, :4].cpu()
        self.y = noisy.argmax(1)
        # Speakers have different numbers of rows, so networks have different numbers of steps.
        self.speaker = torch.multinomial(
            torch.rand(10, generator=generator) + 2, n, replacement=True, generator=generator
        )
        self.columns = {}

    def column(self, kind, b):
        """Return network b of a kind; its weights depend on b alone."""
        generator = torch.Generator().manual_seed(b)
        sizes = (self.options.width,) * 4
        shared = {"generator": generator, "dropout": 0.5}
        if kind == "ProgNet":
            return ProgressiveColumn(N_FEATURES, sizes, 4, source_sizes=[sizes], **shared)
        n_classes = (4, 10, 2)[b % 3] if kind == "DNN" else 4  # emotions, speakers, genders
        column = Column(N_FEATURES, sizes, n_classes, **shared)
        if kind == "PT/FT, 2 of 4 frozen":
            for layer in column.layers[:2]:
                layer.requires_grad_(False)
        return column

    def network(self, kind, b, n_rows=None):
        if (kind, b) not in self.columns:
            self.columns[kind, b] = self.column(kind, b)
        column = self.columns[kind, b]
        test, validation = b % 10, (b + 1 + b // 10 % 9) % 10
        train = (self.speaker != test) & (self.speaker != validation)
        X = self.X
        if kind == "ProgNet":  # it reads the features and the layers of its own source
            on_device = torch.Generator(self.device).manual_seed(b)
            width = 4 * self.options.width
            frozen = torch.rand(len(X), width, generator=on_device, device=self.device)
            X = torch.cat([X, frozen], dim=1)
        places = [train.nonzero()[:n_rows, 0], (self.speaker == validation).nonzero()[:n_rows, 0]]
        n_classes = column.layers[-1].out_features
        rows = [
            SimpleNamespace(X=X[p.to(self.device)], y=self.y[p] % n_classes, weight=None)
            for p in places
        ]
        return NetworkToTrain(column, *rows, order_seed=1000 + b, dropout_seed=2000 + b)

    def group(self, kind, members, n_rows=None, device=None, max_epochs=TABLE_EPOCHS):
        """Return the networks with these numbers, ready to train together."""
        networks = [self.network(kind, b, n_rows) for b in members]
        return self.in_training(networks, device, max_epochs)

    def in_training(self, networks, device=None, max_epochs=TABLE_EPOCHS):
        networks = sorted(networks, key=lambda each: -len(each.training.X))
        if device is not None and device != self.device:
            networks = [on_device(each, device) for each in networks]
        return Lockstep(
            networks,
            lr=LR,
            batch_size=BATCH,
            max_epochs=max_epochs,
            device=device or self.device,
            stacked=True,
        )


def on_device(network, device):
    """Return the network with rows on another device."""
    network = copy.copy(network)
    for name in ("training", "validation"):
        rows = getattr(network, name)
        moved = SimpleNamespace(X=rows.X.to(device), y=rows.y, weight=rows.weight)
        setattr(network, name, moved)
    return network


def one_epoch(group, epoch=None):
    group.begin_epoch()
    (epoch or group.epoch)()
    group.end_epoch()


def recorded_epoch(report, group):
    """Return an epoch recorded as a CUDA graph, or the plain function if that is impossible."""
    if report.options.device != "cuda":
        return group.epoch
    try:
        return record_epoch(group)
    except Exception as error:
        traceback.print_exc()
        report.say("failed", part="recording an epoch", error=str(error)[:500])
        return group.epoch


# ------------------------------------------------------------------------------ what bounds them


def bytes_of_step(column):
    """Return the bytes that one step of one network must move: products, Adam, activations.

    Weights are read in the forward pass and again for the gradient of the layer below, and their
    gradients are written. Adam reads four numbers for each weight and writes three. Activations
    are moved as well, unless they stay in the cache.
    """
    layers = range(len(column.layers))
    own = [column.layers[k].weight.numel() for k in layers]
    all_weights = sum(w.numel() for k in layers for w in column.weights(k))
    learning = sum(p.numel() for p in column.parameters() if p.requires_grad)
    lowest = next(k for k in layers if column.layers[k].bias.requires_grad)
    products = 4 * (all_weights + sum(own[lowest + 1 :]) + learning)
    # Passes of 4 bytes: bias, product, activation, dropout, reads of three products, slope, sum.
    activations = 4 * BATCH * sum(column.hidden_layer_sizes) * 19
    return {"products": products, "adam": 28 * learning, "activations": activations}


def bound_seconds(group, column, bandwidth):
    """Return the seconds of an epoch if only memory limited it: of weights, and of everything."""
    parts = bytes_of_step(column)
    steps = sum(group.group.orders.n_steps)
    weights = (parts["products"] + parts["adam"]) * steps / bandwidth
    return weights, weights + parts["activations"] * steps / bandwidth


# ------------------------------------------------------------------------------ the sections


class Report:
    """Figures, printed and written as they come, within a budget of seconds."""

    def __init__(self, options):
        self.options, self.start, self.figures = options, time.perf_counter(), {}

    def left(self):
        return self.options.seconds - (time.perf_counter() - self.start)

    def say(self, section, **figures):
        self.figures.setdefault(section, []).append(figures)
        text_of_figures = ", ".join(f"{name} {_short(value)}" for name, value in figures.items())
        print(
            f"[{time.perf_counter() - self.start:6.1f} s] {section}: {text_of_figures}", flush=True
        )
        text = json.dumps(self.figures, indent=1, default=str)
        Path(self.options.output).write_text(text + "\n")

    def run(self, section, function, needed):
        """Run a part of the benchmark if there is time for it, and report any error in it."""
        if self.left() < needed:
            self.say("left out", part=section, seconds_left=self.left())
            return
        torch.backends.cuda.matmul.allow_tf32 = False  # a part that failed may have changed it
        torch.backends.cuda.preferred_blas_library("cublas")
        try:
            with torch.inference_mode():
                function()
        except Exception as error:
            traceback.print_exc()
            self.say("failed", part=section, error=f"{type(error).__name__}: {error}"[:500])
        finally:
            if self.options.device == "cuda":
                torch.cuda.empty_cache()


def _short(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def measure_machine(report, options):
    """Measure the limits of the device: bytes per second, and float32 operations per second."""
    cuda = options.device == "cuda"
    name = torch.cuda.get_device_name() if cuda else platform.processor() or "CPU"
    report.say("machine", device=name, torch=torch.__version__, python=platform.python_version())
    n = 2**29 if cuda else 2**22
    copied = torch.rand(n, device=options.device)
    copy_all = partial(torch.empty_like(copied).copy_, copied)
    copy_all()
    options.bandwidth = 8 * n / seconds_of(copy_all, options.device, 7)
    report.say("bandwidth", TB_per_second=options.bandwidth / 1e12)
    size = 8192 if cuda else 256
    x = torch.randn(size, size, device=options.device)
    for tf32 in (False, True) if cuda else (False,):
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.mm(x, x)
        taken = seconds_of(lambda: torch.mm(x, x), options.device, 3)
        report.say("large product", tf32=tf32, TFLOP_per_second=2 * size**3 / taken / 1e12)
    torch.backends.cuda.matmul.allow_tf32 = False


def compare_with_cpu(report, options, table, kind, tf32=False):
    """Compare the same networks on CPU and GPU: losses of each batch, scores, masks."""
    torch.backends.cuda.matmul.allow_tf32 = tf32
    n_rows = 640 if options.device == "cuda" else 100
    losses, scores = {}, {}
    for run in ("cpu", options.device, "graph"):
        device = "cpu" if run == "cpu" else options.device
        group = table.group(kind, range(4), n_rows, device, max_epochs=2)
        one_epoch(group)
        one_epoch(group, recorded_epoch(report, group) if run == "graph" else None)
        losses[run], scores[run] = group.group.loss_BS.cpu(), group.history[:, :, :3].cpu()
        masks = CounterMasks([3, 4], [999], 0.5, device)
        losses[run, "mask"] = masks.words(torch.tensor([7, 8], device=device), 5).cpu()
    torch.backends.cuda.matmul.allow_tf32 = False
    difference = (scores["cpu"] - scores[options.device]).abs().amax((0, 1))
    report.say(
        "GPU and CPU",
        kind=kind,
        tf32=tf32,
        largest_loss_difference=(losses["cpu"] - losses[options.device]).abs().max().item(),
        train_loss=difference[0].item(),
        valid_loss=difference[1].item(),
        valid_uar=difference[2].item(),
        masks_equal=torch.equal(losses["cpu", "mask"], losses[options.device, "mask"]),
        graph_equal=torch.equal(scores["graph"], scores[options.device]),
    )


def time_epochs(report, options, table, kind, size, tf32=False, library="cublas"):
    """Measure the seconds of an epoch: as single kernels, and as one CUDA graph."""
    size = min(size, options.networks)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cuda.preferred_blas_library(library)
    cuda = options.device == "cuda"
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    start = time.perf_counter()
    group = table.group(kind, range(size))
    wait(options.device)
    made = time.perf_counter() - start
    one_epoch(group)
    one_by_one = seconds_of(partial(one_epoch, group), options.device)
    shuffle = seconds_of(group.group.orders.shuffle, options.device)
    start = time.perf_counter()
    epoch = recorded_epoch(report, group)
    wait(options.device)
    recording = time.perf_counter() - start
    one_epoch(group, epoch)

    def several():
        for _ in range(options.epochs):
            one_epoch(group, epoch)

    taken = seconds_of(several, options.device) / options.epochs
    bound, with_activations = bound_seconds(group, table.column(kind, 0), options.bandwidth)
    peak = torch.cuda.max_memory_allocated() if cuda else 0
    reserved = torch.cuda.max_memory_reserved() if cuda else 0
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cuda.preferred_blas_library("cublas")
    report.say(
        "epoch",
        kind=kind,
        networks=size,
        tf32=tf32,
        library=library,
        seconds=taken,
        seconds_without_graph=one_by_one,
        times_the_bound=taken / bound,
        bound_seconds=bound,
        bound_with_activations=with_activations,
        microseconds_of_a_network_step=taken / sum(group.group.orders.n_steps) * 1e6,
        steps=len(group.group.orders.order_SBN),
        host_shuffle_seconds=shuffle,
        recording_seconds=recording,
        graph=epoch != group.epoch,
        set_up_seconds=made,
        peak_GB=peak / 1e9,
        reserved_GB=reserved / 1e9,
        finite=bool(group.history[: options.epochs + 2, :, :3].isfinite().all()),
        mean_uar=group.history[group.epoch_number - 1, :, 2].mean().item(),
    )


def project(report, options):
    """Estimate the time of the whole Table 2 from the seconds of an epoch in each stage."""
    for tf32 in (False, True):
        here = {
            (row["kind"], row["networks"]): row
            for row in report.figures.get("epoch", [])
            if row["tf32"] == tf32 and row["library"] == "cublas"
        }
        stages = [(kind, size) for kind, sizes in STAGES.items() for size in sizes]
        if not all(stage in here for stage in stages):
            report.say("whole table", tf32=tf32, seconds="a stage was not measured")
            continue
        total, bound = [
            TABLE_EPOCHS * sum(here[stage][name] for stage in stages)
            for name in ("seconds", "bound_seconds")
        ]
        set_up = sum(here[stage]["set_up_seconds"] for stage in stages)
        report.say(
            "whole table",
            tf32=tf32,
            seconds=total,
            set_up_seconds=set_up,
            bound_seconds=bound,
            times_the_bound=total / bound,
        )


def summarise(report):
    """Print the most important figures again, since a short log keeps only the last lines."""
    for row in report.figures.get("epoch", []):
        print(
            f"{row['kind']:>20} x {row['networks']:3}, TF32 {row['tf32']!s:5} {row['library']:8}: "
            f"{row['seconds']:8.4f} s an epoch, {row['times_the_bound']:5.2f} times the bound, "
            f"{row['seconds_without_graph']:8.4f} s without graph, {row['peak_GB']:5.1f} GB"
        )
    for section in (
        "bandwidth",
        "GPU and CPU",
        "whole table",
        "whole stage",
        "failed",
        "left out",
    ):
        for row in report.figures.get(section, []):
            print(section, {name: _short(value) for name, value in row.items()})


def time_parts(report, options, table, kind, size):
    """Time each part of a training step in its own CUDA graph of 20 calls."""
    size = min(size, options.networks)
    group = table.group(kind, range(size))
    one_epoch(group)
    best, epoch_number = group.best, group.epoch_number
    device, group = options.device, group.group
    active = size
    step, batch = group.steps[active], group.rows.batch(0, active)
    dropped = group.dropout.of_step(0, active)
    n_bytes = {name: size * value for name, value in bytes_of_step(table.column(kind, 0)).items()}

    def say(part, function, moved=None):
        taken = kernel_seconds(function, device)
        rate = {} if moved is None else {"TB_per_second": moved / taken / 1e12}
        report.say(
            "part of a step", kind=kind, networks=size, part=part, microseconds=taken * 1e6, **rate
        )

    say("batch out of the rows", lambda: group.rows.batch(0, active))
    say("dropout masks out of words", lambda: group.dropout.of_step(0, active))
    say("gradients", lambda: step(*batch, dropped), n_bytes["products"])
    say("gradients without dropout", lambda: step(*batch), n_bytes["products"])
    say("forward", lambda: step.logits(batch[0], dropped))
    say("Adam, a tensor for equal steps", lambda: group.adam.update(active), n_bytes["adam"])
    block = group.stack.learning[-1]
    rows = [list(t.unbind(0)) for t in (block.values, block.grads, block.means, block.squares)]
    counts = [torch.ones((), device=device) for _ in rows[0]]
    say("Adam, a tensor for each network", partial(adam, rows, counts), n_bytes["adam"])
    say("words of an epoch", lambda: group.dropout.draw(group.first_step_B, len(group.active)))
    say("validation", group.validation)
    say(
        "best epochs",
        lambda: group.keep(best.note(epoch_number, best.score_B, best.loss_B)),
    )


def adam(lists, counts):
    torch._fused_adam_(
        *lists,
        [],
        counts,
        lr=LR,
        beta1=0.9,
        beta2=0.999,
        weight_decay=0,
        eps=1e-8,
        amsgrad=False,
        maximize=False,
    )


def time_products(report, options, size):
    """Time batched products of 32 rows alone, with weights as views of a wide row or separate.

    Weights have the shape (outputs, inputs), as in torch, or the transposed shape.
    """
    size, width, device = min(size, options.networks), options.width, options.device
    h, d = [torch.randn(size, BATCH, width, device=device) for _ in range(2)]
    flat = torch.randn(size, 4 * width * width, device=device)
    view = flat[:, width * width : 2 * width * width].view(size, width, width)
    apart = torch.randn(size, width, width, device=device)
    bias, z = flat[:, None, :width], torch.empty_like(h)
    moved = 4 * size * width * width

    def calls(w):
        """Return the timed functions by name; `w` has the shape (B, outputs, inputs)."""
        return {
            "forward": lambda: torch.baddbmm(bias, h, w.mT, out=z),
            "forward, inputs x outputs": lambda: torch.baddbmm(bias, h, w, out=z),
            "gradient below, bmm": lambda: torch.bmm(d, w, out=z),
            "gradient below, inputs x outputs": lambda: torch.bmm(d, w.mT, out=z),
            "gradient below, baddbmm_": lambda: z.baddbmm_(d, w, beta=0, alpha=2),
            "gradient of weights, baddbmm_": lambda: w.baddbmm_(d.mT, h, beta=0, alpha=2),
            "gradient of weights, bmm": lambda: torch.bmm(d.mT, h, out=w),
            "gradient of weights, inputs x outputs": lambda: torch.bmm(h.mT, d, out=w),
        }

    for tf32 in (False, True) if device == "cuda" else (False,):
        for where, weight in (("view", view), ("apart", apart)):
            for name, call in calls(weight).items():
                torch.backends.cuda.matmul.allow_tf32 = tf32
                taken = kernel_seconds(call, device)
                torch.backends.cuda.matmul.allow_tf32 = False
                report.say(
                    "product",
                    networks=size,
                    tf32=tf32,
                    weights=where,
                    call=name,
                    microseconds=taken * 1e6,
                    TB_per_second_of_weights=moved / taken / 1e12,
                    TFLOP_per_second=2 * size * BATCH * width * width / taken / 1e12,
                )


def look_at_kernels(report, options, table, kind, size):
    """List the kernels that take longest in an epoch of few steps, by torch's profiler."""
    from torch.profiler import ProfilerActivity, profile

    size = min(size, options.networks)
    group = table.group(kind, range(size), n_rows=5 * BATCH)
    one_epoch(group)
    activity = ProfilerActivity.CUDA if options.device == "cuda" else ProfilerActivity.CPU
    with profile(activities=[activity]) as seen:
        one_epoch(group)
        wait(options.device)
    cost = "self_device_time_total" if options.device == "cuda" else "self_cpu_time_total"
    events = sorted(seen.key_averages(), key=lambda event: -getattr(event, cost))
    for event in events[:16]:
        report.say(
            "kernel",
            kind=kind,
            networks=size,
            microseconds=float(getattr(event, cost)),
            calls=event.count,
            name=event.key[:150],
        )


def look_at_neighbours(report, options, table, kind):
    """Report whether the numbers of one network depend on the networks beside it, bit for bit."""
    n_rows = 10 * BATCH

    def weights(members, fewer=0):
        """Return the weights of network 0; the last `fewer` of the networks have fewer rows."""
        networks = [table.network(kind, b, n_rows) for b in members]
        for number, each in enumerate(networks[len(networks) - fewer :]):
            rows = each.training
            rows.X, rows.y = rows.X[: 40 + 30 * number], rows.y[: 40 + 30 * number]
        first = networks[0]
        networks.sort(key=lambda each: -len(each.training.X))
        place = next(b for b, each in enumerate(networks) if each is first)
        group = table.in_training(networks, max_epochs=2)
        for _ in range(2):
            one_epoch(group)
        return [block.values[place].clone() for block in group.group.stack.learning]

    limit = options.networks

    def same(one, other):
        return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))

    def difference(one, other):
        gaps = [(a - b)[(a - b).isfinite()] for a, b in zip(one, other, strict=True)]
        return max(gap.abs().max().item() for gap in gaps)

    first = weights([0])
    again = weights([0])
    report.say("neighbours", kind=kind, case="the same again", equal=same(first, again))
    by_size = {}
    for size in (1, 2, 4, 8, 16, 50, 100, 200, 300):
        if size <= limit and report.left() > 10:
            by_size[size] = weights(range(size))
            report.say(
                "neighbours",
                kind=kind,
                case=f"{size} networks",
                equal_to_alone=same(first, by_size[size]),
                largest_difference=difference(first, by_size[size]),
                equal_to_sizes=[s for s, w in by_size.items() if same(w, by_size[size])],
            )
    if 4 not in by_size:  # the time was up, or fewer networks were allowed
        return
    others = {
        "others, as many": weights([0, *range(limit - 3, limit)]),
        "others, two with fewer rows": weights([0, *range(limit - 3, limit)], fewer=2),
    }
    for case, other in others.items():
        report.say("neighbours", kind=kind, case=case, equal=same(by_size[4], other))


def time_one_by_one(report, options, table, kind):
    """Time a step of one network as `fit` does it for a single network, for comparison."""
    network = table.network(kind, 0)
    column = copy.deepcopy(network.column).to(options.device)
    column.dropout_generator = torch.Generator(options.device).manual_seed(0)
    step, optimizer = TrainingStep(column), FusedAdam(column.parameters(), lr=LR)
    X, y = network.training.X[:BATCH], network.training.y[:BATCH].to(options.device)

    def steps():
        for _ in range(50):
            step(X, y)
            optimizer.update()

    steps()
    taken = seconds_of(steps, options.device, 3) / 50
    report.say("one by one", kind=kind, microseconds_of_a_network_step=taken * 1e6)


def run_stage(report, options, table, kind, size):
    """Run a whole stage with validation and all else, for as many epochs as there is time for."""
    size = min(size, options.networks)
    rows = [r for r in report.figures.get("epoch", []) if r["kind"] == kind]
    each = min((r["seconds"] for r in rows if r["networks"] == size), default=1.0)
    epochs = min(options.whole, int((report.left() - 15) / 2 / each))
    if epochs < 2:
        report.say("left out", part=f"whole stage {kind}", seconds_left=report.left())
        return
    networks = [table.network(kind, b) for b in range(size)]
    results = []

    def train():
        results.extend(
            train_together(networks, max_epochs=epochs, lr=LR, device=options.device, stacked=True)
        )

    taken = seconds_of(train, options.device)
    best = [result.best_epoch for result in results]
    uar = [result.history[result.best_epoch - 1, 2].item() for result in results]
    report.say(
        "whole stage",
        kind=kind,
        networks=size,
        epochs=epochs,
        seconds=taken,
        seconds_of_epoch=taken / epochs,
        mean_best_epoch=statistics.mean(best),
        mean_best_uar=statistics.mean(uar),
    )


def parts(report, options, table):
    """Yield name, function and the seconds that each part needs, the most important part first."""
    given = (report, options, table)
    yield "machine", partial(measure_machine, report, options), 0
    for kind in ("DNN", "ProgNet"):
        yield f"GPU and CPU {kind}", partial(compare_with_cpu, *given, kind), 10
    timed = [("DNN", 300), ("ProgNet", 200), ("DNN", 200)]
    for kind, size in timed:
        yield f"epoch {kind} {size}", partial(time_epochs, *given, kind, size), 15
    yield "whole table", partial(project, report, options), 0
    yield "parts DNN", partial(time_parts, *given, "DNN", 300), 15
    for kind, size in timed if options.device == "cuda" else []:
        yield f"epoch {kind} {size} TF32", partial(time_epochs, *given, kind, size, True), 15
    yield "whole table", partial(project, report, options), 0
    yield "neighbours DNN", partial(look_at_neighbours, *given, "DNN"), 20
    for size in (300, 100):
        yield f"kernels {size}", partial(look_at_kernels, *given, "DNN", size), 10
    yield "kernels ProgNet", partial(look_at_kernels, *given, "ProgNet", 200), 10
    yield "products", partial(time_products, report, options, 300), 10
    for kind, size in (("DNN", 100), ("ProgNet", 100), ("DNN", 50), ("ProgNet", 50)):
        yield f"epoch {kind} {size}", partial(time_epochs, *given, kind, size), 10
    yield "parts ProgNet", partial(time_parts, *given, "ProgNet", 200), 15
    if options.device == "cuda":
        with_lt = partial(time_epochs, *given, "DNN", 300, library="cublaslt")
        yield "epoch DNN 300, cuBLASLt", with_lt, 15
    frozen = "PT/FT, 2 of 4 frozen"
    yield f"epoch {frozen}", partial(time_epochs, *given, frozen, 200), 15
    for kind in ("DNN", "ProgNet"):
        yield f"one by one {kind}", partial(time_one_by_one, *given, kind), 5
    if options.device == "cuda":
        yield "GPU and CPU, TF32", partial(compare_with_cpu, *given, "DNN", True), 10
    yield "neighbours ProgNet", partial(look_at_neighbours, *given, "ProgNet"), 25
    if options.device == "cuda":
        yield "epoch ProgNet 300", partial(time_epochs, *given, "ProgNet", 300), 20
    for kind, sizes in STAGES.items():
        yield f"whole stage {kind}", partial(run_stage, *given, kind, sizes[0]), 25


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seconds", type=float, default=200, help="stop after this time")
    parser.add_argument("--rows", type=int, default=5531)
    parser.add_argument("--width", type=int, default=256, help="units of a hidden layer")
    parser.add_argument(
        "--networks", type=int, default=300, help="the most networks to train at once"
    )
    parser.add_argument(
        "--epochs", type=int, default=4, help="epochs that are timed for each figure"
    )
    parser.add_argument("--whole", type=int, default=60, help="epochs of a whole stage")
    parser.add_argument(
        "--only",
        default="",
        help="run only parts whose names begin with one of these, separated by commas",
    )
    parser.add_argument("--output", default="lockstep.json")
    options = parser.parse_args()
    options.bandwidth = 3e12
    if options.device == "cpu":
        torch.set_num_threads(1)
    report, table = Report(options), Table(options)
    wanted = tuple(options.only.split(",")) if options.only else ("",)
    for name, function, needed in parts(report, options, table):
        if name.startswith(wanted):
            report.run(name, function, needed if options.device == "cuda" else 0)
    report.say("end", seconds=time.perf_counter() - report.start)
    summarise(report)


if __name__ == "__main__":
    main()
