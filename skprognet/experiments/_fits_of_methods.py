"""How many fits of each method a run has."""

from skprognet._scores import NO_SOURCE


def fits_of_methods(plan):
    """Count the fits of each method with each source in a run, by the names of both."""
    counts = {}
    for job in plan.jobs:
        for source in job.source_sets or [NO_SOURCE]:
            for method in plan.run.methods_for(source):
                counts[method, source] = counts.get((method, source), 0) + len(job.split.train)
    order = list(plan.run.methods)
    sources = [NO_SOURCE, *plan.run.source_sets]
    return dict(
        sorted(counts.items(), key=lambda p: (sources.index(p[0][1]), order.index(p[0][0])))
    )
