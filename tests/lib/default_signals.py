# SPDX-License-Identifier: MIT
"""What the tests start gets the signals that a program gets at a terminal.

nohup ignores SIGHUP, and a shell that is no person's ignores SIGINT and SIGQUIT in what it puts in the background.
Ignored signals stay ignored in all that is started; a signal that is caught is back to its default there. So the
tests catch what is ignored, and do nothing then: they themselves go on as whoever started them meant it."""

import signal


def hand_on():
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
