"""Run the benchmarks of speed and memory, one after the other (``make bench``).

Each can also run alone. The other scripts in this folder only run alone.
"""

import features
import prediction
import protocol
import start_up
import training

if __name__ == "__main__":
    for benchmark in (training, prediction, protocol, features, start_up):
        print(f"\n{benchmark.__doc__.splitlines()[0]}\n", flush=True)
        benchmark.main()
