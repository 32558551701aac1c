"""Measure how long many networks take on a GPU when they train together.

The networks are those of Table 2 of Gideon et al. 2017 at the size of IEMOCAP: invented rows, ten
speakers, and 90 pairs of a test and a validation speaker. First come 300 plain networks and
sources, then 200 fine-tuned and 200 progressive networks. The script needs torch and this package;
``pip install --no-deps --no-build-isolation .`` is enough. If a part fails, the script reports it
and runs the others. When the time is up, it stops and keeps the figures so far. Each figure is
printed at once, and all of them are written as JSON.

    python benchmarks/lockstep.py --seconds 200 --output lockstep.json
    python benchmarks/lockstep.py --device cpu --rows 300 --networks 6 --width 16
"""

import argparse
import copy
import platform
import statistics
import time
import traceback
from functools import partial

import torch
from _figures_in_time import Report, short
from _networks_of_table_2 import BATCH, LR, TABLE_EPOCHS, NetworksOfTable2, bytes_of_step
from _wall_clock import seconds_of, wait

from skprognet.networks import CounterMasks, FusedAdam, TrainingStep, record_epoch, train_together

# The stages of Table 2: for each kind of network, how many train at once.
STAGES = {"DNN": (300, 200), "ProgNet": (200,)}


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


def bound_seconds(group, column, bandwidth):
    """Return the seconds of an epoch if only memory limited it: of weights, and of everything."""
    parts = bytes_of_step(column)
    steps = sum(group.group.orders.n_steps)
    weights = (parts["products"] + parts["adam"]) * steps / bandwidth
    return weights, weights + parts["activations"] * steps / bandwidth


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


def time_epochs(report, options, table, kind, size, tf32=False):
    """Time an epoch, as single kernels and as one CUDA graph."""
    size = min(size, options.networks)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    cuda = options.device == "cuda"
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    start = time.perf_counter()
    group = table.group(kind, range(size))
    wait(options.device)
    set_up = time.perf_counter() - start
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
    report.say(
        "epoch",
        kind=kind,
        networks=size,
        tf32=tf32,
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
        set_up_seconds=set_up,
        peak_GB=peak / 1e9,
        reserved_GB=reserved / 1e9,
        finite=bool(group.history[: options.epochs + 2, :, :3].isfinite().all()),
        mean_uar=group.history[group.epoch_number - 1, :, 2].mean().item(),
    )


def project(report, options):
    """Estimate the seconds of the whole Table 2 from an epoch of each stage."""
    for tf32 in (False, True):
        measured = {
            (row["kind"], row["networks"]): row
            for row in report.figures.get("epoch", [])
            if row["tf32"] == tf32
        }
        stages = [(kind, size) for kind, sizes in STAGES.items() for size in sizes]
        if not all(stage in measured for stage in stages):
            report.say("whole table", tf32=tf32, seconds="a stage was not measured")
            continue
        total, bound = [
            TABLE_EPOCHS * sum(measured[stage][name] for stage in stages)
            for name in ("seconds", "bound_seconds")
        ]
        set_up = sum(measured[stage]["set_up_seconds"] for stage in stages)
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
            f"{row['kind']:>20} x {row['networks']:3}, TF32 {row['tf32']!s:5}: "
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
            print(section, {name: short(value) for name, value in row.items()})


def time_one_by_one(report, options, table, kind):
    """Time a step of one network as `fit` trains it, to compare with."""
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
    """Time a whole stage with its validation, for as many epochs as there is time for."""
    size = min(size, options.networks)
    rows = [r for r in report.figures.get("epoch", []) if r["kind"] == kind]
    epoch_seconds = min((r["seconds"] for r in rows if r["networks"] == size), default=1.0)
    epochs = min(options.whole, int((report.left() - 15) / 2 / epoch_seconds))
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
    """Yield name, function and the seconds that each part may need, the most important first."""
    given = (report, options, table)
    cuda = options.device == "cuda"
    yield "machine", partial(measure_machine, report, options), 0
    for kind in ("DNN", "ProgNet"):
        yield f"GPU and CPU {kind}", partial(compare_with_cpu, *given, kind), 10
    stages = [("DNN", 300), ("ProgNet", 200), ("DNN", 200)]
    for kind, size in stages:
        yield f"epoch {kind} {size}", partial(time_epochs, *given, kind, size), 15
    for kind, size in stages if cuda else []:
        yield f"epoch {kind} {size} TF32", partial(time_epochs, *given, kind, size, True), 15
    yield "whole table", partial(project, report, options), 0
    for kind in ("DNN", "ProgNet"):
        yield f"one by one {kind}", partial(time_one_by_one, *given, kind), 5
    for kind, sizes in STAGES.items():
        yield f"whole stage {kind}", partial(run_stage, *given, kind, sizes[0]), 25
    sizes = [("DNN", 100), ("ProgNet", 100), ("DNN", 50), ("ProgNet", 50), ("ProgNet", 300)]
    for kind, size in [*sizes, ("PT/FT, 2 of 4 frozen", 200)]:
        yield f"epoch {kind} {size}", partial(time_epochs, *given, kind, size), 15
    if cuda:
        yield "GPU and CPU, TF32", partial(compare_with_cpu, *given, "DNN", True), 10


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seconds", type=float, default=200, help="stop after this time")
    parser.add_argument("--rows", type=int, default=5531)
    parser.add_argument("--width", type=int, default=256, help="units of a hidden layer")
    parser.add_argument("--networks", type=int, default=300, help="most networks at once")
    parser.add_argument("--epochs", type=int, default=4, help="epochs of each figure")
    parser.add_argument("--whole", type=int, default=60, help="epochs of a whole stage")
    parser.add_argument("--only", default="", help="beginnings of names of parts, with commas")
    parser.add_argument("--output", default="lockstep.json")
    options = parser.parse_args()
    options.bandwidth = 3e12
    if options.device == "cpu":
        torch.set_num_threads(1)
    report, table = Report(options), NetworksOfTable2(options)
    wanted = tuple(options.only.split(",")) if options.only else ("",)
    for name, function, needed in parts(report, options, table):
        if name.startswith(wanted):
            report.run(name, function, needed if options.device == "cuda" else 0)
    report.say("end", seconds=time.perf_counter() - report.start)
    summarise(report)


if __name__ == "__main__":
    main()
