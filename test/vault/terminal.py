"""Runs a command on a terminal of its own. Steps, as JSON: [what to wait for, what to type]. What to wait for is a text that
the command prints, or "file:PATH" for a file that appears; what to type may be "hangup", which closes the terminal.
Prints what the command printed, and ends with its status."""
import json, os, pty, select, sys, time

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
output, end = b"", time.monotonic() + 240


def came(wanted):
    return os.path.exists(wanted[5:]) if wanted.startswith("file:") else wanted.encode() in output


while time.monotonic() < end and terminal is not None:
    if steps and came(steps[0][0]):
        typed = steps.pop(0)[1]
        output = b"" if not typed == "hangup" else output
        if typed == "hangup":
            os.close(terminal)
            terminal = None
        else:
            os.write(terminal, typed.encode())
        continue
    if select.select([terminal], [], [], 0.05)[0]:
        try:
            some = os.read(terminal, 65536)
        except OSError:
            some = b""
        if not some:
            break
        output += some
        sys.stdout.buffer.write(some)
        sys.stdout.buffer.flush()
if terminal is not None:
    os.close(terminal)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
