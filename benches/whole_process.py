"""Time and memory of a command as a whole process, 20 times: python3 -IS whole_process.py HOME NAME COMMAND...

A process begins with the peak of the one that started it, so this one is small (-IS).
"""
import os, statistics, sys, time

home, name, *command = sys.argv[1:]
os.chdir(home)
null = os.open(os.devnull, os.O_WRONLY)
times, cpu, peak = [], [], 0
for _ in range(20):
    to = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, {"HOME": home}, file_actions=to)
    usage = os.wait4(pid, 0)[2]
    times.append((time.perf_counter() - start) * 1000)
    cpu.append((usage.ru_utime + usage.ru_stime) * 1000)
    peak = max(peak, usage.ru_maxrss / 1024)
print(f"{name}: median {statistics.median(times):.1f} ms (fastest {min(times):.1f}, CPU {statistics.median(cpu):.1f}), peak {peak:.1f} MB")
