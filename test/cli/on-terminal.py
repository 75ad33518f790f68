"""Runs a program on a terminal of its own and talks to it as people do.

Reads JSON from stdin: argv, env, rows, columns, steps; a step waits for `expect` in what was printed since the step
before, then sends `send`, a signal (`signal`, to the program), or a new size (`resize`, [rows, columns]).
Writes JSON: output (latin-1), code, and whether the terminal's modes are as they were.
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

PATIENCE = 20

def main():
    ask = json.load(sys.stdin)
    master, slave = pty.openpty()
    size(slave, ask.get('rows', 24), ask.get('columns', 80))
    before = termios.tcgetattr(slave)
    child = os.fork()
    if child == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(slave, fd)
        os.closerange(3, 256)
        os.execvpe(ask['argv'][0], ask['argv'], ask['env'])
    output, seen, code = b'', 0, None
    steps = list(ask['steps'])
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if steps and steps[0].get('expect', '').encode() in output[seen:]:
            step = steps.pop(0)
            wanted = step.get('expect', '').encode()
            seen = output.index(wanted, seen) + len(wanted)
            act(step, master, slave, child)
            continue
        ready, _, _ = select.select([master], [], [], 0.02)
        if ready:
            try:
                output += os.read(master, 65536)
            except OSError:
                pass
        elif code is not None:
            break
        if code is None:
            pid, status = os.waitpid(child, os.WNOHANG)
            code = os.waitstatus_to_exitcode(status) if pid else None
    if code is None:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        code = 'timeout'
    after = termios.tcgetattr(slave)
    json.dump({'output': output.decode('latin-1'), 'code': code, 'restored': before == after, 'left': len(steps)}, sys.stdout)

def act(step, master, slave, child):
    if 'send' in step:
        os.write(master, step['send'].encode('latin-1'))
    if 'resize' in step:
        size(slave, *step['resize'])
        os.kill(child, signal.SIGWINCH)
    if 'signal' in step:
        os.kill(child, getattr(signal, step['signal']))

def size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

main()
