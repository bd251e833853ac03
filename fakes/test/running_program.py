"""Starts and ends the programs of the fakes for tests of whole processes."""

import signal
import socket
import subprocess
import threading

PATIENCE_S = 60


class RunningProgram:
    """A `kitfox fake ...` that has printed its first lines; ends with SIGTERM."""

    def __init__(self, kitfox, *arguments, lines=1):
        self.process = subprocess.Popen([kitfox, "fake", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.lines = [self.process.stdout.readline().strip() for _ in range(lines)]
        if not self.lines[-1]:
            raise AssertionError(f"it ended: {self.process.communicate(timeout=PATIENCE_S)[1]}")

    def stop(self, how=signal.SIGTERM):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def run_to_end(kitfox, *arguments):
    """Exit code and standard error of a program that cannot start."""
    done = subprocess.run([kitfox, "fake", *arguments], capture_output=True, text=True, timeout=PATIENCE_S)
    return done.returncode, done.stderr


class TakenPort:
    """A port of 127.0.0.1 that somebody else listens on."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        return self.socket.getsockname()[1]

    def __exit__(self, *_):
        self.socket.close()


class EchoServer:
    """An upstream that answers each connection with what it gets first."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def serve(self):
        while True:
            try:
                one, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(one,), daemon=True).start()

    @staticmethod
    def answer(one):
        with one:
            try:
                one.sendall(one.recv(100))
            except OSError:
                pass  # the proxy reset it
