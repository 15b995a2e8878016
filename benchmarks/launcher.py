"""Starts a command and tells, in a file of JSON, how it ended: `python launcher.py FILE COMMAND…`.

A small process of its own, because a child's high-water mark of memory starts at that of the process that started
it: started by a benchmark that holds a dataset, even an empty command would seem to need all that.
"""

import json
import os
import sys
import time


def main() -> None:
    file, *command = sys.argv[1:]
    began = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(pid, 0)
    seconds = time.perf_counter() - began
    kept = used.ru_maxrss if sys.platform == "darwin" else used.ru_maxrss * 1024
    with open(file, "w", encoding="utf-8") as out:
        json.dump({"status": os.waitstatus_to_exitcode(status), "seconds": seconds, "peak_memory": kept}, out)


if __name__ == "__main__":
    main()
